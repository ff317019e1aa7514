import Testing

@testable import HTTP

struct RoutingTableTests {
    private static let routes: [(Request.Method, String)] = [
        (.get, "/"), (.get, "/api/cases"), (.post, "/api/cases"), (.get, "/api/cases/{number}"),
        (.get, "/api/cases/new"), (.post, "/api/cases/{number}/commands"), (.delete, "/api/cases/new/draft"),
    ]

    private let table = RoutingTable(routes.map { Route($0.0, $0.1, "", answers: []) { _, _ in .noContent } })

    private func find(_ method: String, _ path: String) throws(Problem) -> RoutingTable.Match {
        try table.find(
            method, path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init))
    }

    @Test(arguments: [
        ("GET", "/", "/"), ("GET", "/api/cases", "/api/cases"), ("POST", "/api/cases", "/api/cases"),
        ("GET", "/api/cases/17", "/api/cases/{number}"), ("GET", "/api/cases/new", "/api/cases/new"),
        ("HEAD", "/api/cases/17", "/api/cases/{number}"), ("DELETE", "/api/cases/new/draft", "/api/cases/new/draft"),
        ("POST", "/api/cases/new/commands", "/api/cases/{number}/commands"),
    ])
    func `finds the route, written parts before braces`(method: String, path: String, pattern: String) throws {
        #expect(try find(method, path).route.pattern == pattern)
    }

    @Test func `gives what stands in the braces`() throws {
        #expect(try find("POST", "/api/cases/a b/commands").parts == ["number": "a b"])
    }

    @Test(arguments: [
        "/api", "/api/", "/api/cases/", "/api/cases/1/", "/api/cases//commands", "//", "/API/cases", "/x",
    ])
    func `knows no other paths`(path: String) {
        #expect { try find("GET", path) } throws: { ($0 as? Problem)?.status == 404 }
    }

    @Test(arguments: [
        ("PUT", "/api/cases", "GET, HEAD, POST"), ("POST", "/api/cases/17", "GET, HEAD"),
        ("HEAD", "/api/cases/1/commands", "POST"), ("TRACE", "/", "GET, HEAD"), ("get", "/", "GET, HEAD"),
    ])
    func `says which methods a path has`(method: String, path: String, allow: String) {
        #expect { try find(method, path) } throws: {
            ($0 as? Problem)?.status == 405 && ($0 as? Problem)?.headers["Allow"] == allow
        }
    }
}
