/// An error that can tell whether it is the moment's fault or the work's.
package protocol Retriable: Error {
    /// True when the same work may well succeed later, unchanged.
    var isRetriable: Bool { get }
}

extension Error {
    /// The moment's fault, as far as the error can tell.
    package var isOfTheMoment: Bool { (self as? any Retriable)?.isRetriable ?? false }
}
