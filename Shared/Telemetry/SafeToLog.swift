/// An error whose description holds nothing that a person typed and no value of a table, so that a log may show it.
package protocol SafeToLog: Error, CustomStringConvertible {}

extension Error {
    /// What a log may show of it: the description if that is safe by contract, otherwise the type alone.
    package var loggable: String {
        (self as? any SafeToLog)?.description ?? String(describing: type(of: self))
    }
}
