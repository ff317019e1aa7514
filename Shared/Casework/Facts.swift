import WorkingTime

/// What a rule has to know beyond the case, loaded by the caller after the case was locked.
package struct Facts: Sendable {
    /// What this very command did when it came before; empty if it never came.
    package var done: [Event]
    /// Whether the earlier case that the command speaks of exists; `nil` if it speaks of none.
    package var earlierExists: Bool?
    package var directory: Directory
    package var calendar: WorkCalendar
    package var duties: Duties
    /// The newest version of each scheme that may apply, for acceptance.
    package var newest: [Policy]
    /// When the oldest command that waits for this case was given; a clock does not fire over it.
    package var waiting: Moment?

    package init(
        done: [Event] = [], earlierExists: Bool? = nil, directory: Directory, calendar: WorkCalendar,
        duties: Duties = Duties([:]), newest: [Policy] = [], waiting: Moment? = nil
    ) {
        self.done = done
        self.earlierExists = earlierExists
        self.directory = directory
        self.calendar = calendar
        self.duties = duties
        self.newest = newest
        self.waiting = waiting
    }
}
