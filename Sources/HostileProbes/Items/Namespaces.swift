/// Namespaces and mounts: the widest door to the kernel's privileged code.
extension HostileItem {
    static let namespaces: [HostileItem] = [
        HostileItem(
            11, "mount, umount, remount read-write",
            HostileProbe(
                .killed("mount"), rehearsal: .call("mount", nowhere), outside: mounting,
                "kernel('mount', b'none', b'/tmp', b'tmpfs', 0, 0); got('mount')"),
            HostileProbe(
                .killed("mount"), rehearsal: .call("mount", nowhere), outside: mounting,
                "kernel('mount', b'none', b'/', 0, 0x1020, 0); got('remount')"),  // MS_REMOUNT | MS_BIND
            HostileProbe(
                .killed("umount2"), rehearsal: .call("umount2", "b'/nowhere', 2"), outside: mounting,
                "kernel('umount2', b'/', 2); got('umount')")),
        HostileItem(
            12, "the newer mount calls", newMount("fsopen", "b'tmpfs', 0"), newMount("fsconfig", "0, 6, 0, 0, 0"),
            newMount("fsmount", "0, 0, 0"), newMount("fspick", "HERE, b'/', 0"), newMount("open_tree", "HERE, b'/', 1"),
            newMount(
                "move_mount", "HERE, b'/', HERE, b'/tmp', 0",
                rehearsal: .call("move_mount", "HERE, b'/nowhere', HERE, b'/nowhere', 0")),
            newMount("mount_setattr", "HERE, b'/', 0, bytes(32), 32")),
        HostileItem(
            13, "unshare: user alone, and with every other namespace",
            HostileProbe(.killed("unshare"), "kernel('unshare', NEWUSER); got('user')"),
            HostileProbe(
                .killed("unshare"),
                "kernel('unshare', NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS | NEWCGROUP); got('all')"),
            HostileProbe(
                .killed("unshare"), outside: "kernel('unshare', NEWUSER); kernel('unshare', NEWNET); got('net')",
                "kernel('unshare', NEWNET); got('net')")),
        HostileItem(
            14, "clone with a user namespace",
            HostileProbe(
                .refused("clone"),
                #"""
                def clone(flags):
                    child = kernel('clone', flags, 0, 0, 0, 0)
                    if child == 0:
                        os._exit(0)
                for flags in (NEWUSER | 17, NEWUSER | NEWNS | NEWNET | 17, NEWUSER | NEWPID | 17):
                    attempt('clone', lambda: clone(flags), errno.EAGAIN)
                """#)),
        HostileItem(
            15, "clone3 with any flags",
            HostileProbe(
                .refused(),
                #"""
                def clone(flags):
                    child = kernel('clone3', flags.to_bytes(8, 'little') + bytes(24) + (17).to_bytes(8, 'little') + bytes(48), 88)
                    if child == 0:
                        os._exit(0)
                for flags in (0, NEWUSER, NEWUSER | NEWNS | NEWNET) + ((1 << 33, -1 & 2 ** 64 - 1) if INSIDE else ()):
                    attempt('clone3', lambda: clone(flags), errno.ENOSYS)
                """#)),
        HostileItem(
            16, "setns on any descriptor",
            HostileProbe(
                .killed("setns"),
                outside: #"""
                    private()
                    kernel('setns', os.open('/proc/self/ns/mnt', os.O_RDONLY), 0)
                    got('setns')
                    """#,
                #"""
                descriptors = [0, 1, 3]
                for name in ('user', 'mnt', 'pid', 'net'):
                    try:
                        descriptors.append(os.open(f'/proc/self/ns/{name}', os.O_RDONLY))
                    except OSError:
                        pass
                for descriptor in reversed(descriptors):
                    kernel('setns', descriptor, 0)
                    got('setns')
                """#)),
    ]

    private static let nowhere = "b'none', b'/nowhere', b'none', 0, 0"

    private static let mounting = #"""
        private()
        kernel('mount', b'none', b'/mnt', b'tmpfs', 1, 0)
        kernel('mount', b'none', b'/mnt', b'tmpfs', 32, 0)
        opened('/mnt/x', os.O_CREAT | os.O_WRONLY)
        kernel('umount2', b'/mnt', 2)
        got('mount, remount, umount')
        """#

    private static func newMount(
        _ call: String, _ arguments: String, rehearsal: Rehearsal? = nil
    ) -> HostileProbe {
        HostileProbe(
            .killed(call), rehearsal: rehearsal,
            outside: #"""
                private()
                context = kernel('fsopen', b'tmpfs', 0)
                kernel('fsconfig', context, 6, 0, 0, 0)
                mount = kernel('fsmount', context, 0, 0)
                kernel('mount_setattr', mount, b'', 0x1000, (1).to_bytes(8, 'little') + bytes(24), 32)
                kernel('move_mount', mount, b'', HERE, b'/mnt', 4)
                kernel('open_tree', HERE, b'/mnt', 1)
                kernel('fspick', HERE, b'/mnt', 0)
                got('the mount calls')
                """#,
            "kernel('\(call)', \(arguments)); got('\(call)')")
    }
}
