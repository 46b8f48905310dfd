"""Forks interpreters that wait for their scripts: `python3 -s -S -B -X utf8 zygote.pyc EXTENSION PACKAGES DIRECTORY...`

Imports ahead what scripts use, then serves the host's requests, each with a fork: a slot, which is isolated and locked
down before there is a script for it. No script ever runs in this process itself, and nothing that a script may not know
is ever in it. PACKAGES are names of distributions, separated by commas; the directories hold packages, as for
`bootstrap.py`.

What slots share is what this process was when they were forked: the seed of string hashing, the addresses of objects,
and the state of modules that have been imported. Sources of randomness are renewed in each slot.
"""
import gc
import marshal
import posix
import sys

guest = __file__.rpartition("/")[0] or "."
sys.path.insert(0, guest)
sys.path.extend(sys.argv[3:])

import airlock_channel  # noqa: E402: found through the path just set
import airlock_code  # noqa: E402

# What scripts import most, without what starts threads, reads the clock or asks the kernel for randomness; `random`
# renews itself in a fork.
STANDARD = (
    "abc", "base64", "bisect", "calendar", "collections", "collections.abc", "contextlib", "copy", "csv", "dataclasses",
    "datetime", "decimal", "enum", "fractions", "functools", "heapq", "io", "itertools", "json", "keyword", "linecache",
    "math", "numbers", "operator", "os", "random", "re", "statistics", "string", "textwrap", "time", "traceback",
    "types", "typing", "zoneinfo", "_strptime", "airlock", "airlock_failure",
)

# Touches the memory that a script of the usual kind touches, so that a slot has it before there is a script: each page
# that a fork writes to is copied first, and that costs more than all the rest of a small run.
REHEARSAL = r"""
import datetime, json, math, statistics

import airlock

rows = [{"day": "2024-01-%02d" % (n + 1), "value": n * 1.5, "name": "n%d" % (n % 3)} for n in range(12)]
rows = json.loads(json.dumps(rows))
groups = {}
for row in rows:
    groups.setdefault(row["name"], []).append(row["value"])
table = [
    {"name": name, "mean": statistics.mean(values), "median": statistics.median(values), "deviation":
     round(statistics.stdev(values), 2), "root": math.sqrt(sum(values)), "n": len(values)}
    for name, values in sorted(groups.items())
]
days = [datetime.date.fromisoformat(row["day"]).isoformat() for row in rows]
print("%d rows, %s" % (len(rows), f"{statistics.fmean(range(12)):.2f}"), json.dumps(table), flush=True)
answer = airlock.query("SELECT name, day, n FROM events WHERE n > {n}", n=1, max_rows=200)
text = "%d %s %s %s" % (len(answer), answer[0].day, [row.n for row in answer][:3], answer.column("name")[0])
airlock.table(table, title="A table")
airlock.chart("bar", table, x="name", y="mean")
airlock.metric("rows", len(rows))
airlock.result({"rows": rows, "days": days})
"""


# The answer to its query.
ROWS = {
    "columns": ["name", "day", "n"], "types": ["String", "Date", "UInt64"], "count": 20, "complete": True, "age_ms": 0,
    "data": [{"values": ["a", "b"], "at": [0, 1] * 10}, ["2024-01-%02d" % n for n in range(1, 21)], list(range(20))],
}


def frame(message):
    data = airlock_channel._encode(message).encode()
    return len(data).to_bytes(4, "big") + data


def words():
    """All that the host would say in the rehearsal: a script that has been run before, and the answer to its query."""
    text = REHEARSAL.encode()
    code = marshal.dumps(compile(REHEARSAL, "rehearsal.py", "exec", dont_inherit=True))
    start = {
        "protocol": airlock_channel.PROTOCOL, "name": "rehearsal.py", "params": {"days": 7}, "seed": None,
        "frame_bytes": airlock_channel.frame_bytes, "script_bytes": len(text), "code_bytes": len(code), "keep": False,
    }
    answer = {"jsonrpc": "2.0", "id": airlock_channel._last_id + 1, "result": ROWS}
    return frame({"jsonrpc": "2.0", "method": "start", "params": start}) + text + code + frame(answer)


def rehearse(said):
    """Compiles a small script, as one that is new is compiled, runs it just as a real one is run, its output to nowhere, and
    takes its traces away."""
    compile(REHEARSAL, "rehearsal.py", "exec", dont_inherit=True)
    kept = (
        airlock_channel.params, airlock_channel.frame_bytes, airlock_channel.REPLIES, airlock_channel.REQUESTS,
        airlock_channel._last_id, sys.argv[:], sys.modules["__main__"],
    )
    output = posix.dup(1)
    nothing = posix.open("/dev/null", posix.O_WRONLY)
    replies, host = posix.pipe()
    # That it comes was said before; all of it lies in the pipe before it is asked for.
    airlock_channel._received.extend(bytes(4))
    posix.dup2(nothing, 1)
    airlock_channel.REPLIES, airlock_channel.REQUESTS = replies, nothing
    try:
        airlock_channel._look_out(2)  # in vain
        posix.write(host, said)
        status = airlock_channel.flush(airlock_channel.run_once(guest, airlock_code.execute))
        rehearse_end()
    finally:
        posix.dup2(output, 1)
        for descriptor in (output, nothing, replies, host):
            posix.close(descriptor)
        (
            airlock_channel.params, airlock_channel.frame_bytes, airlock_channel.REPLIES, airlock_channel.REQUESTS,
            airlock_channel._last_id, sys.argv[:], sys.modules["__main__"],
        ) = kept
    if status != 0:
        raise SystemExit("the rehearsal ended with %s" % status)


def rehearse_end():
    """Takes the way to the end as far as it can be taken: each of its calls has something to set up in the interpreter, or
    memory of its own to touch."""
    atexit = sys.modules.get("atexit")
    if atexit is not None:
        run = atexit._run_exitfuncs
        if atexit._ncallbacks() == 0:
            run()
    try:
        posix._exit(None)
    except TypeError:
        pass


def fill_holes():
    """Takes what is free between objects that live: what a slot allocates then lies together, where its rehearsal was,
    and not on one page here and another there."""
    small = [bytes(size) for size in range(0, 480, 16) for _ in range(60)]
    tiny = [[object() for _ in range(1000)], [float(n) for n in range(1000)]]
    large = [bytes(size) for size in [*range(500, 6000, 100), 8000, 12000, 20000, 40000] for _ in range(4)]
    return small, tiny, large


def touch_tables():
    """Writes to the interpreter's tables of interned strings and of looked-up attributes, all over: where a script's names
    will have their places is not known."""
    for n in range(150):
        getattr(_Nothing, sys.intern("rehearsal_%d" % n), None)


def touch_room():
    """Writes to memory that a script may take beyond what its rehearsal did: the interpreter keeps objects of each size
    apart, and large ones come from the C library. What is given back last is taken first."""
    [object() for _ in range(8)], [float(n) for n in range(8)]
    [bytes(size) for size in range(0, 480, 16) for _ in range(8)], [bytes(size) for size in range(500, 8000, 250)]


class _Nothing:
    pass


def load_extension(path):
    """The shared object that the host has put there: no finder would look for it."""
    import _imp
    from importlib.machinery import ModuleSpec

    return _imp.create_dynamic(ModuleSpec("airlock_zygote", None, origin=path))


def import_ahead(names):
    for name in names:
        try:
            __import__(name)
        except Exception:  # a script that wants it will hear why
            pass


def modules_of(distribution):
    """The modules that a distribution brings, by its own word; their names need not be its own (scikit-learn, sklearn)."""
    try:
        from importlib.metadata import distribution as find

        return (find(distribution).read_text("top_level.txt") or distribution.replace("-", "_")).split()
    except Exception:
        return []


def renew_randomness():
    """`random` has done so for itself (os.register_at_fork); numpy's old global generator does not."""
    generator = sys.modules.get("numpy.random")
    if generator is not None:
        generator.seed()


if "t" in sys.abiflags:
    raise SystemExit("an interpreter without a global lock cannot be forked in this way")
extension = load_extension(sys.argv[1])
import_ahead(STANDARD)
for distribution in filter(None, sys.argv[2].split(",")):
    import_ahead(name for name in modules_of(distribution) if name[:1] != "_")
airlock_channel.name_lines()
said = words()
rehearse(said)
gc.collect()
filling = fill_holes()
rehearse(said)
gc.collect()
gc.freeze()
gc.disable()
in_hurry = extension.serve()
# From here on in a slot.
gc.enable()
renew_randomness()
if not in_hurry:
    touch_tables()
    rehearse(said)
    gc.collect(0)
    touch_room()
extension.lock()
airlock_channel.lock_down()
airlock_channel.run_script(guest, airlock_code.execute)
