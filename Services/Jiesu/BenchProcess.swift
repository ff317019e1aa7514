import Foundation

/// What Linux says that a process takes of the machine.
struct BenchProcess {
    let id: Int32

    /// The number behind `field` in `/proc/ID/FILE`, in MB (1,000,000 bytes); `nil` if there is no such process any more.
    func megabytes(_ field: String, in file: String = "status") -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/\(file)", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(field):") }),
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
        else { return nil }
        return kibibytes * 1024 / 1e6
    }

    /// How many files, sockets among them, it has open; `nil` if there is no such process any more.
    var openFiles: Int? { try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count }
}
