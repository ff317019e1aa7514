@preconcurrency import Foundation  // for `stdout`, which C declares as a variable

// `jiesu`, the operator's command.

setvbuf(stdout, nil, Int32(_IOLBF), 0)
signal(SIGPIPE, SIG_IGN)
exit(await Jiesu.run(Array(CommandLine.arguments.dropFirst())))
