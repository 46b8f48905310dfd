"""Runs one script: `python3 -s -S -B -X utf8 bootstrap.pyc DIRECTORY...`, replies on descriptor 3, requests on 4.

The directories hold packages; they come last on the module path, so that none of them can stand in for the library.

Start-up time is the point of this file's shape: it and `airlock_channel` are compiled once, when they are installed, and
nothing is imported that a script might not need.
"""
import sys

guest = __file__.rpartition("/")[0] or "."
sys.path.insert(0, guest)
sys.path.extend(sys.argv[1:])

import airlock_channel  # noqa: E402: found through the path just set


airlock_channel.lock_down()
airlock_channel.name_lines()
airlock_channel.run_script(guest, airlock_channel.execute_first)
