import Foundation

/// A certificate authority of the tests' own and certificates for servers on this machine, made with openssl(1).
public final class TestAuthority: Sendable {
    public enum Certificate: String, Sendable, CaseIterable {
        /// For `localhost` and 127.0.0.1.
        case good
        /// The same with another key.
        case other
        case expired
        /// For a name that this machine has not.
        case wrongHost = "wrong-host"
    }

    private let folder: String

    public init() throws {
        folder = NSTemporaryDirectory() + "/airlock-authority-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try openssl(
            ["req", "-x509"] + Self.newKey + ["-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test"])
        for certificate in Certificate.allCases { try make(certificate) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private func make(_ certificate: Certificate) throws {
        let name = certificate.rawValue
        let host = certificate == .wrongHost ? "DNS:elsewhere.test" : "DNS:localhost,IP:127.0.0.1"
        try Data("subjectAltName=\(host)\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).ext"))
        try openssl(["req"] + Self.newKey + ["-keyout", "\(name).key", "-out", "\(name).csr", "-subj", "/CN=\(name)"])
        try openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
            certificate == .expired ? "-1" : "2", "-extfile", "\(name).ext", "-out", "\(name).pem",
        ])
    }

    /// The authority's own certificate, as a PEM file.
    public var bundle: String { "\(folder)/ca.pem" }

    func certificateFile(_ certificate: Certificate) -> String { "\(folder)/\(certificate.rawValue).pem" }
    func keyFile(_ certificate: Certificate) -> String { "\(folder)/\(certificate.rawValue).key" }

    /// The public key (SubjectPublicKeyInfo, DER).
    public func publicKey(_ certificate: Certificate) throws -> [UInt8] {
        let output = "\(folder)/\(certificate.rawValue).der"
        try openssl(["pkey", "-in", keyFile(certificate), "-pubout", "-outform", "DER", "-out", output])
        return Array(try Data(contentsOf: URL(fileURLWithPath: output)))
    }

    struct Failure: Error { var text: String }

    private func openssl(_ arguments: [String]) throws {
        // openssl knows no working directory of its own.
        let child = try Child(
            ["/bin/sh", "-c", "cd \"$0\" && exec openssl \"$@\"", folder] + arguments,
            environment: ["PATH": "/usr/bin:/bin"])
        child.feed("")
        let end = child.finish()
        guard end.code == 0 else { throw Failure(text: String(decoding: end.errors, as: UTF8.self)) }
    }
}
