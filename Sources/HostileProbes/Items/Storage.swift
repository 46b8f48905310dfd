/// The scratch directory: how much, how many, how deep, and what is left of it.
extension HostileItem {
    static let storage: [HostileItem] = [
        HostileItem(
            68, "a million empty files",
            gapInPortable: Gap(
                "files are counted each 100 ms, not bounded; they lie on the host's disk", isShown: false),
            HostileProbe(
                .limit("disk"), rehearsal: .files,
                outside: #"""
                    for index in range(11000):
                        opened(FILE + f'-{index}', os.O_CREAT | os.O_WRONLY)
                    got('more than 10,000')
                    """#,
                #"""
                import time
                for index in range(1000000):
                    os.close(os.open(str(index), os.O_CREAT | os.O_WRONLY))
                    if index == 12000:
                        time.sleep(1)  # where the host has to look at the directory, it gets the time
                got('a million files')
                """#)),
        HostileItem(
            69, "a huge file, a sparse one, deep directories, long names, attributes, files without a name",
            gapInPortable: Gap(
                "as 62; directories deeper than PATH_MAX are not looked into, and count as too much", isShown: false),
            HostileProbe(
                .limit("disk"), limits: ["disk=4MiB"], rehearsal: .disk, outside: big,
                #"""
                with open('huge', 'wb') as file:
                    while True:
                        file.write(bytes(1 << 20))
                """#),
            HostileProbe(
                .limit("disk"), outside: big, "with open('sparse', 'wb') as file: file.truncate(1 << 50)\ngot('1 PiB')"),
            HostileProbe(
                .contained, portable: .limit("disk"),
                outside: "os.chdir(FOLDER)\nfor _ in range(300): os.mkdir('x'); os.chdir('x')\ngot('300 levels')",
                #"""
                for index in range(1000):
                    os.mkdir('deeper')
                    os.chdir('deeper')
                for index in range(200):
                    opened(chr(97 + index % 26) * 250 + str(index), os.O_CREAT | os.O_WRONLY)
                    attempt('a longer name', lambda: opened('x' * 4096, os.O_CREAT | os.O_WRONLY), errno.ENAMETOOLONG)
                if LEVEL == 'portable':
                    import time
                    time.sleep(9)
                """#),
            HostileProbe(
                .refused("setxattr"),
                outside:
                    "attempt('an attribute', lambda: os.setxattr(FILE, 'trusted.x' if os.geteuid() == 0 else 'user.x', b'x'))",
                #"""
                opened('file', os.O_CREAT | os.O_WRONLY)
                for index in range(1000):
                    for space in ('user', 'trusted', 'security'):
                        attempt(space, lambda: os.setxattr('file', f'{space}.{index}', bytes(1024)), errno.EPERM)
                """#),
            // Names that are no text: whoever counts has to find them all the same.
            HostileProbe(
                .limit("disk"), limits: ["disk=4MiB"], outside: big,
                #"""
                import time
                os.mkdir(b'\xff')
                for index in range(16):
                    with open(b'\xff/\xfe%d' % index, 'wb') as file:
                        file.write(bytes(1 << 20))
                time.sleep(9)
                got('16 MiB')
                """#),
            // Open or mapped only: in a tmpfs they count of themselves, on the host they have to be found.
            HostileProbe(
                .limit("disk"), limits: ["disk=4MiB"], outside: big,
                #"""
                import mmap, time
                held = []
                for index in range(16):
                    name = f'hidden-{index}'
                    file = os.open(name, os.O_CREAT | os.O_RDWR)
                    os.unlink(name)
                    os.write(file, b'x' * (1 << 20))
                    if index % 2:
                        held.append(mmap.mmap(file, 1 << 20))
                        os.close(file)
                time.sleep(9)
                got('16 MiB')
                """#)),
        HostileItem(
            74, "links, FIFOs, sockets, devices, directories in place of an output",
            HostileProbe(
                .refused("mknodat"),
                outside: "os.symlink(FILE, FILE + '-link'); got(open(FILE + '-link').read())",
                #"""
                import airlock, stat
                os.symlink(FILE, 'symbolic.csv')
                os.mkdir('folder.csv')
                opened('file.csv', os.O_CREAT | os.O_WRONLY)
                os.link('file.csv', 'hard.csv')
                for kind in (stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR, stat.S_IFREG):
                    attempt('mknod', lambda: os.mknod('special.csv', kind | 0o600, os.makedev(1, 3)), errno.EPERM)
                # What is handed out is bytes that were sent; the host never opens a file of the script's.
                for name in ('symbolic.csv', 'folder.csv', 'hard.csv', 'special.csv'):
                    airlock.artifact(name, b'x')
                """#)),
        HostileItem(
            75, "swap what the host looks at for a link, 10,000 times",
            HostileProbe(
                .contained,
                outside: #"""
                    os.mkdir(FILE + '-a')
                    os.symlink(FOLDER, FILE + '-b')
                    kernel('renameat2', HERE, (FILE + '-a').encode(), HERE, (FILE + '-b').encode(), 2)
                    if os.path.islink(FILE + '-a'):
                        got('a swap')
                    """#,
                #"""
                import time
                os.mkdir('a')
                for index in range(50):
                    opened(f'a/{index}', os.O_CREAT | os.O_WRONLY)
                    os.mkdir(f'a/folder-{index}')
                os.symlink(FOLDER, 'b')
                end, swaps = time.monotonic() + 0.4, 0
                while swaps < 10001 or time.monotonic() < end:
                    kernel('renameat2', HERE, b'a', HERE, b'b', 2)
                    swaps += 1
                if not os.path.islink('a'):
                    kernel('renameat2', HERE, b'a', HERE, b'b', 2)
                """#)),
        HostileItem(
            78, "leave something for the next run: files, shared memory, queues",
            HostileProbe(
                .refused("shmget", "msgget", "mq_open"), rehearsal: .sharedObjects,
                outside:
                    "opened('/dev/shm/' + TOKEN, os.O_CREAT | os.O_WRONLY); os.unlink('/dev/shm/' + TOKEN); got('a file')",
                #"""
                for folder in ('/dev/shm', '/var/tmp', '/run', '/dev/mqueue') + (('/tmp',) if LEVEL == 'portable' else ()):
                    name = f'{folder}/{TOKEN}-left'
                    attempt(name, lambda: opened(name, os.O_CREAT | os.O_WRONLY), errno.ENOENT, errno.EACCES, errno.EROFS)
                opened('left', os.O_CREAT | os.O_WRONLY)
                os.makedirs('folder/inner')
                os.mkdir(b'no text \xff')
                opened(b'no text \xff/\xfe', os.O_CREAT | os.O_WRONLY)
                os.symlink(FOLDER, 'folder/link')  # whoever clears up has to leave alone what it leads to
                attempt('shmget', lambda: kernel('shmget', 0x41495231, 4096, 0o1600), errno.EPERM)
                attempt('msgget', lambda: kernel('msgget', 0x41495231, 0o1600), errno.EPERM)
                attempt('mq_open', lambda: kernel('mq_open', TOKEN.encode(), 0o102, 0o600, 0), errno.EPERM)
                for path in ('folder/inner', 'folder'):  # a directory that its owner cannot use
                    descriptor = os.open(path, os.O_RDONLY)
                    try:
                        os.chmod(path, 0)
                    except OSError:
                        pass
                """#)),
    ]

    private static let big = #"""
        with open(FILE, 'wb') as file:
            file.truncate(1 << 30)
            file.write(bytes(8 << 20))
        got('a large file')
        """#
}
