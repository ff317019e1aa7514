import Foundation
import JSON

/// The machine that a measurement was made on.
struct Machine {
    let processor: String
    let cores: Int
    /// In bytes.
    let memory: UInt64

    init() {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":", maxSplits: 1).last
        processor = model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
        cores = ProcessInfo.processInfo.activeProcessorCount
        memory = ProcessInfo.processInfo.physicalMemory
    }

    var text: String { "\(processor), \(cores) cores, \((memory + 500_000_000) / 1_000_000_000) GB" }

    var json: JSON {
        ["processor": .string(processor), "cores": .int(Int64(cores)), "memory": .int(Int64(clamping: memory))]
    }
}
