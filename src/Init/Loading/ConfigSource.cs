using Init.Core.Config;
using Init.Linux.Evaluation;
using Init.Linux.Runtime;

namespace Init.Loading;

/// <summary>Where the bytes of an ecosystem file come from: the file, standard input, or a runtime that evaluates a script. It blocks.</summary>
static class ConfigSource
{
    /// <summary>Reads. What a script prints goes to stderr.</summary>
    /// <param name="file">Its name; "-" is standard input.</param>
    /// <param name="inherited">pminit's own environment.</param>
    /// <param name="problem">What is wrong, when null is returned.</param>
    /// <returns>The bytes for EcosystemReader; null when something is wrong.</returns>
    public static byte[]? Read(string file, Inherited inherited, out string problem)
    {
        problem = "";
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
            problem = $"cannot read {file}: {error.Message}";
            return null;
        }

        var (json, wrong) = ConfigEvaluator.Run(file, inherited, static output => _ = StandardError.Write(2, output));
        problem = wrong?.ToString() ?? "";
        return json;
    }

    static byte[] ReadStandardInput()
    {
        using var stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(0, ownsHandle: false), FileAccess.Read);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
