using Init;
using Init.Linux.Loop;
using Init.Linux.Runtime;

// 1. What we were started with (native/early.c has already blocked the signals).
var inherited = Early.Read(args);
if (!SignalSet.IsBlockedNow())
{
    SignalSet.Block(); // a build without early.c
}

// 2. One command: `pminit -- command args`.
if (args.Length > 1 && args[0] == "--")
{
    return InitMode.Run(inherited, first: 2);
}

// 3. The supervisor, without the cost of a full parser.
if (RunArguments.TryRead(args) is { } run)
{
    return Server.Run(run, inherited);
}

// 4. Everything else: verbs, help, usage errors.
return new CommandLine(inherited).Run(args);
