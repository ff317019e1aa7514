import CMicroHTTPD
import Synchronization

/// One request from its first line to the last byte of its answer: a small machine that libmicrohttpd's callbacks
/// drive.
///
/// `Daemon` retains it for C when the request line is there and releases it when libmicrohttpd says that the request
/// is over, however it ended. Up to that the connection pointer is valid, and while a handler works the connection is
/// suspended, so it cannot end. All but `finish` runs on the one thread that serves this connection; hence
/// `@unchecked`.
final class Exchange: @unchecked Sendable {
    private enum Step {
        case opened
        case receiving
        /// The answer is known; the rest of the body is read and thrown away first.
        case refusing(Response)
        case working
        case answered
    }

    /// What a handler's task and the connection's thread agree on.
    private enum Work {
        /// The handler has not answered; the connection's thread is still in `start`.
        case running
        /// The handler has not answered; the connection is suspended.
        case suspended
        case done(Response)
    }

    private let traffic: Traffic
    private let connection: OpaquePointer
    private let watch: ConnectionWatch?
    private var step = Step.opened
    private var request: RawRequest?
    private let target: [UInt8]
    /// Bytes that the body may have.
    private var longest: Int
    /// Of the body so far, kept or thrown away.
    private var received = 0
    /// Of these, kept.
    private var held = 0
    /// Bytes of files kept, of the request and of the answer.
    private var heldFiles = 0
    /// While a form with files arrives.
    private var form: MultipartReader?
    private let work = Mutex(Work.running)
    /// What the answer is made of over time.
    private var feed: Feed?

    /// - Parameter target: path and query as they came.
    init(_ traffic: Traffic, _ connection: OpaquePointer, target: [UInt8]) {
        self.traffic = traffic
        self.connection = connection
        self.target = target
        longest = traffic.limits.body
        self.watch = ConnectionWatch.of(connection)
        traffic.requestOpened()
    }

    /// Whether `headReceived` is what comes next.
    var awaitsHead: Bool {
        if case .opened = step { true } else { false }
    }

    /// The request line and all headers are there.
    /// - Parameter targetLength: how long the target was on the line, if that is known; more than what C's strings
    ///   show means that it held a NUL.
    func headReceived(method: String, targetLength: Int?) -> MHD_Result {
        let head = RequestHead(connection)
        request = RawRequest(
            method: method, target: target, headers: head.headers, body: [], peer: watch?.peer ?? "",
            isEncrypted: traffic.isEncrypted)
        let type = head.headers["Content-Type"] ?? ""
        let hasFiles = MultipartReader.isMultipart(type) && request.map(traffic.router.takesFiles) == true
        if hasFiles { longest = traffic.limits.formWithFiles }
        let isWhole = targetLength == nil || targetLength == target.count
        switch head.admit(traffic.limits, targetIsWhole: isWhole, longest: longest) {
        case .take(let size):
            step = .receiving
            if !hasFiles {
                if let size { request?.body.reserveCapacity(size) }
            } else if let reader = MultipartReader(type: type, limits: traffic.limits) {
                form = reader
            } else {
                refuse(.badRequest("表单没有有效的 boundary"))
            }
        case .swallow(let problem): refuse(problem)
        case .close(let problem): return send(answer(problem), closing: true)
        }
        return .YES
    }

    /// Another piece of the body. Returning `MHD_NO` closes the connection.
    func bodyReceived(_ piece: UnsafeBufferPointer<UInt8>) -> MHD_Result {
        received += piece.count
        guard received <= max(longest, traffic.limits.swallowed) else { return .NO }
        guard case .receiving = step else { return .YES }
        if received > longest {
            refuse(.tooLarge(longest))
        } else if form != nil {
            watch?.moved(piece.count, rate: traffic.limits.fileRate)
            do throws(Problem) {
                try form?.read(piece, room: hold)
            } catch {
                refuse(error)
            }
        } else if traffic.hold(piece.count) {
            held += piece.count
            request?.body.append(contentsOf: piece)
        } else {
            refuse(.busy)
        }
        return .YES
    }

    private func hold(_ bytes: Int, isFile: Bool) -> Bool {
        guard isFile ? traffic.hold(files: bytes) : traffic.hold(bytes) else { return false }
        if isFile { heldFiles += bytes } else { held += bytes }
        return true
    }

    /// Called when the whole request is there, and again when `finish` let the connection go on.
    func goOn() -> MHD_Result {
        switch step {
        case .receiving: return start()
        case .refusing(let response): return send(response, closing: false)
        case .working:
            guard case .done(let response) = work.withLock({ $0 }) else { return .YES }
            return send(response, closing: traffic.isDraining)
        case .opened, .answered: return .YES
        }
    }

    /// Sets the answer and lets the connection go on; from any thread. Only the first call counts: after a drain gave
    /// up on a handler, the connection may be gone when the handler returns.
    func finish(_ response: Response) {
        let isFirst = work.withLock { work in
            if case .done = work { return false }
            // Before the connection goes on: the exchange may be over right after.
            traffic.end(self)
            if case .suspended = work { MHD_resume_connection(connection) }
            work = .done(response)
            return true
        }
        if !isFirst, let feed = response.feed { traffic.end(feed) }
    }

    /// The request is over, answered or not.
    func ended() {
        if let feed {
            watch?.feed = nil
            traffic.end(feed)
        }
        watch?.restart()
        traffic.requestEnded(bytes: held, files: heldFiles)
    }

    private func answer(_ problem: Problem) -> Response {
        request.map { traffic.router.answer(problem, to: $0) } ?? .problem(problem)
    }

    private func refuse(_ problem: Problem) {
        step = .refusing(answer(problem))
        request = nil
        form = nil
    }

    /// Runs the handler on this thread up to its first wait. Many never wait, and then neither a thread is woken nor
    /// the connection suspended, which would take five system calls.
    private func start() -> MHD_Result {
        guard var request = request.take() else { return .NO }
        if let form = form.take() {
            do throws(Problem) {
                request.form = try form.finish()
            } catch {
                return send(traffic.router.answer(error, to: request), closing: false)
            }
        }
        if let problem = traffic.begin(self) { return send(.problem(problem), closing: true) }
        step = .working
        watch?.pause()
        Task.immediate { self.finish(await self.traffic.router.answer(request, admit: self.traffic.begin)) }
        // Under the lock, so that `finish` cannot resume what is not yet suspended.
        let response: Response? = work.withLock { work in
            if case .done(let response) = work { return response }
            MHD_suspend_connection(connection)
            work = .suspended
            return nil
        }
        return response.map { send($0, closing: traffic.isDraining) } ?? .YES
    }

    private func send(_ response: Response, closing: Bool) -> MHD_Result {
        if response.isFile, !hold(response.body.count, isFile: true) { return send(.problem(.busy), closing: closing) }
        step = .answered
        request = nil
        feed = response.feed
        watch?.feed = response.feed
        if response.feed == nil { watch?.restart() }
        if response.isFile { watch?.moved(response.body.count, rate: traffic.limits.fileRate) }
        return OutgoingResponse.queue(response, on: connection, closing: closing, isEncrypted: traffic.isEncrypted)
    }
}
