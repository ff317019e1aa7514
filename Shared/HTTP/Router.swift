import JSON
import Lifecycle
import Telemetry
import TextMatching

/// From a raw request to a response: finds the route, reads and checks, calls the handler, turns errors into problems.
/// It knows nothing of sockets.
struct Router: Sendable {
    /// Called after each request with the route's pattern (`nil` if none was found: never a path, which may hold a
    /// number), the method, the status and the seconds it took.
    typealias Observer = @Sendable (_ pattern: String?, _ method: String, _ status: Int, _ seconds: Double) -> Void
    typealias ProblemPage = @Sendable (Problem) -> Response

    private let table: RoutingTable
    private let log: Logger
    private let observe: Observer?
    private let problemPage: ProblemPage?

    init(_ routes: [Route], log: Logger, observe: Observer? = nil, problemPage: ProblemPage? = nil) {
        self.table = RoutingTable(routes)
        self.log = log
        self.problemPage = problemPage
        self.observe = observe
    }

    /// A problem as whoever asked can read it: a browser says that it takes HTML.
    func answer(_ problem: Problem, to raw: RawRequest) -> Response {
        let isBrowser = raw.headers["Accept"]?.contains("text/html") ?? false
        return isBrowser ? problemPage?(problem) ?? .problem(problem) : .problem(problem)
    }

    /// The answer to `raw`; never throws, whatever came.
    /// - Parameter admit: whether an answer may be made over time; the problem that is answered if it may not.
    func answer(_ raw: RawRequest, admit: (Feed) -> Problem? = { _ in nil }) async -> Response {
        let start = ContinuousClock.now
        var pattern: String?
        let response: Response
        do {
            let target = try RequestTarget(raw.target)
            let match = try table.find(raw.method, target.segments)
            pattern = match.route.pattern
            let (request, content) = try Self.read(raw, target, match)
            let answer = try await match.route.handler(request, content)
            if let feed = answer.feed, let problem = admit(feed) {
                feed.over()
                throw problem
            }
            response = answer
        } catch let problem as Problem {
            response = self.answer(problem, to: raw)
        } catch let error where error.isOfTheMoment {
            log.warning("handler cannot answer now", ["route": pattern ?? "-", "error": error.loggable])
            response = self.answer(.busy, to: raw)
        } catch {
            log.error("handler failed", ["route": pattern ?? "-", "error": error.loggable])
            response = self.answer(.inner, to: raw)
        }
        if let observe { observe(pattern, raw.method, response.status, (ContinuousClock.now - start) / .seconds(1)) }
        return response
    }

    /// Whether what is sent there may be a form with files. Asked before the body is read, so it is in vain where the address
    /// is none; then the answer says so.
    func takesFiles(_ raw: RawRequest) -> Bool {
        guard let target = try? RequestTarget(raw.target), let match = try? table.find(raw.method, target.segments)
        else {
            return false
        }
        return match.route.body?.files.isEmpty == false
    }

    private static func read(
        _ raw: RawRequest, _ target: RequestTarget, _ match: RoutingTable.Match
    ) throws(Problem) -> (Request, JSON) {
        var faults: [Problem.Field] = []
        var values: [String: JSON] = [:]
        for parameter in match.route.parameters {
            let sent =
                switch parameter.place {
                case .path: match.parts[parameter.name].map { [$0] } ?? []
                case .query: target.query.all(parameter.name)
                case .header: raw.headers.all(parameter.name)
                }
            parameter.read(sent, into: &values, faults: &faults)
        }
        let content = try match.route.body.map { body throws(Problem) in try read(raw, body, &faults) } ?? .null
        guard faults.isEmpty else { throw .invalid(faults) }
        let request = Request(
            method: match.route.method, path: target.path, parameters: values, query: target.query,
            headers: raw.headers, body: raw.body, files: raw.form?.files ?? [], peer: raw.peer,
            isEncrypted: raw.isEncrypted || raw.headers["X-Forwarded-Proto"] == "https")
        return (request, content)
    }

    private static func read(
        _ raw: RawRequest, _ body: Route.Body, _ faults: inout [Problem.Field]
    ) throws(Problem) -> JSON {
        if let form = raw.form {
            let content = try Form(form.texts).value(for: body.schema)
            faults += body.schema.check(content).map { Problem.Field($0.path.pointer, $0.message) }
            for file in form.files where !body.files.contains(file.field) {
                faults.append(Problem.Field("/" + String(file.field.prefix(Spelling.longest)), "没有这一项"))
            }
            return content
        }
        // A form of which nothing was filled in is empty, and complete where nothing must be.
        if case .json = body, raw.body.isEmpty { throw .missingBody }
        let type = raw.headers["Content-Type"]?.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type == body.type else { throw .unsupportedMediaType(body.type) }
        let content: JSON
        switch body {
        case .json:
            do { content = try JSON.parse(raw.body) } catch { throw .malformed(error) }
        case .form(let schema, _): content = try Form(raw.body[...]).value(for: schema)
        }
        faults += body.schema.check(content).map { Problem.Field($0.path.pointer, $0.message) }
        return content
    }
}
