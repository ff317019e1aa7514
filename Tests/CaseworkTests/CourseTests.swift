import Casework
import Foundation
import Testing

struct CourseTests {
    private func written(_ course: Course) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(course), as: UTF8.self)
    }

    private func read(_ text: String) throws -> Course {
        try JSONDecoder().decode(Course.self, from: Data(text.utf8))
    }

    @Test func aCourseThatBeginsIsWrittenAsNothing() throws {
        #expect(try written(Course()) == "{}")
        #expect(try read("{}") == Course())
    }

    @Test func everyPartOfACourseIsReadBackAsItWasWritten() throws {
        var course = Course()
        course.marks = ["registered": 1, "informed:result": 2]
        course.source = "import"
        course.isContactable = true
        course.signed = ["a"]
        course.returns = 2
        course.dispute = 0
        course.bound = "env-city"
        course.asked = ExtensionAsked(
            organisation: "a", profile: "p", clock: "close", due: 5, reason: "complex")
        course.ends = ["p/close": 3]
        course.extensions = ["p/close": 1]
        course.fired = ["p/close": [1, 2]]
        course.missed = ["p/close"]
        course.reply = Replied(organisation: "a", to: .complainant, form: "written", outcome: "resolved", note: 4)
        course.calls = try JSONDecoder().decode(
            [String: Course.Calls].self, from: Data(#"{"centre":{"attempts":3,"last":7,"isDone":true}}"#.utf8))
        course.rated = Rated(by: .complainant, resolved: false, satisfaction: .dissatisfied)
        course.complaints = 4
        course.orders = try JSONDecoder().decode(
            [Course.Order].self,
            from: Data(#"[{"number":1,"trigger":"repeat","round":1,"due":9,"isAnswered":true,"isEnded":false}]"#.utf8))
        #expect(try read(try written(course)) == course)
        // Nothing above is as at the beginning, so each key was written.
        #expect(Mirror(reflecting: course).children.allSatisfy { try! written(course).contains("\"\($0.label!)\":") })
    }
}
