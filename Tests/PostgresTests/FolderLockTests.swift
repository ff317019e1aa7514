import Foundation
import Postgres
import Support
import Testing

@Suite final class FolderLockTests {
    private let folder = "/tmp/jiesu-test-\(getpid())-lock-\(UInt32.random(in: 0 ... .max))"

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @Test func oneAtATimeHoldsIt() async throws {
        let folder = folder
        let first = try await FolderLock(folder: folder, seconds: 0)
        let refused = await #expect(throws: PostgresError.self) {
            try await FolderLock(folder: folder, seconds: 0).letGo()
        }
        #expect(refused?.code == .busy)
        async let second: Void = FolderLock(folder: folder, seconds: 60).letGo()
        first.letGo()
        try await second
    }

    @Test func aFolderThatIsNotThereIsNobodysWork() async throws {
        let folder = folder
        let refused = await #expect(throws: PostgresError.self) {
            try await FolderLock(folder: folder + "/none", seconds: 0).letGo()
        }
        #expect(refused?.code == .process)
    }

    @Test func whoIsCancelledWaitsNoLonger() async throws {
        let folder = folder
        let first = try await FolderLock(folder: folder, seconds: 0)
        let second = Task { try await FolderLock(folder: folder, seconds: 100_000).letGo() }
        second.cancel()
        let error = await #expect(throws: PostgresError.self) { try await second.value }
        #expect(error?.code == .cancelled)
        first.letGo()
    }
}
