/// Finds the route for a method and the parts of a path: a tree with a branch for each part.
struct RoutingTable: Sendable {
    struct Match {
        let route: Route
        /// What stood in the places of the pattern's braces.
        let parts: [String: String]
    }

    private struct Leaf: Sendable {
        let route: Route
        /// Which parts of a path stand in the places of the pattern's braces.
        let places: [(index: Int, name: String)]
    }

    private final class Branch: Sendable {
        let fixed: [String: Branch]
        let any: Branch?
        let leaves: [Request.Method: Leaf]

        /// - Parameter depth: how many parts of the routes' patterns lie behind this branch.
        init(_ all: [Route], depth: Int) {
            var here: [Request.Method: Leaf] = [:]
            var fixed: [String: [Route]] = [:]
            var any: [Route] = []
            for route in all {
                let parts = RoutingTable.parts(of: route.pattern)
                if parts.count == depth {
                    precondition(here[route.method] == nil, "two routes for \(route.method.rawValue) \(route.pattern)")
                    here[route.method] = Leaf(
                        route: route,
                        places: parts.enumerated().filter { $1.hasPrefix("{") }.map {
                            ($0, String($1.dropFirst().dropLast()))
                        })
                } else if parts[depth].hasPrefix("{") {
                    any.append(route)
                } else {
                    fixed[String(parts[depth]), default: []].append(route)
                }
            }
            self.leaves = here
            self.fixed = fixed.mapValues { Branch($0, depth: depth + 1) }
            self.any = any.isEmpty ? nil : Branch(any, depth: depth + 1)
        }
    }

    private let root: Branch

    /// Traps if two routes have the same method and pattern, names in braces aside.
    init(_ routes: [Route]) { root = Branch(routes, depth: 0) }

    /// The route for `method` at the path of `segments`. A part that is written out wins over one in braces.
    ///
    /// Throws a 404 for an unknown path, and a 405 for a known one that does not take this method.
    func find(_ method: String, _ segments: [String]) throws(Problem) -> Match {
        guard let branch = Self.walk(root, segments[...]) else { throw .notFound }
        guard let wanted = Request.Method(rawValue: method == "HEAD" ? "GET" : method),
            let leaf = branch.leaves[wanted]
        else {
            let methods = Request.Method.allCases.filter { branch.leaves[$0] != nil }
            throw .methodNotAllowed(methods.flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] })
        }
        var parts: [String: String] = [:]
        for place in leaf.places { parts[place.name] = segments[place.index] }
        return Match(route: leaf.route, parts: parts)
    }

    private static func walk(_ branch: Branch, _ segments: ArraySlice<String>) -> Branch? {
        guard let first = segments.first else { return branch.leaves.isEmpty ? nil : branch }
        let rest = segments.dropFirst()
        if let next = branch.fixed[first], let found = walk(next, rest) { return found }
        guard let next = branch.any, !first.isEmpty else { return nil }
        return walk(next, rest)
    }

    private static func parts(of pattern: String) -> [Substring] {
        pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}
