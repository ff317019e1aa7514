import Access
import Attachments
import HTTP
import JSON
import Pages

/// The parts of the citizens' pages that show and ask for photos.
enum PhotoParts {
    static let field = "photo"

    /// Of a form that is being filled in: what was chosen so far, each to be taken away again, and more to be chosen.
    /// - Parameter kinds: which are taken.
    static func question(
        _ chosen: [PhotoStore.Photo], _ bounds: AttachedFile.Bounds, of kinds: Set<AttachedFile.Kind>, fault: String?
    ) -> HTML {
        let items = chosen.enumerated().map { index, photo -> HTML in
            let picture: HTML =
                photo.kind.isPhoto
                ? "<img src='\(photo.link)' alt='已选的照片 \(index + 1)'>"
                : "<a href='\(photo.link)'>文件 \(index + 1)（PDF）</a>"
            return """
                <li>\(picture)
                <label class="option"><input type="checkbox" name="\(CitizenForm.drop)" value="\("\(photo.id)")"> \
                去掉\(photo.kind.isPhoto ? "照片" : "文件") \(index + 1)</label></li>
                """
        }
        let left = max(0, bounds.ofComplainant - chosen.count)
        // With a script there is nothing to send before the form is sent, unless photos were sent already.
        let withoutScript: HTML? = chosen.isEmpty ? " data-without-script" : nil
        return """
            \(chosen.isEmpty ? nil : HTML("<ul class='photos' id='chosen'>\(items)</ul>"))
            \(input(left: left, bounds, of: kinds, fault: fault))
            <p\(withoutScript)><button class="quiet" name="\(CitizenForm.step)" value="\(CitizenForm.photos)" formnovalidate>\
            \(chosen.isEmpty ? "先看看照片" : "更新照片")</button></p>
            """
    }

    private static func input(
        left: Int, _ bounds: AttachedFile.Bounds, of kinds: Set<AttachedFile.Kind>, fault: String?
    ) -> HTML {
        """
        <div class="field"><label for="\(field)">\(kinds.contains(.pdf) ? "照片和文件" : "照片")</label>
        <p class="hint" id="\(field)-hint">最多 \(bounds.ofComplainant) \(kinds.contains(.pdf) ? "个" : "张")，每\(kinds.contains(.pdf) ? "个" : "张")最大 \(bounds.bytes >> 20) MB。\
        照片里的拍摄地点和设备信息会去掉，拍到的人和门牌不会遮住。</p>
        \(fault.map { text -> HTML in "<p class='fault' id='\(field)-fault'>\(text)</p>" })
        <input type="file" id="\(field)" name="\(field)" accept="\(kinds.map(\.rawValue).sorted().joined(separator: ","))" multiple \
        data-most="\(left)" data-bytes="\(bounds.bytes)" aria-describedby="\(field)-hint"></div>
        """
    }

    /// More photos for a case that is open.
    static func form(_ hidden: HTML, _ bounds: AttachedFile.Bounds, fault: String?) -> HTML {
        """
        <details class="card"\(fault == nil ? nil : " open")><summary>补充照片</summary>
        <form method="post" action="/progress/photos" enctype="multipart/form-data">\(hidden)
        \(input(left: bounds.ofComplainant, bounds, of: AttachedFile.photos, fault: fault))
        <button class="quiet">加上照片</button>
        </form></details>
        """
    }

    static func list(_ photos: [PhotoStore.Photo], title: String) -> HTML? {
        guard !photos.isEmpty else { return nil }
        let items = photos.enumerated().map { index, photo -> HTML in
            photo.kind.isPhoto
                ? "<li><a href='\(photo.link)'><img src='\(photo.link)' alt='\(title) \(index + 1)'></a></li>"
                : "<li><a href='\(photo.link)'>文件 \(index + 1)（PDF）</a></li>"
        }
        return "<h2>\(title)</h2><ul class='photos'>\(items)</ul>"
    }
}

/// What a form that is being filled in does with photos, the citizens' and the operators'.
extension PhotoStore {
    /// Takes from a form what was chosen in it now, and away what shall go. Before anything else of it is looked at, so that nothing that was
    /// chosen is lost when something else has to be put right.
    /// - Returns: what is wrong with a file that was not kept.
    func take(_ request: Request, _ answers: JSON, of form: CitizenForm) async throws -> Problem? {
        let unfit = try await keep(request.files, of: form.photoKey, as: form.kinds)
        let dropped = (answers[CitizenForm.drop]?.array ?? []).compactMap { $0.string.flatMap { Int64($0) } }
        if !dropped.isEmpty { try await drop(dropped, of: form.photoKey) }
        let what = form.kinds.contains(.pdf) ? "文件" : "照片"
        return unfit.first.map { Problem(422, CitizenForm.photos, "\(what)没有加上：" + $0.message) }
    }

    /// What a page shows of those, and how to choose more.
    func question(of form: CitizenForm, _ problem: Problem?) async throws -> HTML {
        PhotoParts.question(
            try await photos(of: form.photoKey), try await bounds(), of: form.kinds,
            fault: problem?.code == CitizenForm.photos ? problem?.title : nil)
    }
}
