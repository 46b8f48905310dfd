/// What kind of container this process runs in. The signs are those that the container's maker sets for this purpose.
package enum ContainerKind: String, Sendable {
    case docker = "Docker"
    case podman = "Podman"
    case kubernetes = "Kubernetes"
    case lxc = "LXC"
    case nspawn = "systemd-nspawn"
    case other = "a container"

    /// - Parameters:
    ///   - exists: whether the host has this path.
    ///   - environment: `container` is set by Podman, LXC and systemd-nspawn (systemd's CONTAINER_INTERFACE).
    ///   - cgroup: the text of /proc/1/cgroup.
    package static func detect(
        exists: (String) -> Bool, environment: [String: String], cgroup: String
    ) -> ContainerKind? {
        if environment["KUBERNETES_SERVICE_HOST"] != nil || cgroup.contains("kubepods") { return .kubernetes }
        if exists("/run/.containerenv") || cgroup.contains("libpod") { return .podman }
        if exists("/.dockerenv") || cgroup.contains("docker") { return .docker }
        switch environment["container"] {
        case "podman": return .podman
        case "docker": return .docker
        case "lxc", "lxc-libvirt": return .lxc
        case "systemd-nspawn": return .nspawn
        case nil, "": return cgroup.contains("/lxc") ? .lxc : nil
        default: return .other
        }
    }
}
