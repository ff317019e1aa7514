import Foundation
import JSON

/// Which passwords people may choose for themselves: `passwords.json`, which a city may tighten.
package struct PasswordRules: Sendable {
    /// Characters; with a letter of Chinese three bytes each, no more than bcrypt takes.
    package let length: ClosedRange<Int>
    /// Different characters that must remain when the words and the account's name are taken away.
    let distinct: Int
    /// In lower case, the longest first.
    let words: [String]

    /// Bytes that bcrypt looks at.
    private static let mostBytes = 72

    package static let shipped: PasswordRules = {
        guard let url = Bundle.module.url(forResource: "passwords", withExtension: "json"),
            let data = try? Data(contentsOf: url), let file = try? JSON.parse([UInt8](data)),
            let least = file["least"]?.int, let most = file["most"]?.int, least <= most,
            let distinct = file["distinct"]?.int, let words = file["words"]?.array
        else { preconditionFailure("passwords.json, which comes with the program, is damaged") }
        return PasswordRules(
            length: Int(least)...Int(most), distinct: Int(distinct),
            words: words.compactMap { $0.string?.lowercased() }.sorted { $0.count > $1.count })
    }()

    /// Why `password` is too weak for the account with this name, said to whoever chose it; `nil`: it is not.
    package func fault(in password: String, for name: String) -> String? {
        guard length.contains(password.count), password.utf8.count <= Self.mostBytes else {
            return "新密码须有 \(length.lowerBound) 到 \(length.upperBound) 个字符"
        }
        var rest = password.lowercased()
        guard Set(rest).count >= distinct else { return "新密码太简单：至少要有 \(distinct) 个不同的字符" }
        // Of two letters it is in many a good password by chance.
        if name.count > 2 {
            guard !rest.contains(name) else { return "新密码不能含有用户名" }
        }
        for word in words { rest = rest.replacing(word, with: "") }
        guard Set(rest).count >= distinct else { return "新密码太常见：除去常用的词和连续的数字，至少还要有 \(distinct) 个不同的字符" }
        return nil
    }
}
