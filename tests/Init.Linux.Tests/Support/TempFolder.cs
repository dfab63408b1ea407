using System.Text;

namespace Init.Linux.Tests.Support;

/// <summary>A folder of its own for one test, removed at its end.</summary>
sealed class TempFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pminit-test-");

    public string Path => _folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file, executable unless said otherwise, and returns its path.</summary>
    public string Write(string name, string text, bool executable = true) => Write(name, Encoding.UTF8.GetBytes(text), executable);

    public string Write(string name, byte[] bytes, bool executable = true)
    {
        var path = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(path, executable ? Plain | Execute : Plain);
        return path;
    }

    /// <summary>Lets every user write here, as in /tmp.</summary>
    public TempFolder OpenToAll()
    {
        File.SetUnixFileMode(Path, (UnixFileMode)0x1ff);
        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
