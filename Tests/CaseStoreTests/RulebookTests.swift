import Postgres
import Support
import Testing
import WorkingTime

@testable import CaseStore

struct RulebookTests {
    @Test func aBookThatIsChangedWhileItIsReadIsTheOldOneOrTheNewOneWhole() async throws {
        let fixture = try await Fixture()
        let before = try await fixture.store.rulebook().number
        let writer = try await fixture.database.connection()
        // The reader has its number and the organisations when it must wait for the regions.
        try await writer.script("BEGIN; LOCK TABLE jiesu.region IN ACCESS EXCLUSIVE MODE")
        async let reading = fixture.pool.withConnection { try await Rulebook.read(on: $0, day: CivilDay(number: 0)) }
        try await eventually("the reader waits for the regions") {
            try await fixture.number(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                    AND query LIKE '%FROM jiesu.region%'
                """) == 1
        }
        try await writer.script(
            """
            INSERT INTO jiesu.region (code, title, aliases, parent)
                SELECT 'moon', '月区', '{}', code FROM jiesu.region LIMIT 1;
            INSERT INTO jiesu.organisation (code, title, aliases, level, roles, contact, inbox)
                VALUES ('moon-urban', '月区城管局', '{}', 'district', '{}', '', true);
            INSERT INTO jiesu.jurisdiction VALUES ('moon-urban', 'moon', 'noise');
            UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules';
            COMMIT
            """)
        let book = try await reading
        #expect(book.number == before + 1)
        #expect(book.directory.organisations["moon-urban"] != nil)
        #expect(book.directory.regions["moon"] != nil)
        #expect(book.directory.jurisdictions.contains { $0.organisation == "moon-urban" })
        await writer.close()
    }
}
