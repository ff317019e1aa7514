/// Whether somebody may see a case at the centre. Who belongs to no organisation works for the whole line. An organisation's
/// people see what it takes part in, and what the policies give it a part in: running the line, supervising, settling a dispute
/// that was brought. Never a complaint about it or about whom it reports to.
package func mayRead(
    _ file: Case, organisation: String?, under policies: [Policy], in directory: Directory
) -> Bool {
    guard let organisation else { return true }
    guard !directory.isUnder(organisation, anyOf: file.accused) else { return false }
    if file.involved.contains(organisation) { return true }
    let held = Set(directory.organisations[organisation]?.roles ?? [])
    return policies.contains { !held.isDisjoint(with: $0.readers(isDisputed: file.course.dispute != nil)) }
}

extension Policy {
    /// Duties (C.12) that let their holders see cases that they have no part in.
    package func readers(isDisputed: Bool) -> [String] {
        [centre, supervise?.actor].compactMap(\.self) + (isDisputed ? dispute : [])
    }
}
