import Foundation

setvbuf(stdout, nil, Int32(_IOLBF), 0)
signal(SIGPIPE, SIG_IGN)
exit(await Jiesu.run(Array(CommandLine.arguments.dropFirst())))
