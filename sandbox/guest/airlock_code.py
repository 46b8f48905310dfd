"""What becomes of a script's text where compile() has been called before: in a slot. Its code may be another run's."""
import marshal

import airlock_channel

CODE_BYTES = 1 << 18


def execute(text, name, namespace, keep, code):
    """Runs a text where compile() has been called before; `code` is what another run's compile() made of it, if anything."""
    exec(_code(text, name, keep, code), namespace)


def _code(text, name, keep, data):
    if data:
        try:
            code = marshal.loads(data)
        except Exception:
            code = None
        if type(code) is type(_code.__code__):
            return code
    elif keep:
        code = _offer(text, name)
        if code is not None:
            return code
    return compile(text, name, "exec", dont_inherit=True)


def _offer(text, name):
    """Compiles the text and gives the host the code, for later runs of the same text, or says that there is none: after
    this, and so from the script's first line on, the host takes none. A text of which the compiler has something to say is
    to be compiled by each run, so that each says it."""
    code = encoded = None
    try:
        import warnings
        from binascii import b2a_base64

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            code = compile(text, name, "exec", dont_inherit=True)
        data = marshal.dumps(code)
        if len(data) <= CODE_BYTES and len(data) * 2 < airlock_channel.frame_bytes:
            encoded = b2a_base64(data, newline=False).decode()
    except Exception:
        pass
    airlock_channel.notify("compiled", {"code": encoded})
    return code
