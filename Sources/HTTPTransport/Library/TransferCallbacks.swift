import CLibcurl
import Glibc

/// What libcurl calls while it performs: each finds its ``Transfer`` in the context and asks it.
///
/// The context is unretained. The engine holds a transfer for as long as its handle is with the multi handle, and libcurl
/// calls from within the engine's own calls only.
struct TransferCallbacks {
    let write: curl_write_callback = { buffer, size, count, context in
        guard let transfer = transfer(context), let buffer else { return 0 }
        return transfer.takeBody(UnsafeRawBufferPointer(start: buffer, count: size * count))
    }

    let header: curl_write_callback = { buffer, size, count, context in
        guard let transfer = transfer(context), let buffer else { return 0 }
        return transfer.takeHeaderLine(UnsafeRawBufferPointer(start: buffer, count: size * count)) ? size * count : 0
    }

    let read: curl_read_callback = { buffer, size, count, context in
        guard let transfer = transfer(context), let buffer else { return Int(CURL_READFUNC_ABORT) }
        return transfer.giveBody(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }

    let seek: curl_seek_callback = { context, offset, origin in
        guard let transfer = transfer(context), origin == SEEK_SET, transfer.rewindBody(to: Int(offset)) else {
            return CURL_SEEKFUNC_FAIL
        }
        return CURL_SEEKFUNC_OK
    }

    let ready: curl_prereq_callback = { context, _, _, _, _ in
        transfer(context)?.connectionIsReady()
        return CURL_PREREQFUNC_OK
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

/// What libcurl calls to open and close sockets, so that they are counted, and no child process inherits one.
struct SocketCallbacks {
    let open: curl_opensocket_callback = { context, purpose, address in
        guard let context, let address else { return -1 }
        let descriptor = socket(
            address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
        if descriptor >= 0 { Unmanaged<TransportCounts>.fromOpaque(context).takeUnretainedValue().opened() }
        return descriptor
    }

    let close: curl_closesocket_callback = { context, descriptor in
        if let context { Unmanaged<TransportCounts>.fromOpaque(context).takeUnretainedValue().closed() }
        return Glibc.close(descriptor)
    }
}
