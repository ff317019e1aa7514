/// A setting that may hold a password. Prints as `****`, also when a struct that holds it is printed.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself; only for whoever needs it to connect.
    package let exposed: String

    package init(_ text: String) {
        exposed = text
    }

    package var description: String { "****" }
    package var debugDescription: String { "****" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
