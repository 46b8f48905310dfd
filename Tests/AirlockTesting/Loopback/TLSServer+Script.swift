extension TLSServer {
    /// Its arguments: certificate file, key file, offer, answers. It prints its port first.
    static let script = #"""
        import socket, ssl, struct, sys, threading

        certificate, key, offer, answers = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = ssl.TLSVersion.TLSv1_2 if offer == "tls12" else ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["h2"] if offer == "http2" else ["http/1.1"])


        def serve_http1(tls):
            file = tls.makefile("rb")
            while file.readline():
                length = 0
                while (header := file.readline()) not in (b"\r\n", b""):
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                file.read(length)
                if offer == "cut":
                    tls.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf")
                    return tls.shutdown(socket.SHUT_RDWR)
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" + tls.version().encode())


        def frame(kind, flags, stream, payload=b""):
            return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


        class HTTP2:
            """As much of RFC 9113 as a client needs. What a request asks for is not read (that would take HPACK): the
            answers go by the requests' order on the connection. Data keeps to the windows."""

            def __init__(self, tls):
                self.tls, self.file = tls, tls.makefile("rb")
                self.window, self.initial, self.windows, self.left, self.count = 65535, 65535, {}, {}, 0

            def serve(self):
                if self.file.read(24) != b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":
                    return
                self.tls.sendall(frame(4, 0, 0))
                while head := self.file.read(9):
                    length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
                    stream = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
                    self.take(kind, flags, stream, self.file.read(length))
                    self.pump()

            def take(self, kind, flags, stream, payload):
                if kind == 4 and not flags & 1:  # SETTINGS
                    for place in range(0, len(payload), 6):
                        number, value = struct.unpack(">HI", payload[place:place + 6])
                        if number == 4:
                            self.initial = value
                    self.tls.sendall(frame(4, 1, 0))
                elif kind == 6 and not flags & 1:  # PING
                    self.tls.sendall(frame(6, 1, 0, payload))
                elif kind == 8:  # WINDOW_UPDATE
                    more = int.from_bytes(payload, "big")
                    if stream:
                        self.windows[stream] = self.windows.get(stream, self.initial) + more
                    else:
                        self.window += more
                elif kind == 3:  # RST_STREAM
                    self.left.pop(stream, None)
                elif kind in (0, 1):  # DATA, HEADERS
                    if kind == 0 and payload:
                        more = struct.pack(">I", len(payload))
                        self.tls.sendall(frame(8, 0, 0, more) + frame(8, 0, stream, more))
                    if flags & 1:  # the request's last
                        self.answer(stream)

            def answer(self, stream):
                self.count += 1
                answer = answers[self.count - 1:self.count]
                if answer == "r":
                    self.tls.sendall(frame(3, 0, stream, struct.pack(">I", 2)))
                elif answer != "h":
                    # 0x88 is `:status: 200` of HPACK's static table.
                    self.tls.sendall(frame(1, 4, stream, b"\x88"))
                    self.left[stream] = 3000000 if answer == "b" else 6

            def pump(self):
                for stream, left in list(self.left.items()):
                    window = self.windows.setdefault(stream, self.initial)
                    while left and (piece := min(left, 16384, self.window, window)) > 0:
                        left, window, self.window = left - piece, window - piece, self.window - piece
                        self.tls.sendall(frame(0, 0 if left else 1, stream, b"2" * piece))
                    self.windows[stream], self.left[stream] = window, left
                    if not left:
                        del self.left[stream]


        def serve(connection):
            try:
                with context.wrap_socket(connection, server_side=True) as tls:
                    HTTP2(tls).serve() if offer == "http2" else serve_http1(tls)
            except OSError:
                pass


        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """#
}
