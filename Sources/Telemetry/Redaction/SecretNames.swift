/// Names of fields whose value is not written, whatever it is.
enum SecretNames {
    private static let parts = [
        "password", "passwd", "secret", "authorization", "cookie", "api_key", "apikey", "private_key", "access_key",
        "credential",
    ]

    /// Whether a field of this name holds a credential: `authorization`, `db_password`, `X-Api-Key`.
    static func contains(_ name: String) -> Bool {
        let plain = name.lowercased().map { $0 == "-" || $0 == "." ? "_" : $0 }
        let text = String(plain)
        if text == "token" || text.hasSuffix("_token") { return true }
        return parts.contains { text.contains($0) }
    }
}
