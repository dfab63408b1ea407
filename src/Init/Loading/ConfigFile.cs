using Init.Core.Config;

namespace Init.Loading;

/// <summary>Reads the small files that an ecosystem file names (dotenv files, secrets), before the server runs: it may block.</summary>
static class ConfigFile
{
    /// <summary>The file's content, or why there is none; never throws for what a path can be.</summary>
    public static FileContent Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var bytes = new byte[FileContent.MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return new FileContent { Bytes = bytes[..length] };
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FileContent { IsMissing = true, Problem = "there is no such file" };
        }
        catch (UnauthorizedAccessException)
        {
            return new FileContent { Problem = Directory.Exists(path) ? "it is a folder" : "permission denied" };
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            return new FileContent { Problem = error.Message };
        }
    }
}
