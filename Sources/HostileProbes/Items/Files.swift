/// Reaching files of the host, and descriptors that nobody gave.
extension HostileItem {
    static let files: [HostileItem] = [
        HostileItem(
            1, "write outside of the scratch directory",
            HostileProbe(
                .refused(),
                outside: #"""
                    attempt('a new file', lambda: opened(FILE + '-new', os.O_CREAT | os.O_WRONLY))
                    attempt('a file', lambda: opened(FILE, os.O_WRONLY | os.O_APPEND))
                    """#,
                #"""
                import airlock
                library, guest = os.path.dirname(os.__file__), os.path.dirname(airlock.__file__)
                for folder in ('/', '/usr', '/usr/bin', '/etc', '/root', '/var/tmp', '/dev', '/dev/shm', '/proc', '/sys',
                               FOLDER, CACHE, library, guest):
                    name = folder + '/' + TOKEN
                    attempt(name, lambda: opened(name, os.O_CREAT | os.O_WRONLY))
                    attempt(name, lambda: os.mkdir(name))
                    attempt(name, lambda: os.symlink('x', name))
                for path in (FILE, os.__file__, airlock.__file__, sys.executable, '/etc/passwd'):
                    whole = (os.O_RDONLY | os.O_TRUNC, os.O_WRONLY | os.O_TRUNC, 3 | os.O_TRUNC)
                    for flags in (os.O_WRONLY, os.O_RDWR) + (whole if not SPARING or path in (FILE, airlock.__file__) else ()):
                        attempt(path, lambda: opened(path, flags))
                """#),
            // Without a name, through a path that may not be read, and the scratch directory itself.
            HostileProbe(
                .refused(),
                outside: #"""
                    path = os.open(FILE, os.O_PATH)
                    attempt('a file without a name', lambda: opened(FOLDER, os.O_TMPFILE | os.O_WRONLY))
                    through = f'/proc/self/fd/{path}'.encode()
                    attempt('a link through /proc', lambda: kernel('linkat', HERE, through, HERE, FILE.encode() + b'-2', 0x400))
                    attempt('a folder', lambda: (os.mkdir(FOLDER + '/x'), os.rename(FOLDER + '/x', FOLDER + '/y')))
                    """#,
                #"""
                for folder in (FOLDER, '/var/tmp', CACHE, '/usr', '/'):
                    attempt(folder, lambda: opened(folder, os.O_TMPFILE | os.O_WRONLY))
                    attempt(folder, lambda: opened(folder, os.O_TMPFILE | os.O_RDWR))
                for path in (FILE, '/etc/passwd', sys.executable, os.__file__):
                    try:
                        named = os.open(path, os.O_PATH)
                    except OSError:
                        continue
                    attempt('a link', lambda: kernel('linkat', named, b'', HERE, b'mine', 0x1000))
                    through = f'/proc/self/fd/{named}'.encode()
                    attempt('a link through /proc', lambda: kernel('linkat', HERE, through, HERE, b'mine', 0x400))
                    attempt('reading', lambda: os.read(named, 1), errno.EBADF)
                    attempt('writing', lambda: opened(f'/proc/self/fd/{named}', os.O_RDWR))
                    attempt('its mode', lambda: os.fchmod(named, 0o666))
                    attempt('its length', lambda: os.ftruncate(named, 0))
                    attempt('its times', lambda: os.utime(named, (2, 2)))
                    os.close(named)
                here = os.getcwd()
                for path in (here, here + '/.', here + '/../' + os.path.basename(here)):
                    attempt('removing', lambda: os.rmdir(path))
                    attempt('renaming', lambda: os.rename(path, here + '-' + TOKEN))
                attempt('a neighbour', lambda: os.mkdir(here + '-' + TOKEN))
                """#),
            // Modes, times and the like lie outside of what Landlock covers (landlock(7), "Current limitations").
            HostileProbe(
                .refused(),
                #"""
                if INSIDE:
                    import airlock
                    guest = airlock.__file__
                for path in [FILE] + ([] if not INSIDE else [guest] if SPARING else [guest, os.__file__, sys.executable]):
                    attempt('chmod', lambda: os.chmod(path, 0o666))
                    attempt('times', lambda: os.utime(path, (2, 2)))
                    attempt('truncate', lambda: os.truncate(path, 0))
                    attempt('link', lambda: os.link(path, path + '-2'))
                    attempt('attribute', lambda: os.setxattr(path, 'user.x', b'x'))
                    attempt('rename', lambda: os.rename(path, path + '-3'))
                    attempt('remove', lambda: os.unlink(path if INSIDE else path + '-2'))
                    attempt('link into the scratch directory', lambda: os.link(path if INSIDE else path + '-3', 'mine'))
                if not INSIDE:
                    os.unlink('mine')
                """#)),
        HostileItem(
            2, "read the host's secrets, other runs' directories",
            gapInPortable: Gap("existence, size, times, owner and extended attributes of a host file can be seen"),
            HostileProbe(
                .absent,
                #"""
                attempt('the canary', lambda: opened(FILE))
                paths = ['/etc/passwd', '/etc/shadow', '/etc/hostname', '/root', '/home', '/var', '/etc', FOLDER, CACHE,
                         CACHE + '/scratch', '/run', '/var/tmp']
                for path in paths if INSIDE else []:
                    attempt(path, lambda: opened(path), errno.ENOENT, errno.EACCES)
                    attempt(path, lambda: os.listdir(path), errno.ENOENT, errno.EACCES, errno.ENOTDIR)
                attempt('its size', lambda: os.stat(FILE), known_in=('portable',))
                """#)),
        HostileItem(
            3, "/proc of other processes",
            gapInPortable: Gap("stat(\"/proc/N\") tells whether a process exists and whose it is"),
            HostileProbe(
                .absent,
                #"""
                own = () if OTHERS else ('self', 'thread-self')
                for pid in (VICTIM, *own) + ((1, os.getppid()) if INSIDE else ()):
                    for name in ('environ', 'cmdline', 'maps', 'mem', 'root/etc/passwd', 'status'):
                        attempt(f'{pid}/{name}', lambda: opened(f'/proc/{pid}/{name}'), errno.ENOENT, errno.EACCES)
                if not OTHERS:
                    attempt('the list', lambda: os.listdir('/proc'), errno.ENOENT, errno.EACCES)
                attempt('its owner', lambda: os.stat(f'/proc/{VICTIM}'), known_in=('portable',))
                """#)),
        HostileItem(
            4, "the environment",
            HostileProbe(
                .contained,
                #"""
                import ctypes
                variables = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), 'environ')
                raw, index = [], 0
                while variables[index]:
                    raw.append(variables[index])
                    index += 1
                extra = set(os.environ) - {'HOME', 'TMPDIR', 'LANG', 'TZ', 'LC_CTYPE'} - ({'PWD'} if OTHERS else set())
                if extra or 'BREACH' in repr(raw):
                    got(sorted(extra))
                if INSIDE:
                    assert os.environ['HOME'] == os.environ['TMPDIR'] == os.getcwd(), os.environ
                """#)),
        HostileItem(
            5, "write /proc/self/mem, and that of others",
            HostileProbe(
                .absent,
                #"""
                for pid in ('self', VICTIM) + ((1, os.getppid()) if INSIDE else ()):
                    attempt(f'{pid}', lambda: opened(f'/proc/{pid}/mem', os.O_RDWR), errno.ENOENT, errno.EACCES)
                """#)),
        HostileItem(
            6, "overwrite the interpreter",
            HostileProbe(
                .refused(),
                #"""
                paths = ['/proc/self/exe', sys.executable, '/usr/bin/python3', '/lib64/ld-linux-x86-64.so.2']
                for path in paths if INSIDE else [FILE]:
                    attempt(path, lambda: opened(path, os.O_RDWR))
                    if SPARING and INSIDE:
                        continue
                    attempt(path, lambda: opened(path, os.O_WRONLY | os.O_TRUNC))
                    attempt('replace', lambda: (opened(FILE + '-new' if not INSIDE else 'new', os.O_CREAT | os.O_WRONLY),
                                                os.rename(FILE + '-new' if not INSIDE else 'new', path)))
                """#)),
        HostileItem(
            7, "open /proc/self/fd/N with more rights",
            gapInPortable: Gap("the other ends of its own pipes can be opened"),
            HostileProbe(
                .absent,
                outside: #"""
                    readable, writable = os.pipe()
                    attempt('a pipe', lambda: opened(f'/proc/self/fd/{readable}', os.O_WRONLY))
                    file = os.open(FILE, os.O_RDONLY)
                    attempt('a file', lambda: opened(f'/proc/self/fd/{file}', os.O_RDWR))
                    """#,
                #"""
                library = os.open(os.__file__, os.O_RDONLY)
                for base in ('/proc/self/fd', '/dev/fd'):
                    attempt('a file', lambda: opened(f'{base}/{library}', os.O_RDWR), errno.ENOENT, errno.EACCES)
                    for number, flags in ((1, os.O_RDONLY | os.O_NONBLOCK), (3, os.O_WRONLY), (4, os.O_RDONLY | os.O_NONBLOCK)):
                        attempt('a pipe', lambda: opened(f'{base}/{number}', flags), known_in=('portable',))
                    readable, writable = os.pipe()
                    attempt('a pipe', lambda: opened(f'{base}/{readable}', os.O_WRONLY), known_in=('portable',))
                """#)),
        HostileItem(
            8, "inherited descriptors",
            HostileProbe(
                .contained,
                #"""
                import stat
                if not INSIDE:
                    os.dup2(os.open('/dev/null', os.O_RDONLY), 9)
                found = {}
                for number in range(4096):
                    try:
                        found[number] = os.fstat(number)
                    except OSError:
                        pass
                if set(found) - {0, 1, 2, 3, 4, 5}:
                    got(sorted(found))
                if INSIDE:
                    assert set(found) == {0, 1, 2, 3, 4, 5}
                    assert stat.S_ISCHR(found[0].st_mode), found[0]
                    assert all(stat.S_ISFIFO(found[number].st_mode) for number in (1, 2, 3, 4, 5)), found
                """#)),
        HostileItem(
            9, "out through a directory descriptor or the working directory",
            HostileProbe(
                .refused(),
                #"""
                for start in ('.', '/', os.path.dirname(os.__file__)):
                    try:
                        folder = os.open(start, os.O_RDONLY | os.O_DIRECTORY)
                    except PermissionError:
                        assert INSIDE and LEVEL == 'portable'
                        continue
                    for path in ['../' * 30 + FILE] + (['../' * 30 + 'etc/passwd', '../../../../etc'] if INSIDE else []):
                        attempt(path, lambda: opened(path, dir_fd=folder), errno.ENOENT, errno.EACCES)
                    os.close(folder)
                for number in range(5) if INSIDE else ():
                    attempt(f'through {number}', lambda: opened('../etc/passwd', dir_fd=number), errno.ENOTDIR)
                """#)),
        HostileItem(
            10, "chroot, pivot_root, chdir(\"..\")",
            HostileProbe(
                .refused(),
                #"""
                for _ in range(40):
                    os.chdir('..')
                attempt('the root', lambda: opened(FILE.lstrip('/')), errno.ENOENT, errno.EACCES)
                if INSIDE:
                    attempt('/etc', lambda: os.listdir('etc'), errno.ENOENT, errno.EACCES)
                """#),
            HostileProbe(
                .killed("chroot"),
                outside: "private(); os.chroot('/var'); got(os.listdir('/'))",
                "os.mkdir('d'); os.chroot('d'); got('chroot')"),
            HostileProbe(
                .killed("pivot_root"), rehearsal: .call("pivot_root", "b'/nowhere', b'/nowhere'"),
                outside: #"""
                    private()
                    kernel('mount', b'none', b'/mnt', b'tmpfs', 0, 0)
                    os.chdir('/mnt')
                    kernel('pivot_root', b'.', b'.')
                    got('pivot_root')
                    """#,
                "kernel('pivot_root', b'.', b'.'); got('pivot_root')")),
    ]
}
