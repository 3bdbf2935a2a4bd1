import ArgumentParser
import Retention
import System

/// Who may ask the keeper what.
struct AccessOptions: ParsableArguments {
    @Option(
        name: .customLong("allow"),
        help: ArgumentHelp("Let a user ask: a user id, and of seal, read and act what it may do.", valueName: "uid:seal,read,act"))
    var allowed: [KeeperAccess.Grant] = []

    @Option(
        name: .customLong("allow-file"),
        help: ArgumentHelp("Let the users ask that this file names, one UID:seal,read,act a line; read again on SIGHUP.", valueName: "file")
    )
    var file: String?

    /// Access as the options and the file say now.
    func read(_ fileSystem: any FileSystem) throws(RetentionError) -> KeeperAccess {
        let own = OwnProcess.user
        let listed = if let file { try KeeperAccess.grants(in: file, own: own, fileSystem: fileSystem) } else { [KeeperAccess.Grant]() }
        return KeeperAccess(own: own, grants: allowed + listed)
    }
}

extension KeeperAccess.Grant: ExpressibleByArgument {
    /// What `UID:seal,read,act` says.
    public init?(argument: String) {
        self.init(text: argument)
    }
}
