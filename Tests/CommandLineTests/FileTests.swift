import AirlockCore
import Glibc
import Testing

@testable import airlock

/// A directory that is gone after the test.
final class ScratchFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/airlock-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw AirlockError(.internalError, "no scratch directory") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        guard let listing = opendir(path) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func text(_ name: String) throws -> String {
        String(decoding: try InputFile.read("\(path)/\(name)", maxBytes: 1 << 20), as: UTF8.self)
    }
}

@Suite struct FileTests {
    @Test func aFileIsWrittenWhole() throws {
        let folder = try ScratchFolder()
        try AtomicFile.write(Array("one".utf8), to: folder.path + "/a")
        try AtomicFile.write(Array("two".utf8), to: folder.path + "/a")
        #expect(try folder.text("a") == "two")
        #expect(folder.names == ["a"])
    }

    @Test func aLinkIsFollowedAndStays() throws {
        let folder = try ScratchFolder()
        try AtomicFile.write([0x31], to: folder.path + "/real")
        symlink("real", folder.path + "/link")
        try AtomicFile.write([0x32], to: folder.path + "/link")
        #expect(try folder.text("real") == "2")
        var status = stat()
        #expect(lstat(folder.path + "/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func devicesAreWrittenTo() throws {
        try AtomicFile.write([0x31], to: "/dev/null")
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test(arguments: ["", "/", "missing/folder/a", ".", "a\0b"])
    func placesThatCannotBeWritten(name: String) throws {
        let folder = try ScratchFolder()
        #expect {
            try AtomicFile.write([1], to: name.hasPrefix("/") || name.isEmpty ? name : folder.path + "/" + name)
        } throws: {
            ($0 as? CommandFailure)?.status == .internalError
        }
        #expect(folder.names.isEmpty)
    }

    @Test func aFullDiskIsSaid() {
        #expect {
            try AtomicFile.write([1], to: "/dev/full")
        } throws: {
            ($0 as? CommandFailure)?.error.hint?.contains("space") == true
        }
    }

    @Test func inputIsBounded() throws {
        #expect(throws: AirlockError.self) { try InputFile.read("/dev/zero", maxBytes: 1000) }
        #expect(throws: AirlockError.self) { try InputFile.read("/nonexistent", maxBytes: 1000) }
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "a/b", "/etc/passwd", "a\0b", "a\nb", String(repeating: "x", count: 256),
    ])
    func artifactNamesThatAreRefused(name: String) throws {
        let folder = try ScratchFolder()
        #expect(throws: CommandFailure.self) {
            try ArtifactFolder(path: folder.path).write([Artifact(name: name, mediaType: "text/plain", bytes: [1])])
        }
        #expect(folder.names.isEmpty)
    }

    @Test func artifactsNeverFollowALink() throws {
        let folder = try ScratchFolder()
        let target = folder.path + "/target"
        try AtomicFile.write([0x31], to: target)
        symlink(target, folder.path + "/report.csv")
        let artifacts = [Artifact(name: "report.csv", mediaType: "text/csv", bytes: [0x32])]
        #expect(throws: CommandFailure.self) { try ArtifactFolder(path: folder.path).write(artifacts) }
        #expect(try folder.text("target") == "1")
    }

    @Test func artifactsAreWritten() throws {
        let folder = try ScratchFolder()
        let long = String(repeating: "n", count: 255)
        let paths = try ArtifactFolder(path: folder.path).write([
            Artifact(name: "a.csv", mediaType: "text/csv", bytes: [0x31]),
            Artifact(name: long, mediaType: "text/csv", bytes: []),
        ])
        #expect(paths["a.csv"] == folder.path + "/a.csv")
        #expect(folder.names == ["a.csv", long])
    }
}

@Suite struct EventLinesTests {
    private func lines(_ text: String) throws -> [(Int, String)] {
        let folder = try ScratchFolder()
        let path = "\(folder.path)/events.jsonl"
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        var lines = try EventLines(path)
        var found: [(Int, String)] = []
        while let line = try lines.next() { found.append((line.number, String(decoding: line.bytes, as: UTF8.self))) }
        #expect(text.isEmpty || lines.fraction == 1)
        return found
    }

    @Test func blankLinesCountAndAreLeftOut() throws {
        let found = try lines("a\n\n \t\r\nb\r\nc")
        #expect(found.map(\.0) == [1, 4, 5] && found.map(\.1) == ["a", "b\r", "c"])
        #expect(try lines("").isEmpty)
    }

    @Test func aLineBeyondEveryEventIsAnErrorWithItsNumber() throws {
        let long = String(repeating: "x", count: 4 << 20)
        #expect(try lines(long + "\n").count == 1)
        let error = #expect(throws: AirlockError.self) { _ = try lines("a\n" + long + "x\n") }
        guard case .file(_, let line, _) = error?.location else {
            Issue.record("the error has no place")
            return
        }
        #expect(line == 2)
    }
}
