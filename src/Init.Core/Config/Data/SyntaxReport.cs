using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>Where a reader is (the path of the value that is being read) and what it found wrong there.</summary>
sealed class SyntaxReport(string file, ICollection<ConfigError> errors)
{
    /// <summary>Broken syntax beyond this says nothing new, and must not cost memory without bound.</summary>
    const int MostErrors = 100;

    readonly List<PathPart> _path = [];
    int _count;

    /// <summary>After a fault of structure: nothing that follows can be trusted or is reported.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Whether the outermost value is being read.</summary>
    public bool IsAtRoot => _path.Count == 0;

    public void Enter(string key) => _path.Add(new PathPart(key, 0));

    public void Enter(int index) => _path.Add(new PathPart(null, index));

    public void Leave() => _path.RemoveAt(_path.Count - 1);

    /// <summary>Reports a fault inside one value; reading goes on.</summary>
    public void Report(SourcePosition at, string message, string hint)
    {
        if (IsStopped)
        {
            return;
        }

        errors.Add(new ConfigError { File = file, Position = at, Path = CurrentPath(), Message = message, Hint = hint });
        if (++_count >= MostErrors)
        {
            errors.Add(new ConfigError { File = file, Position = at, Message = "too many syntax errors; the rest of the file was not read" });
            IsStopped = true;
        }
    }

    /// <summary>Reports a fault of structure: nothing after it can be trusted.</summary>
    public void Stop(SourcePosition at, string message, string hint = "")
    {
        Report(at, message, hint);
        IsStopped = true;
    }

    string CurrentPath()
    {
        var path = "";
        foreach (var part in _path)
        {
            path = part.Key is null ? ConfigScope.Join(path, part.Index) : ConfigScope.Join(path, part.Key);
        }

        return path;
    }

    readonly record struct PathPart(string? Key, int Index);
}
