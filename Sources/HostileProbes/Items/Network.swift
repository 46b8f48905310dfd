/// The network, in every form that a socket comes in.
extension HostileItem {
    static let network: [HostileItem] = [
        HostileItem(
            30, "TCP, UDP and raw sockets",
            HostileProbe(
                .refused("socket"),
                #"""
                import socket
                attempt('TCP', lambda: socket.create_connection(('127.0.0.1', PORT)), errno.EPERM)
                for family in (socket.AF_INET, socket.AF_INET6):
                    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
                        for flags in (0, socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC):
                            attempt('a socket', lambda: socket.socket(family, kind | flags, 1 if kind == 3 else 0), errno.EPERM)
                """#)),
        HostileItem(
            31, "a planted socket of the host, by path",
            HostileProbe(
                .refused("socket"),
                #"""
                import socket
                attempt('its path', lambda: socket.socket(socket.AF_UNIX).connect(SOCKET), errno.EPERM)
                if INSIDE:
                    for path in ('/run/docker.sock', '/run/dbus/system_bus_socket', '/run/systemd/private'):
                        attempt(path, lambda: socket.socket(socket.AF_UNIX).connect(path), errno.EPERM)
                """#)),
        HostileItem(
            32, "a planted abstract socket of the host",
            HostileProbe(
                .refused("socket", "connect", "sendto"),
                #"""
                import socket, struct
                attempt('its name', lambda: socket.socket(socket.AF_UNIX).connect('\0' + ABSTRACT), errno.EPERM)
                if INSIDE and not OTHERS:
                    import ctypes
                    name = struct.pack('<H', 1) + b'\0' + ABSTRACT.encode()
                    libc = ctypes.CDLL(None, use_errno=True)
                    for descriptor in range(5):  # none of these is a socket; the calls are refused before that is seen
                        if libc.connect(descriptor, name, len(name)) != -1 or ctypes.get_errno() != errno.EPERM:
                            got('connect')
                        if libc.sendto(descriptor, b'x', 1, 0, name, len(name)) != -1 or ctypes.get_errno() != errno.EPERM:
                            got('sendto')
                """#)),
        HostileItem(
            33, "an abstract socket between two sandboxes",
            HostileProbe(
                .refused("socket", "socketpair"), isRepeated: false,
                #"""
                import socket
                def meet():
                    here = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                    # Runs of this probe at the same time would meet under this name.
                    here.bind('\0airlock-hostile-rendezvous' if INSIDE else '\0' + ABSTRACT + '-2')
                if OTHERS:  # sandboxes meet where each of them sees the host's names
                    meet = lambda: socket.socket(socket.AF_UNIX).connect('\0' + ABSTRACT)
                attempt('a name', meet, errno.EPERM)
                if not OTHERS:
                    attempt('a pair', socket.socketpair, errno.EPERM)
                """#)),
        HostileItem(
            34, "every other family: netlink, packet, vsock, ALG, Bluetooth, key, XDP and the rest",
            HostileProbe(
                .refused("socket"),
                #"""
                import socket
                # A family that nobody has used makes the kernel load a module.
                for family in range(64) if INSIDE or not SPARING else (1, 2, 10):
                    if OTHERS and family in (1, 2, 10):  # those of the items before
                        continue
                    for kind in (1, 2, 3, 5):
                        attempt(f'family {family}', lambda: socket.socket(family, kind, 0), errno.EPERM)
                """#)),
        HostileItem(
            35, "names and URLs",
            HostileProbe(
                .refused("socket"),
                outside: #"""
                    import socket
                    socket.getaddrinfo('127.0.0.1', PORT)
                    attempt('a connection', lambda: socket.create_connection(('127.0.0.1', PORT)))
                    """#,
                #"""
                import socket, time, urllib.request
                start = time.monotonic()
                for name in ('example.com', 'localhost', 'metadata.google.internal'):
                    attempt(name, lambda: socket.getaddrinfo(name, 80))
                attempt('a URL', lambda: urllib.request.urlopen(f'http://127.0.0.1:{PORT}/', timeout=5))
                attempt('metadata', lambda: urllib.request.urlopen('http://169.254.169.254/', timeout=5))
                # The calls fail at once: nobody waits for an answer that cannot come.
                assert time.monotonic() - start < 4
                """#)),
    ]
}
