using System.Collections.Immutable;
using Init.Core.Model;

namespace Init.Core.Config.Data;

/// <summary>What a node of a data file is.</summary>
public enum DataKind
{
    /// <summary>`null`.</summary>
    Null,

    /// <summary>`true` or `false`.</summary>
    Boolean,

    /// <summary>Any number, also Infinity and NaN.</summary>
    Number,

    /// <summary>A string.</summary>
    Text,

    /// <summary>An array.</summary>
    List,

    /// <summary>An object.</summary>
    Map,

    /// <summary>A value that could not be read; its error is already reported, so readers pass over it in silence.</summary>
    Invalid,
}

/// <summary>
/// A value of a data file with its place. The tree is the same for every file format, so validation knows only one shape.
/// </summary>
public sealed class DataNode
{
    DataNode(DataKind kind, SourcePosition position)
    {
        Kind = kind;
        Position = position;
    }

    /// <summary>What this node is; decides which of the other properties has a meaning.</summary>
    public DataKind Kind { get; }

    /// <summary>Where the value begins.</summary>
    public SourcePosition Position { get; }

    /// <summary>The text of a <see cref="DataKind.Text"/>, or a number as it is written in the file.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The text before its references were put in; null where nothing was. Messages show this one: the other may hold a secret.</summary>
    public string? Written { get; private init; }

    /// <summary>The value of a <see cref="DataKind.Number"/>, rounded to double as JavaScript does.</summary>
    public double Number { get; private init; }

    /// <summary>The value of a <see cref="DataKind.Boolean"/>.</summary>
    public bool Boolean { get; private init; }

    /// <summary>The items of a <see cref="DataKind.List"/>, else empty.</summary>
    public ImmutableArray<DataNode> Items { get; private init; } = [];

    /// <summary>The members of a <see cref="DataKind.Map"/> in file order with unique keys, else empty.</summary>
    public ImmutableArray<DataMember> Members { get; private init; } = [];

    /// <summary>A null.</summary>
    public static DataNode OfNull(SourcePosition at) => new(DataKind.Null, at);

    /// <summary>A boolean.</summary>
    public static DataNode Of(bool value, SourcePosition at) => new(DataKind.Boolean, at) { Boolean = value };

    /// <summary>A text.</summary>
    public static DataNode Of(string text, SourcePosition at) => new(DataKind.Text, at) { Text = text };

    /// <summary>A text with references put in.</summary>
    public static DataNode Of(string text, string written, SourcePosition at) => new(DataKind.Text, at) { Text = text, Written = written };

    /// <summary>A number with its spelling in the file.</summary>
    public static DataNode Of(double value, string written, SourcePosition at) => new(DataKind.Number, at) { Number = value, Text = written };

    /// <summary>A list.</summary>
    public static DataNode Of(ImmutableArray<DataNode> items, SourcePosition at) => new(DataKind.List, at) { Items = items };

    /// <summary>A map.</summary>
    public static DataNode Of(ImmutableArray<DataMember> members, SourcePosition at) => new(DataKind.Map, at) { Members = members };

    /// <summary>A value whose error is reported already.</summary>
    public static DataNode OfInvalid(SourcePosition at) => new(DataKind.Invalid, at);
}

/// <summary>A key and its value.</summary>
/// <param name="Key">The key, with escapes resolved.</param>
/// <param name="KeyPosition">Where the key stands.</param>
/// <param name="Value">The value.</param>
public sealed record DataMember(string Key, SourcePosition KeyPosition, DataNode Value)
{
    /// <summary>Where it comes from when it stands in no file: an option or a variable, which its errors name. Else null.</summary>
    public string? Origin { get; init; }
}
