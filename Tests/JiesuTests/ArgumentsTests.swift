import Testing

@testable import Jiesu

/// What was typed after a command's name.
@Suite struct ArgumentsTests {
    private static let options: [Arguments.Option] = [.flag("quiet"), .value("data"), .list("map")]

    private func read(_ typed: String...) throws(Arguments.Mistake) -> Arguments {
        try Arguments(typed, options: Self.options)
    }

    private func mistake(_ typed: String...) -> String? {
        do throws(Arguments.Mistake) {
            _ = try Arguments(typed, options: Self.options)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `options and the rest may stand in any order`() throws {
        let arguments = try read("a", "--data", "x", "b", "--quiet", "--map", "c=d", "--map=e=f")
        #expect(arguments.positional == ["a", "b"])
        #expect(arguments.text("data") == "x")
        #expect(arguments.has("quiet"))
        #expect(arguments.list("map") == ["c=d", "e=f"])
        #expect(try arguments.positional("A", "B") == ["a", "b"])
    }

    @Test func `after two hyphens everything is as it stands`() throws {
        let arguments = try read("--quiet", "--", "--data", "-x", "--")
        #expect(arguments.positional == ["--data", "-x", "--"])
        #expect(arguments.text("data") == nil)
    }

    @Test func `nothing typed is nothing given`() throws {
        let arguments = try read()
        #expect(arguments.positional.isEmpty)
        #expect(!arguments.has("quiet"))
        #expect(arguments.text("data") == nil)
        #expect(arguments.list("map") == [])
        #expect(try arguments.number("n", in: 1...5, default: 3) == 3)
    }

    @Test func `each mistake is named`() {
        #expect(mistake("--dta", "x") == "unknown option --dta; did you mean \"--data\"?")
        #expect(mistake("--zzzzzz") == "unknown option --zzzzzz; this command knows --data, --map, --quiet")
        #expect(mistake("-q") == "unknown option -q; this command knows --data, --map, --quiet")
        #expect(mistake("--data") == "--data wants a value")
        #expect(mistake("--data=") == "--data wants a value")
        #expect(mistake("--data", "") == "--data wants a value")
        #expect(mistake("--data", "--quiet") == "--data wants a value, not the option --quiet")
        #expect(mistake("--data=--quiet") == nil)
        #expect(mistake("--quiet=yes") == "--quiet takes no value")
        #expect(mistake("--data", "a", "--data", "b") == "--data was given twice")
        #expect(mistake("--quiet", "--quiet") == "--quiet was given twice")
        #expect(mistake("--=x") == "unknown option --; this command knows --data, --map, --quiet")
    }

    @Test func `a command without options says so`() {
        #expect(throws: Arguments.Mistake(message: "unknown option --x; this command knows none")) {
            try Arguments(["--x"], options: [])
        }
    }

    @Test func `what is missing and what is too much is named`() throws {
        #expect(throws: Arguments.Mistake(message: "FILE is missing")) { try read().positional("FILE") }
        #expect(throws: Arguments.Mistake(message: "B is missing")) { try read("a").positional("A", "B") }
        #expect(throws: Arguments.Mistake(message: "\"b\" is one argument too many")) {
            try read("a", "b").positional("A")
        }
        #expect(throws: Arguments.Mistake(message: "\"a\" is one argument too many")) { try read("a").positional() }
    }

    @Test(arguments: ["0", "6", "x", "1.5", "1e0", "99999999999999999999", "٣", " 3", "-1"])
    func `a number outside its bounds, and what is none, is refused`(text: String) throws {
        let arguments = try Arguments(["--n=\(text)"], options: [.value("n")])
        #expect(throws: Arguments.Mistake(message: "--n wants a whole number from 1 to 5, not \"\(text)\"")) {
            try arguments.number("n", in: 1...5, default: 3)
        }
    }

    @Test(arguments: [1, 3, 5])
    func `a number within its bounds is taken`(number: Int) throws {
        #expect(
            try Arguments(["--n", "\(number)"], options: [.value("n")]).number("n", in: 1...5, default: 3) == number)
    }

    @Test func `a hyphen alone and a negative number are no options`() throws {
        #expect(try read("-", "-5").positional == ["-", "-5"])
    }
}
