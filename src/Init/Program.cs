using Init;
using Init.Core.CommandLine;
using Init.Linux.Loop;
using Init.Linux.Runtime;
using Init.Linux.Stage;
using Init.Loading;

// 1. What we were started with (native/early.c has already blocked the signals).
var inherited = Early.Read(args);
if (!SignalSet.IsBlockedNow())
{
    SignalSet.Block(); // a build without early.c
}

// 2. Not a start of pminit at all, but a worker on its way to its program, or a reader for a running server.
if (ExecStage.IsAsked(inherited))
{
    return ExecStage.Run(inherited);
}

if (ReadStage.IsAsked(inherited))
{
    return ReadStage.Run(inherited, args);
}

// 3. One command: `pminit -- command args`; not by pm2's names, which have a command line of their own.
if (Pm2CommandLine.NameOf(inherited.ProgramName) is null && args.Length > 1 && args[0] == "--")
{
    return InitMode.Run(inherited, first: 2);
}

// 4. The supervisor, without the cost of a full parser.
var reading = StartLine.Read(inherited.ProgramName, args);
if (reading.Line is { } line)
{
    if (!line.IsCheck)
    {
        return Server.Run(line, args, inherited);
    }

    SignalSet.Restore(inherited);
    return Verbs.Check(line, inherited);
}

if (reading.Problem is not null)
{
    return Usage.Refuse(reading);
}

// 5. Everything else: verbs, help, usage errors. Ctrl-C ends them.
SignalSet.Restore(inherited);
var commandLine = new CommandLine(inherited);
return reading.Help is { } name ? commandLine.Help(name, isAsked: args.Length > 0) : commandLine.Run(reading.Verb.IsEmpty ? args : [.. reading.Verb]);
