import Testing
import WorkingTime

func at(_ text: String) throws -> Moment { try #require(Moment(iso8601: text)) }
func day(_ text: String) throws -> CivilDay { try #require(CivilDay(text)) }
