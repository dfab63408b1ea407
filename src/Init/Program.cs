using Init;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Stage;

// 1. What we were started with (native/early.c has already blocked the signals).
var inherited = Early.Read(args);
if (!SignalSet.IsBlockedNow())
{
    SignalSet.Block(); // a build without early.c
}

// 2. Not a start of pminit at all, but a worker on its way to its program.
if (ExecStage.IsAsked(inherited))
{
    return ExecStage.Run(inherited);
}

// 3. One command: `pminit -- command args`.
if (args.Length > 1 && args[0] == "--")
{
    return InitMode.Run(inherited, first: 2);
}

// 4. The supervisor, without the cost of a full parser.
if (RunArguments.TryRead(args) is { } run)
{
    return Server.Run(run, inherited);
}

// 5. Everything else: verbs, help, usage errors.
return new CommandLine(inherited).Run(args);
