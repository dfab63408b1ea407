using Init.Core.Config;
using Init.Linux.Runtime;

namespace Init;

/// <summary>Where the bytes of an ecosystem file come from: the file, standard input, or a runtime that evaluates a script.</summary>
static class ConfigSource
{
    /// <summary>Reads; says on stderr what is wrong. What a script prints goes there too.</summary>
    /// <returns>The bytes for EcosystemReader; null when something is wrong.</returns>
    public static byte[]? Read(string file, Inherited inherited)
    {
        try
        {
            if (file == "-")
            {
                return ReadStandardInput();
            }

            var bytes = File.ReadAllBytes(file);
            if (FileFormats.Of(file) != FileFormat.Script)
            {
                return bytes;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            StandardError.Line($"cannot read {file}: {error.Message}");
            return null;
        }

        var (json, problem) = ConfigEvaluator.Run(file, inherited, Print);
        if (problem is not null)
        {
            StandardError.Line(problem.ToString());
        }

        return json;
    }

    static void Print(string output) => _ = StandardError.Write(2, output);

    static byte[] ReadStandardInput()
    {
        using var stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(0, ownsHandle: false), FileAccess.Read);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
