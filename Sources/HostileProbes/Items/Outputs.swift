/// What comes out, and what it can do to whoever reads it.
extension HostileItem {
    static let outputs: [HostileItem] = [
        HostileItem(
            76, "output names: .., /, NUL, newline, direction overrides, invalid UTF-8",
            HostileProbe(
                .quotaExceeded,
                outside: "opened(FOLDER + '/../' + TOKEN + '/x\\n\\u202e', os.O_CREAT | os.O_WRONLY); got('a name')",
                #"""
                names = ['../' + TOKEN, '/var/tmp/' + TOKEN, 'a/b', 'a\0b', 'a\nb', 'x\u202etxt.exe', '.hidden', '..', '', ' x',
                         'x' * 300, 'a\\b', '\x1b[31m']
                for name in names:
                    send(frame(notification('artifact', name=name, data='eA==')))
                wait()
                """#),
            HostileProbe(
                .protocolViolation,
                outside: "opened((FILE + '-').encode() + b'\\xff', os.O_CREAT | os.O_WRONLY); got('a name')",
                #"""
                text = json.dumps(notification('artifact', name='NAME', data='eA==')).encode()
                send(frame(text.replace(b'NAME', b'a\xff\xfe')))
                wait()
                """#)),
        HostileItem(
            77, "terminal escapes, OSC 52, NUL, lone surrogates",
            HostileProbe(
                .contained, isShownAsText: true, outside: "print('\\x1b]52;c;eA==\\x07'); got('an escape')",
                #"""
                import airlock
                hostile = '\x1b]52;c;eA==\x07\x1b[2J\x1b]0;title\x07\x9b31m\0\x08\r\u202e\u2066\u200b\ufeff'
                print(hostile)
                print(hostile, file=sys.stderr)
                os.write(1, b'\xff\xfe\xed\xa0\x80\x1b[6n\n')
                print('\ud800')
                airlock.log(hostile)
                airlock.markdown(hostile)
                airlock.table([{hostile: hostile}], title=hostile)
                airlock.metric('name' + hostile, hostile)
                """#)),
        HostileItem(
            84, "a result of pickled, marshalled, compiled objects",
            HostileProbe(
                .contained,
                outside: "import pickle\n" + pickled
                    + "pickle.loads(data)\ngot('code') if os.path.exists(FILE + '-new') else None",
                "import pickle, airlock, base64\n" + pickled + #"""
                    airlock.artifact('x.pickle', data)
                    airlock.result({'__reduce__': base64.b64encode(data).decode(), '__proto__': {'x': 1}})
                    """#)),
    ]

    private static let pickled = #"""
        class Opened:
            def __reduce__(self):
                return (os.open, (FILE + '-new', os.O_CREAT | os.O_WRONLY))
        data = pickle.dumps(Opened())

        """#
}
