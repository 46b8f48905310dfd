"""The script's end of the two pipes, and the frame around the script's run. Private: scripts import `airlock`.

Frames are a 4-byte big-endian length and JSON text; the first of the host's is followed by the script. The C parts of
`json` are used directly, because importing `json` itself costs more than all the rest of a run's start: it brings `re` and
`enum` along.
"""
import gc
import posix
import sys

REPLIES = 3
REQUESTS = 4
PROTOCOL = 2
LARGE = 1 << 16
# Each takes some 2 us. Who has looked in vain looks less long: a host that is on the same processor waits as long.
LOOKS = 150
FEW_LOOKS = 20
ABANDONED = 70  # EX_SOFTWARE: the host's or the bootstrap's fault, not the script's

params = {}
frame_bytes = 8 << 20


class ChannelError(Exception):
    """The channel to the host cannot be used."""


def _codec():
    """JSON text from, and to, plain values: (encode, decode)."""
    try:
        from _json import encode_basestring, make_encoder, make_scanner

        class Context:
            strict = True
            object_hook = object_pairs_hook = None
            parse_float = float
            parse_int = int
            parse_constant = None
            memo = {}

        scan = make_scanner(Context)
        chunks = make_encoder(None, _refuse, encode_basestring, None, ":", ",", False, False, False)
        if scan('{"a":[1]}', 0) != ({"a": [1]}, 9) or "".join(chunks({"a": [1]}, 0)) != '{"a":[1]}':
            raise ImportError
        join = "".join
        return (lambda value: join(chunks(value, 0))), (lambda text: scan(text, 0)[0])
    except (ImportError, TypeError, AttributeError):
        import json

        encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_refuse)
        return encoder.encode, json.loads


def _refuse(value):
    raise TypeError("a value of type %s cannot be sent" % type(value).__name__)


_encode, _decode = _codec()
_received = bytearray()
# Where a message lands that is looked out for.
_room = bytearray(1 << 14)
_last_id = 0
_writing = False
_calling = False
_can_look = hasattr(posix, "RWF_NOWAIT")
_looks = LOOKS
# Calls for whose answers it is not worth looking out, and how many it will be when the next look is in vain.
_unwatched = 0
_penalty = 1


def build(make, *arguments):
    """Makes plain data, of which nothing holds itself, with no garbage collection in between: one for each few hundred
    rows would take longer than all the rest."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return make(*arguments)
    finally:
        if was_enabled:
            gc.enable()


def _write(text):
    """Sends one message, JSON text, whole, or raises before its first byte."""
    global _writing
    if _writing:
        # A signal handler's message inside another one, or one after a message that was left half sent.
        raise ChannelError("the channel is in the middle of another message")
    data = text.encode("utf-8")
    size = len(data)
    if size > frame_bytes:
        raise ValueError(
            "a message of %d bytes; at most %d can be sent at once: hand out less, or in parts" % (size, frame_bytes)
        )
    data = size.to_bytes(4, "big") + data
    _writing = True
    sent = posix.write(REQUESTS, data)
    if sent <= size:
        view = memoryview(data)[sent:]
        while view:
            view = view[posix.write(REQUESTS, view):]
    _writing = False


def _await_script():
    """Waits for the host's first message. Frames of no bytes before it only say that it may come in a moment."""
    if not _received:
        _receive()
    while _received.startswith(b"\0\0\0\0"):
        del _received[:4]
        if not _received and not _look_out(LOOKS):
            _receive()


def _read():
    """The next message of the host. What has arrived is kept if a signal handler raises in between."""
    while True:
        if len(_received) >= 4:
            end = 4 + int.from_bytes(_received[:4], "big")
            if len(_received) >= end:
                text = _received[4:end].decode("utf-8")
                del _received[:end]
                return _decode(text) if end < LARGE else build(_decode, text)
        _receive()


def _take(size):
    """The host's next bytes, which no frame is around."""
    while len(_received) < size:
        _receive()
    data = _received[:size]
    del _received[:size]
    return data


def _look_out(looks):
    """Looks for the host's next bytes rather than sleep: to be woken takes longer than most of its answers. Returns whether
    there were any."""
    global _can_look
    if not _can_look:
        return False
    rooms = (_room,)
    try:
        for _ in range(looks):
            try:
                size = posix.preadv(REPLIES, rooms, -1, posix.RWF_NOWAIT)
            except BlockingIOError:
                continue
            _received.extend(_room[:size])
            return size > 0
    except OSError:  # a kernel, or a filter, that does not know it for pipes
        _can_look = False
    return False


def _receive():
    global _looks, _unwatched, _penalty
    if _calling and not _received:  # else the rest of a large answer is on its way
        if _unwatched > 0:
            _unwatched -= 1
        elif _look_out(_looks):
            _penalty = 1
            return
        else:
            _looks, _unwatched, _penalty = FEW_LOOKS, _penalty, min(_penalty * 2, 64)
    # As much as a pipe holds: room for more would have to be asked of the kernel, and given back, each time.
    data = posix.read(REPLIES, LARGE)
    if not data:
        raise ChannelError("the host has closed the channel")
    _received.extend(data)


def notify(method, fields):
    """Sends a notification; plain values only."""
    _write('{"jsonrpc":"2.0","method":%s,"params":%s}' % (_encode(method), _encode(fields)))


def call(method, fields):
    """Sends a request and waits for its reply.

    Returns `(result, None)` or `(None, error)`.
    """
    global _last_id, _calling
    if _calling:
        raise ChannelError("a call is already under way; calls are made one after another")
    _last_id += 1
    wanted = _last_id
    _write('{"jsonrpc":"2.0","id":%d,"method":%s,"params":%s}' % (wanted, _encode(method), _encode(fields)))
    _calling = True
    try:
        while True:
            reply = _read()
            # An earlier call's reply: a signal handler broke off the wait for it.
            if reply["id"] == wanted:
                return reply.get("result"), reply.get("error")
    finally:
        _calling = False


class _Source:
    """Gives the script's text to linecache, so that tracebacks show its lines although no such file exists."""

    text = ""

    def get_source(self, name):
        return self.text


def lock_down():
    """Tells the sandbox that start-up is over: from here on exec and the like are refused.

    No process has this user id, so outside the sandbox the call fails; inside it is answered with success by the
    init process, which takes it as the signal.
    """
    try:
        posix.setpriority(2, 0x41495231, 1)  # PRIO_USER, "AIR1"
    except OSError as error:
        if posix.environ.get(b"AIRLOCK_UNSANDBOXED") != b"1":
            posix.write(2, b"airlock: not inside the sandbox (%s)\n" % str(error).encode())
            posix._exit(ABANDONED)


def name_lines():
    """Lets the sandbox learn which line makes a call that it refuses: when it sends SIGURG (23), the interpreter writes
    the traceback to descriptor 5, in C and before the call returns. Takes some 50 us."""
    try:
        import faulthandler

        faulthandler.register(23, file=5, all_threads=False)
    except Exception:  # an interpreter without it names no lines
        pass


def run_script(guest, execute):
    """Receives the script, runs it as `__main__`, and ends the process."""
    _finish(run_once(guest, execute))


def execute_first(text, name, namespace, keep, code):
    """Runs a text without compile(), whose first call makes all types of the `ast` module: half a millisecond, as long as all
    the rest of this module takes. exec() of a text makes none, but takes no name: the code is given its own as it begins.
    There is no code of another run's here, and none is kept."""
    try:
        from _imp import _fix_co_filename
        from _warnings import _filters_mutated, filters
    except ImportError:
        return _compile_first(text, name, namespace)
    # A warning would bear the wrong name, too.
    unfit = [("error", None, SyntaxWarning, None, 0), ("error", None, DeprecationWarning, None, 0)]
    begun = False

    def end():
        sys.settrace(None)
        del filters[: len(unfit)]
        _filters_mutated()

    def begin(frame, event, argument):
        nonlocal begun
        if frame.f_globals is namespace:
            end()
            begun = True
            _fix_co_filename(frame.f_code, name)

    filters[:0] = unfit
    _filters_mutated()
    sys.settrace(begin)
    try:
        exec(text, namespace)
    except BaseException:
        if begun:
            raise
    if not begun:
        # Whatever is wrong with it, compile() says so with the right name.
        end()
        _compile_first(text, name, namespace)


def _compile_first(text, name, namespace):
    exec(compile(text, name, "exec", dont_inherit=True), namespace)


def run_once(guest, execute):
    """Receives the script, runs it as `__main__`, and returns its exit status. What can be made ready before there is a
    script is made ready before it is waited for."""
    global params, frame_bytes
    # Line buffering: what a script printed before a limit ended it is not lost, and a watcher sees it at once.
    for stream in (sys.stdout, sys.stderr):
        if not (stream.line_buffering and stream.errors == "backslashreplace" and stream.encoding == "utf-8"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    main = type(sys)("__main__")
    main.__loader__ = source = _Source()
    launcher, sys.modules["__main__"] = sys.modules["__main__"], main
    params = {}
    package = sys.modules.get("airlock")
    if package is not None:  # imported ahead
        package.params = package.Params(params)
    try:
        _await_script()
        start = _read()["params"]
        if start["protocol"] != PROTOCOL:
            raise ChannelError("the host speaks protocol %s, this is %d" % (start["protocol"], PROTOCOL))
        name, frame_bytes, size = start["name"], start["frame_bytes"], start["script_bytes"]
        params.update(start["params"])
        rest = _take(size + start["code_bytes"])
        text, code = rest[:size].decode("utf-8"), rest[size:]
    except Exception as error:
        posix.write(2, ("airlock: no script to run: %s\n" % error).encode("utf-8", "replace"))
        posix._exit(ABANDONED)

    if start["seed"] is not None:
        import random

        random.seed(start["seed"])
    keep = start["keep"]
    del start, rest
    sys.argv[:] = [name]
    main.__file__ = name
    source.text = text
    try:
        execute(text, name, main.__dict__, keep, code)
        status = 0
    except SystemExit as error:
        status = _exit_status(error.code)
    except BaseException as error:
        status = _fail(error, name, guest)
    return status


def _exit_status(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    try:
        sys.stdout.flush()
        sys.stderr.write("%s\n" % (code,))
    except Exception:
        pass
    return 1


def _finish(status):
    """Ends the process without the interpreter's own teardown, which would only cost time."""
    threading = sys.modules.get("threading")
    if threading is not None:
        try:
            threading._shutdown()  # waits for the threads that are no daemons, as the interpreter's own end does
        except BaseException:
            pass
    atexit = sys.modules.get("atexit")
    if atexit is not None:
        try:
            atexit._run_exitfuncs()
        except SystemExit as error:
            status = _exit_status(error.code)
        except BaseException:
            pass  # it has been printed
    posix._exit(flush(status))


def flush(status):
    """Writes out what is buffered; returns the exit status, which tells when that cannot be done."""
    # The script may have put others in the place of the two streams, or closed them.
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException:
            status = status or 120  # as Python does
    return status


def _fail(error, name, guest):
    """Prints the traceback and reports the exception to the host."""
    if isinstance(error, MemoryError):
        _release(error)
    try:
        from airlock_failure import report

        report(error, name, guest)
    except BaseException:
        # Out of memory or of stack, or the script has damaged what the report needs.
        posix.write(2, ("%s (the traceback could not be printed)\n" % type(error).__name__).encode("utf-8", "replace"))
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def _release(error):
    """Frees what the script holds, so that there is memory to say that there was none."""
    step = error.__traceback__
    while step is not None:
        try:
            step.tb_frame.clear()
        except RuntimeError:
            pass  # this function's callers are still running
        step = step.tb_next
    variables = sys.modules["__main__"].__dict__
    for name in list(variables):
        if not name.startswith("__"):
            del variables[name]
