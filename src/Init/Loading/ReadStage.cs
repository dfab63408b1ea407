using Init.Core.CommandLine;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Linux.Interop;
using Init.Linux.Runtime;

namespace Init.Loading;

/// <summary>
/// The process that reads a configuration for a running server: it may block, evaluate a script for as long as that is allowed, or hang on
/// a dead mount, and the server kills it when its time is over. Its answer goes to descriptor 3, what a script prints to 1 and 2.
/// </summary>
static unsafe class ReadStage
{
    const string Name = "pminit-read";

    const int AnswerFd = 3;

    /// <summary>True when this process was started to read.</summary>
    public static bool IsAsked(Inherited inherited) => inherited.ProgramName == Name;

    /// <summary>The words it is started with: the name that pminit was called by, then pminit's own words.</summary>
    public static string[] Argv(string calledAs, IEnumerable<string> args) => [Name, calledAs, .. args];

    /// <summary>Reads and answers.</summary>
    /// <param name="inherited">What it was started with.</param>
    /// <param name="args">As of <see cref="Argv"/>, without the first.</param>
    public static int Run(Inherited inherited, string[] args)
    {
        if (args.Length == 0 || StartLine.Read(args[0], args.AsSpan(1)).Line is not { } line)
        {
            return ExitCodes.Usage;
        }

        var answer = new ByteBuffer();
        ConfigLoader.ReadAll(line, inherited).Write(answer);
        return Send(answer.Span) ? ExitCodes.Ok : ExitCodes.Fault;
    }

    static bool Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint sent;
            fixed (byte* from = bytes)
            {
                sent = Libc.write(AnswerFd, from, (nuint)bytes.Length);
            }

            if (sent < 0 && Libc.Errno != Libc.EINTR)
            {
                return false;
            }

            bytes = bytes[(int)Math.Max(sent, 0)..];
        }

        return true;
    }
}

/// <summary>A start's command line, by whatever name pminit is called.</summary>
static class StartLine
{
    /// <summary>Reads the words by the rules of the name.</summary>
    public static RunLineReading Read(string calledAs, ReadOnlySpan<string> args)
        => Pm2CommandLine.NameOf(calledAs) is { } pm2 ? Pm2CommandLine.Read(pm2, args) : RunLineParser.Read(args);
}
