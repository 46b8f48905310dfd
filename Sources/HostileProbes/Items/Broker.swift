/// The one door that is meant to be there.
extension HostileItem {
    static let broker: [HostileItem] = [
        HostileItem(
            79, "frames of every wrong kind",
            violation("send(b'\\xff\\xff\\xff\\xff' + b'x' * 100)"),
            violation("send(b'\\x80\\0\\0\\0' + b'x' * 100)"),
            violation("send(b'\\0\\0\\0\\0')"),
            // Cut off by the script's end.
            HostileProbe(.protocolViolation, "send(b'\\0\\0\\1\\0' + b'x' * 10)"),
            HostileProbe(
                .contained,
                #"""
                for byte in frame(notification('metric', name='split', value=1)):
                    send(bytes([byte]))
                """#),
            HostileProbe(
                .quotaExceeded,
                #"""
                send(b''.join(frame(request(number)) for number in range(10000)))
                wait()
                """#),
            violation("send(frame('[' * 100000))"),
            violation(
                "send(frame('{\"jsonrpc\":\"2.0\",\"method\":\"log\",\"params\":' + '{\"a\":' * 5000 + '1' + '}' * 5001))"
            ),
            violation("send(frame('{\"jsonrpc\":\"2.0\",\"method\":\"log\",\"method\":\"result\",\"params\":{}}'))"),
            violation(
                "send(frame('{\"jsonrpc\":\"2.0\",\"method\":\"metric\",\"params\":{\"name\":\"x\",\"value\":NaN}}'))"),
            violation(
                "send(frame('{\"jsonrpc\":\"2.0\",\"method\":\"metric\",\"params\":{\"value\":' + '9' * 100000 + '}}'))"
            ),
            violation("send(frame(request(-1)))"), violation("send(frame(request(1.5)))"),
            violation("send(frame(request(1)) + frame(request(1)))"),
            violation("send(frame({'jsonrpc': '2.0', 'id': 1, 'result': {}}))"),
            // Code for later runs of the same text is the guest's to send, and only where it is asked for.
            violation("send(frame(notification('compiled', code='AAEC')))"),
            violation("send(frame('not JSON at all'))"), violation("send(frame('[' + json.dumps(request(1)) + ']'))"),
            HostileProbe(
                .contained, outside: "readable, writable = os.pipe(); os.write(writable, b'x'); got('a reply')",
                #"""
                for descriptor in (0, 3):
                    try:
                        os.write(descriptor, frame({'jsonrpc': '2.0', 'id': 1, 'result': {}}))
                        if descriptor == 3:
                            got('a reply')
                    except OSError as error:
                        assert error.errno == errno.EBADF, error
                """#)),
        HostileItem(
            80, "change what was sent after it was sent",
            HostileProbe(
                .refused("vmsplice"),
                outside: #"""
                    import mmap, struct
                    page = mmap.mmap(-1, 4096)
                    page[:6] = b'before'
                    where = ctypes.addressof(ctypes.c_char.from_buffer(page))
                    taken, given = os.pipe()
                    kernel('vmsplice', given, struct.pack('<QQ', where, 6), 1, 0)
                    page[:6] = b'after!'
                    if os.read(taken, 6) == b'after!':
                        got('what was sent')
                    """#,
                #"""
                import struct
                data = ctypes.create_string_buffer(frame(notification('metric', name='before', value=1)))
                attempt('a page of its own',
                        lambda: kernel('vmsplice', 4, struct.pack('<QQ', ctypes.addressof(data), len(data) - 1), 1, 0), errno.EPERM)
                send(data.raw[:-1])
                ctypes.memset(data, 0xff, len(data))
                """#)),
        HostileItem(
            81, "a flood of valid calls",
            HostileProbe(
                .quotaExceeded, limits: ["calls=5"],
                outside: "send(frame(request(1)))",
                #"""
                import airlock, time
                for _ in range(100):
                    try:
                        airlock.list_objects()
                    except airlock.QuotaExceeded:
                        pass
                time.sleep(9)
                got('100 calls')
                """#)),
        HostileItem(
            82, "calls after the deadline, and one inside another",
            HostileProbe(
                .limit("wall"), limits: ["wall=300ms", "calls=100000"], outside: "send(frame(request(1)))",
                #"""
                import time
                number = 0
                while True:
                    send(frame(notification('progress', fraction=0.5)))
                    time.sleep(0.05)
                """#),
            violation("one, other = frame(request(1)), frame(request(2)); send(one[:20] + other + one[20:])"),
            HostileProbe(
                .failed(signal: nil, code: 1), outside: "send(frame(request(1)))",
                #"""
                import airlock, airlock_channel, signal
                # A signal handler that calls in the middle of a message is refused, and the message stays whole.
                def inner(*_):
                    airlock_channel.notify('log', {'level': 'info', 'message': 'inner'})
                airlock_channel._writing = True
                inner()
                """#)),
        HostileItem(
            83, "pass a descriptor with SCM_RIGHTS",
            HostileProbe(
                .refused("sendmsg"),
                outside: #"""
                    import array, socket
                    one, other = socket.socketpair()
                    one.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0]))])
                    if other.recvmsg(1, 64)[1]:
                        got('a descriptor')
                    """#,
                #"""
                for descriptor in range(5):
                    attempt('sendmsg', lambda: kernel('sendmsg', descriptor, bytes(56), 0), errno.EPERM)
                """#)),
    ]

    private static func violation(_ script: String) -> HostileProbe {
        HostileProbe(.protocolViolation, script + "\nwait()")
    }
}
