using System.Collections.Immutable;
using Init.Core.Config.Data;
using Init.Core.Model;

namespace Init.Core.Config;

/// <summary>One entry of `env_file`.</summary>
sealed record EnvFile(string Path, bool IsRequired, SourcePosition At, string FieldPath);

/// <summary>One name of `env_from_files`, with the file's path; a null path is read from NAME_FILE.</summary>
sealed record SecretFile(string Name, string? Path, SourcePosition At, string FieldPath);

/// <summary>`env_from_files`.</summary>
sealed record SecretFiles
{
    /// <summary>`true`: every NAME_FILE that points below a folder of secrets.</summary>
    public bool TakesAll { get; init; }

    /// <summary>The named ones.</summary>
    public ImmutableArray<SecretFile> Named { get; init; } = [];
}

/// <summary>Reads `env_file` and `env_from_files`: first the fields, then the files themselves, through the context.</summary>
static class EnvFiles
{
    /// <summary>A text, or a list of texts and of {path, required}.</summary>
    public static bool Read(DataNode node, ConfigScope scope, out ImmutableArray<EnvFile> value)
    {
        value = [];
        if (node.Kind != DataKind.List)
        {
            var isOne = ReadOne(node, scope, out var file);
            value = isOne ? [file!] : [];
            return isOne;
        }

        var files = ImmutableArray.CreateBuilder<EnvFile>(node.Items.Length);
        var isValid = true;
        for (var i = 0; i < node.Items.Length; i++)
        {
            isValid &= ReadOne(node.Items[i], scope.Child(i), out var file);
            if (file is not null)
            {
                files.Add(file);
            }
        }

        value = files.ToImmutable();
        return isValid;
    }

    /// <summary>true, a list of names, or an object of paths by name.</summary>
    public static bool ReadSecrets(DataNode node, ConfigScope scope, out SecretFiles value)
    {
        value = new SecretFiles();
        if (node.Kind == DataKind.Boolean || (node.Kind == DataKind.Text && node.Text is "true" or "false"))
        {
            var isBoolean = ConfigValues.Boolean(node, scope, out var takesAll);
            value = new SecretFiles { TakesAll = takesAll };
            return isBoolean;
        }

        if (node.Kind is not (DataKind.List or DataKind.Map))
        {
            return ConfigValues.Fail(node, scope, "true, a list of names, or an object of paths", "e.g. [\"DB_PASSWORD\"] or {\"DB_PASSWORD\": \"/run/secrets/db\"}");
        }

        var named = ImmutableArray.CreateBuilder<SecretFile>();
        var isValid = true;
        for (var i = 0; i < node.Items.Length; i++)
        {
            var inner = scope.Child(i);
            isValid &= ConfigValues.VariableName(node.Items[i], inner, out var name);
            named.Add(new SecretFile(name, null, node.Items[i].Position, inner.Path));
        }

        foreach (var member in node.Members)
        {
            var inner = scope.Child(member.Key);
            isValid &= ConfigValues.IsVariableName(member.Key, member.KeyPosition, inner) & ConfigValues.FilledText(member.Value, inner, out var path);
            named.Add(new SecretFile(member.Key, path, member.Value.Position, inner.Path));
        }

        value = new SecretFiles { Named = named.ToImmutable() };
        return isValid;
    }

    /// <summary>The variables of all files; of two with one name the later. Errors go to the report, with the place in the file that has them.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Load(ImmutableArray<EnvFile> files, string? cwd, ConfigReport report)
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (var file in files)
        {
            var path = At(cwd, file.Path);
            var content = report.Context.ReadFile(path);
            if (content.Bytes is { } bytes)
            {
                DotEnv.Read(bytes, path, variables, report.Errors);
            }
            else if (file.IsRequired || !content.IsMissing)
            {
                report.Errors.Add(new ConfigError
                {
                    File = report.File,
                    Position = file.At,
                    Path = file.FieldPath,
                    Message = $"cannot read {Words.Quote(path)}: {content.Problem}",
                    Hint = content.IsMissing ? $"if it may be absent: {{\"path\": {Words.Quote(file.Path)}, \"required\": false}}" : "",
                });
            }
        }

        return Unique(variables);
    }

    /// <summary>The content of one secret file, without the line ends at its end, which editors and `echo` put there.</summary>
    /// <returns>Null after an error in the report.</returns>
    public static string? LoadSecret(SecretFile secret, string path, string? cwd, ConfigReport report)
    {
        var full = At(cwd, path);
        var content = report.Context.ReadFile(full);
        var text = "";
        var problem = content.Bytes is null ? $"cannot read {Words.Quote(full)}: {content.Problem}"
            : !Utf8Text.TryRead(content.Bytes, out text) ? $"{Words.Quote(full)} is not UTF-8 text"
            : text.Contains('\0') ? $"{Words.Quote(full)} contains U+0000, which no variable can hold"
            : text.Length > DotEnv.LongestValue ? $"{Words.Quote(full)} is longer than a variable can be (128 KiB)"
            : null;
        if (problem is null)
        {
            return text.TrimEnd('\r', '\n');
        }

        report.Errors.Add(new ConfigError { File = report.File, Position = secret.At, Path = secret.FieldPath, Message = problem });
        return null;
    }

    static bool ReadOne(DataNode node, ConfigScope scope, out EnvFile? file)
    {
        file = null;
        if (node.Kind != DataKind.Map)
        {
            if (node.Kind is not (DataKind.Text or DataKind.Invalid))
            {
                return ConfigValues.Fail(node, scope, "a path, or a list of paths", "e.g. \".env\"");
            }

            if (!ConfigValues.FilledText(node, scope, out var path))
            {
                return false;
            }

            file = new EnvFile(path, true, node.Position, scope.Path);
            return true;
        }

        string? found = null;
        var isRequired = true;
        var isValid = true;
        foreach (var member in node.Members)
        {
            var inner = scope.Child(member.Key);
            switch (member.Key)
            {
                case "path":
                    isValid &= ConfigValues.FilledText(member.Value, inner, out found);
                    break;
                case "required":
                    isValid &= ConfigValues.Boolean(member.Value, inner, out isRequired);
                    break;
                default:
                    inner.Error(member.KeyPosition, "unknown field", "the fields are \"path\" and \"required\"");
                    isValid = false;
                    break;
            }
        }

        if (found is null)
        {
            scope.Error(node.Position, "\"path\" is missing", "write {\"path\": \".env\", \"required\": false}");
            return false;
        }

        file = new EnvFile(found, isRequired, node.Position, scope.Path);
        return isValid;
    }

    static ImmutableArray<KeyValuePair<string, string>> Unique(List<KeyValuePair<string, string>> variables)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < variables.Count; i++)
        {
            last[variables[i].Key] = i;
        }

        var unique = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(last.Count);
        for (var i = 0; i < variables.Count; i++)
        {
            if (last[variables[i].Key] == i)
            {
                unique.Add(variables[i]);
            }
        }

        return unique.ToImmutable();
    }

    static string At(string? cwd, string path) => cwd is null ? path : Path.Combine(cwd, path);
}
