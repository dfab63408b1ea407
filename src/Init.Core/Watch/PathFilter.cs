namespace Init.Core.Watch;

/// <summary>
/// Decides which paths matter, by text alone. A path is wanted when it lies at or below a watched one (or fits a watched glob) and neither it nor a folder
/// between the two is ignored. What was named itself is never ignored, nor is anything above it: an app in `/srv/.apps` is watched like others.
/// An ignore pattern without '/' is a name at any depth; any other starts from the app's cwd. (chokidar takes both from the cwd, so that "*.log" misses
/// `logs/app.log`, and the app restarts for ever.) The last pattern that fits decides, and what an ignored folder holds is ignored with it.
/// </summary>
public sealed class PathFilter
{
    /// <summary>Never wanted unless a later "!" says so: dotfiles and node_modules as in pm2; what Python writes when it starts; editors' copies.</summary>
    public static readonly string[] Defaults = [".*", "node_modules", "__pycache__", "*~", "#*#"];

    /// <summary>These hold no files, and changes without end. Only who names them, or something in them, watches them.</summary>
    static readonly string[] KernelFolders = ["/proc", "/sys", "/dev"];

    readonly List<Target> _targets = [];
    readonly List<Rule> _rules = [];
    readonly int? _depth;

    /// <param name="spec">What is watched.</param>
    /// <param name="cwd">The app's, absolute.</param>
    public PathFilter(WatchSpec spec, string cwd)
    {
        _depth = spec.Depth;
        foreach (var name in Defaults)
        {
            _rules.Add(new Rule(Glob.Of(name, ""), isBack: false));
        }

        foreach (var path in spec.Paths)
        {
            foreach (var one in Glob.Expand(path.StartsWith('!') ? path[1..] : path) ?? [])
            {
                if (path.StartsWith('!'))
                {
                    AddRule(one, cwd, isBack: false);
                }
                else
                {
                    var glob = Glob.Of(one, cwd);
                    var root = glob.Base(out var isWhole);
                    _targets.Add(new Target(root, Split(root), isWhole ? null : glob));
                }
            }
        }

        AddRules(spec.Ignore, cwd);
        AddRules(spec.IgnoreMore, cwd);
    }

    /// <summary>Where to begin: absolute files or folders, none twice. They need not exist.</summary>
    public List<string> Roots
    {
        get
        {
            var roots = new List<string>();
            foreach (var target in _targets)
            {
                if (!roots.Contains(target.Path))
                {
                    roots.Add(target.Path);
                }
            }

            return roots;
        }
    }

    /// <summary>A change of this file is worth a restart.</summary>
    public bool Wants(string path) => Fits(path, isFolder: false);

    /// <summary>Something in this folder may be wanted: watch it, and look into it.</summary>
    public bool Enters(string path) => Fits(path, isFolder: true);

    bool Fits(string path, bool isFolder)
    {
        var segments = Split(path);
        foreach (var target in _targets)
        {
            if (IsAtOrBelow(segments, target.Segments) && Fits(target, path, segments, isFolder))
            {
                return true;
            }
        }

        return false;
    }

    bool Fits(Target target, string path, string[] segments, bool isFolder)
    {
        var below = segments.Length - target.Segments.Length;
        if (below == 0)
        {
            return isFolder || target.Pattern is null;
        }

        if (_depth < below - (isFolder ? 0 : 1) || (isFolder && Array.IndexOf(KernelFolders, path) >= 0))
        {
            return false;
        }

        return (target.Pattern is not { } glob || (isFolder ? glob.MayMatchBelow(segments) : glob.Matches(segments, segments.Length)))
            && !IsIgnored(segments, target);
    }

    bool IsIgnored(string[] segments, Target target)
    {
        for (var length = target.Segments.Length + 1; length <= segments.Length; length++)
        {
            var isIgnored = false;
            for (var i = target.Pattern?.NamesDots == true ? 1 : 0; i < _rules.Count; i++)
            {
                if (isIgnored == _rules[i].IsBack && _rules[i].Pattern.Matches(segments, length))
                {
                    isIgnored = !isIgnored;
                }
            }

            if (isIgnored)
            {
                return true;
            }
        }

        return false;
    }

    void AddRules(IEnumerable<string> patterns, string cwd)
    {
        foreach (var pattern in patterns)
        {
            var isBack = pattern.StartsWith('!');
            foreach (var one in Glob.Expand(isBack ? pattern[1..] : pattern) ?? [])
            {
                AddRule(one, cwd, isBack);
            }
        }
    }

    /// <summary>`logs/`, `logs/**` and `logs` mean the folder with all it holds.</summary>
    void AddRule(string pattern, string cwd, bool isBack)
    {
        var plain = pattern.EndsWith("/**", StringComparison.Ordinal) ? pattern[..^3] : pattern;
        plain = plain.TrimEnd('/');
        plain = plain.Length > 0 ? plain : pattern;
        _rules.Add(new Rule(Glob.Of(plain, plain.Contains('/') ? cwd : ""), isBack));
    }

    static bool IsAtOrBelow(string[] path, string[] root)
    {
        if (path.Length < root.Length)
        {
            return false;
        }

        for (var i = root.Length - 1; i >= 0; i--)
        {
            if (path[i] != root[i])
            {
                return false;
            }
        }

        return true;
    }

    static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    sealed class Target(string path, string[] segments, Glob? pattern)
    {
        public string Path => path;

        public string[] Segments => segments;

        /// <summary>Null: all that is at or below the path.</summary>
        public Glob? Pattern => pattern;
    }

    sealed class Rule(Glob pattern, bool isBack)
    {
        public Glob Pattern => pattern;

        /// <summary>"!".</summary>
        public bool IsBack => isBack;
    }
}
