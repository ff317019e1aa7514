import TextMatching

/// How a scheme tells what a complaint is: words for each nature, subject, urgency and flag.
package struct Classification: Sendable, Equatable {
    /// One code, its Chinese title and the words that speak for it.
    package struct Value: Sendable, Equatable {
        package var code: String
        package var title: String
        package var words: [Term]

        package init(code: String, title: String, words: [Term]) {
            self.code = code
            self.title = title
            self.words = words
        }
    }

    /// Exactly one of these holds; without words enough it is the default.
    package struct Choice: Sendable, Equatable {
        /// The code taken where no value reaches `score`.
        package var standard: String
        /// What a value must reach to be taken.
        package var score: Double
        package var values: [Value]

        package init(standard: String, score: Double, values: [Value]) {
            self.standard = standard
            self.score = score
            self.values = values
        }
    }

    /// When the best subject is decided by rule and not by a person.
    package struct Sure: Sendable, Equatable {
        /// The best subject's score must reach this …
        package var score: Double
        /// … and so many times the second's.
        package var lead: Double
        /// A further subject is named beside the best if it reaches `score` and this share of the best's score.
        package var also: Double

        package init(score: Double, lead: Double, also: Double) {
            self.score = score
            self.lead = lead
            self.also = also
        }
    }

    /// How much of what is found counts.
    package struct Counting: Sendable, Equatable {
        /// What a word in the title counts beside one in the text.
        package var title: Int
        /// So many times a word counts in one text at most.
        package var most: Int

        package init(title: Int, most: Int) {
            self.title = title
            self.most = most
        }
    }

    /// When an organisation named in a text is complained about: conduct words stand near its name.
    package struct Accused: Sendable, Equatable {
        package var words: [String]
        /// Most characters between the name and the word.
        package var within: Int

        package init(words: [String], within: Int) {
            self.words = words
            self.within = within
        }
    }

    package var sure: Sure
    package var counting: Counting
    package var nature: Choice
    package var subjects: [Value]
    package var urgency: Choice
    /// Any number of these hold; each must reach `flagScore`.
    package var flags: [Value]
    package var flagScore: Double
    package var accused: Accused

    package init(
        sure: Sure, counting: Counting, nature: Choice, subjects: [Value], urgency: Choice, flags: [Value],
        flagScore: Double,
        accused: Accused
    ) {
        self.sure = sure
        self.counting = counting
        self.nature = nature
        self.subjects = subjects
        self.urgency = urgency
        self.flags = flags
        self.flagScore = flagScore
        self.accused = accused
    }
}
