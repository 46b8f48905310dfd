"""Runs one script: `python3 -s -S -B -X utf8 bootstrap.pyc DIRECTORY...`, replies on descriptor 3, requests on 4.

The directories hold packages; they come last on the module path, so that none of them can stand in for the library.

Start-up time is the point of this file's shape: it and `airlock_channel` are compiled once, when they are installed, and
nothing is imported that a script might not need.
"""
import posix
import sys

guest = __file__.rpartition("/")[0] or "."
sys.path.insert(0, guest)
sys.path.extend(sys.argv[1:])

import airlock_channel  # noqa: E402: found through the path just set


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
            posix._exit(70)
        return
    name_lines()


def name_lines():
    """Lets the sandbox learn which line makes a call that it refuses: when it sends SIGURG (23), the interpreter writes
    the traceback to descriptor 5, in C and before the call returns. Takes some 50 us."""
    try:
        import faulthandler

        faulthandler.register(23, file=5, all_threads=False)
    except Exception:  # an interpreter without it names no lines
        pass


lock_down()
airlock_channel.run_script(guest)
