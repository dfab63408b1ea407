using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Init.Linux.Runtime;

/// <summary>
/// What pminit itself was started with, as raw bytes and bits: environment and argv need not be UTF-8, and the runtime has changed
/// the signal state before Main. Recorded by native/early.c; lives as long as the process.
/// </summary>
public sealed unsafe class Inherited
{
    /// <summary>NULL-terminated "NAME=value" strings.</summary>
    public required byte** Environ { get; init; }

    /// <summary>NULL-terminated arguments, argv[0] included.</summary>
    public required byte** Argv { get; init; }

    /// <summary>Number of arguments.</summary>
    public required int Argc { get; init; }

    /// <summary>Signals blocked when we were started; bit n-1 for signal n.</summary>
    public ulong Mask { get; init; }

    /// <summary>Signals ignored when we were started.</summary>
    public ulong Ignored { get; init; }

    /// <summary>Descriptors 0, 1, 2 that were closed when we were started; bit n for descriptor n.</summary>
    public int ClosedStandardFds { get; init; }

    /// <summary>What pminit was called by (argv[0]); empty when the caller gave nothing. Decoded as UTF-8.</summary>
    public string ProgramName => Argc == 0 ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*Argv));

    /// <summary>For builds without the native part (tests, `dotnet run`): what the runtime still knows.</summary>
    public static Inherited FromRuntime(string[] args)
    {
        var variables = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables.Add($"{entry.Key}={entry.Value}");
        }

        return new Inherited
        {
            Environ = Block(variables),
            Argv = Block(["pminit", .. args]),
            Argc = args.Length + 1,
        };
    }

    /// <summary>The value of a variable, or null. Decoded as UTF-8.</summary>
    public string? Variable(string name)
    {
        var wanted = Encoding.UTF8.GetBytes(name + "=");
        for (var entry = Environ; *entry is not null; entry++)
        {
            var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*entry);
            if (text.StartsWith(wanted))
            {
                return Encoding.UTF8.GetString(text[wanted.Length..]);
            }
        }

        return null;
    }

    /// <summary>All variables, decoded as UTF-8; of two with one name the first, as for getenv(3).</summary>
    public Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var entry = Environ; *entry is not null; entry++)
        {
            var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*entry);
            var equals = text.IndexOf((byte)'=');
            if (equals > 0)
            {
                _ = variables.TryAdd(Encoding.UTF8.GetString(text[..equals]), Encoding.UTF8.GetString(text[(equals + 1)..]));
            }
        }

        return variables;
    }

    static byte** Block(List<string> items)
    {
        var block = (byte**)NativeMemory.AllocZeroed((nuint)items.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < items.Count; i++)
        {
            block[i] = (byte*)Marshal.StringToCoTaskMemUTF8(items[i]);
        }

        return block;
    }
}
