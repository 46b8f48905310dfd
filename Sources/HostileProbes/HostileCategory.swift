/// What an item goes for: the parts of the suite, in the order they are reported.
package enum HostileCategory: String, Sendable, CaseIterable {
    case files, namespaces, processes
    case otherProcesses = "other processes"
    case network
    case kernelSurfaces = "kernel surfaces"
    case foreignCode = "foreign code"
    case privileges
    case hostInterfaces = "host interfaces"
    case memory, storage, endurance, outputs, broker, verdict

    package var items: [HostileItem] {
        switch self {
        case .files: HostileItem.files
        case .namespaces: HostileItem.namespaces
        case .processes: HostileItem.processes
        case .otherProcesses: HostileItem.otherProcesses
        case .network: HostileItem.network
        case .kernelSurfaces: HostileItem.kernelSurfaces
        case .foreignCode: HostileItem.foreignCode
        case .privileges: HostileItem.privileges
        case .hostInterfaces: HostileItem.hostInterfaces
        case .memory: HostileItem.memory
        case .storage: HostileItem.storage
        case .endurance: HostileItem.endurance
        case .outputs: HostileItem.outputs
        case .broker: HostileItem.broker
        case .verdict: HostileItem.verdict
        }
    }
}
