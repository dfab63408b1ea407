using System.Collections.Immutable;
using Init.Core.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Init.Core.Config.Data;

/// <summary>
/// Reads YAML into the same tree as JSON. YamlDotNet's parser finds the events (its serializer would need reflection); what they mean is
/// decided here, by YAML 1.2's core schema and, where that is silent, as js-yaml does, which pm2 reads its files with.
/// What can go wrong: any bytes may come. Input never throws; recursion ends at <see cref="DataReader.MaxDepth"/>; what aliases repeat is
/// counted before it is used (<see cref="MaxNodes"/>), so a small file cannot stand for a huge one.
/// The parser cannot go on after a fault of syntax; faults of meaning (a tag, a key given twice) are all reported.
/// </summary>
sealed partial class YamlReader
{
    /// <summary>Values in one file, each alias counted with everything it stands for.</summary>
    public const int MaxNodes = 100_000;

    /// <summary>Characters that all aliases together may stand for.</summary>
    const int MaxRepeatedText = DataReader.MaxBytes;

    readonly string _text;
    readonly Places _places;
    readonly SyntaxReport _report;
    readonly Parser _parser;
    readonly Dictionary<string, DataNode> _anchors = [];
    readonly HashSet<string> _openAnchors = [];
    readonly Stack<Bracket> _brackets = [];
    int _nodes;
    int _repeatedText;
    int _offset;

    YamlReader(string text, string fileName, ICollection<ConfigError> errors)
    {
        _text = text;
        _places = new Places(text);
        _report = new SyntaxReport(fileName, errors);
        _parser = new Parser(new Scanner(new StringReader(text)));
    }

    /// <summary>Reads one decoded document.</summary>
    /// <returns>The root, perhaps with Invalid nodes inside; null when the structure is broken (then an error was added).</returns>
    public static DataNode? Read(string text, string fileName, ICollection<ConfigError> errors)
        => new YamlReader(text, fileName, errors).ReadDocument();

    DataNode? ReadDocument()
    {
        RefuseCharacters();
        if (!Next() || !Next())
        {
            return null;
        }

        if (_parser.Current is not DocumentStart)
        {
            Stop(_text.Length, "the file is empty", "the smallest file is `script: server.js`");
            return null;
        }

        if (!Next())
        {
            return null;
        }

        var root = ReadNode(1);

        // The document's end, then what follows it.
        if (!_report.IsStopped && Next() && Next() && _parser.Current is DocumentStart)
        {
            Stop(_parser.Current, "a second document begins here", "one file holds one document: remove this --- and join the two, or make two files");
        }

        return _report.IsStopped ? null : root;
    }

    /// <summary>
    /// Characters that YAML forbids and the parser does not mind (it takes U+0000 for the end), and the line ends of YAML 1.1, which would
    /// cut a text in two where no editor shows it.
    /// </summary>
    void RefuseCharacters()
    {
        for (var i = 0; i < _text.Length; i++)
        {
            if (_text[i] is (< ' ' and not ('\t' or '\n' or '\r')) or (>= '\x7f' and <= '\x9f') or '\u2028' or '\u2029' or '\ufffe' or '\uffff')
            {
                Stop(i, $"{Words.Character(_text, i)} cannot stand in YAML", $"remove it, or write \"\\u{(int)_text[i]:x4}\" between double quotes");
                return;
            }
        }
    }

    /// <summary>Moves to the next event; false after a fault.</summary>
    bool Next()
    {
        if (_report.IsStopped)
        {
            return false;
        }

        try
        {
            return _parser.MoveNext();
        }
        catch (YamlException fault)
        {
            Explain(fault);
        }
        catch (InvalidOperationException)
        {
            // The scanner loses its count when a line inside brackets looks like a field outside of them, or when text follows the end.
            ExplainLost();
        }
        catch (ArgumentException)
        {
            // Half of a surrogate pair in \u escapes.
            ExplainEscape();
        }

        return false;
    }

    /// <summary>Reads the node whose first event is the current one; the last is current afterwards.</summary>
    DataNode ReadNode(int depth)
    {
        var found = _parser.Current!;
        var at = PlaceOf(found);
        if (++_nodes > MaxNodes)
        {
            Stop(at, "the file has more than 100,000 values", "an ecosystem file describes apps; keep their data in files of their own");
            return DataNode.OfInvalid(at);
        }

        if (found is not (AnchorAlias or NodeEvent))
        {
            // Some broken objects make the parser leave a value out.
            Stop(at, $"expected a value before {Found(_offset)}", "a field is `name: value`; a name or a text with signs in it needs quotes");
            return DataNode.OfInvalid(at);
        }

        if (found is AnchorAlias alias)
        {
            return Repeat(alias, at, depth);
        }

        var anchor = ((NodeEvent)found).Anchor.IsEmpty ? null : ((NodeEvent)found).Anchor.Value;
        var isNew = anchor is not null && _openAnchors.Add(anchor);
        var node = found switch
        {
            Scalar scalar => ReadScalar(scalar, at),
            SequenceStart list => ReadList(list, at, depth),
            _ => ReadMap((MappingStart)found, at, depth),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }

        if (isNew)
        {
            _openAnchors.Remove(anchor!);
        }

        return node;
    }

    DataNode ReadList(SequenceStart start, SourcePosition at, int depth)
    {
        if (depth > DataReader.MaxDepth)
        {
            return TooDeep(at);
        }

        CheckTag(start.Tag, "tag:yaml.org,2002:seq", at);
        Open(start.Style == SequenceStyle.Flow ? '[' : ' ', at);
        var items = ImmutableArray.CreateBuilder<DataNode>();
        while (Next() && _parser.Current is not SequenceEnd)
        {
            _report.Enter(items.Count);
            items.Add(ReadNode(depth + 1));
            _report.Leave();
        }

        _brackets.Pop();
        return _report.IsStopped ? DataNode.OfInvalid(at) : DataNode.Of(items.ToImmutable(), at);
    }

    /// <summary>What an alias stands for; the nodes are shared, since nobody changes them.</summary>
    DataNode Repeat(AnchorAlias alias, SourcePosition at, int depth)
    {
        var name = alias.Value.Value;
        if (_openAnchors.Contains(name))
        {
            Stop(at, $"*{Words.Cut(name)} stands inside its own anchor &{Words.Cut(name)}", "a value cannot contain itself: write out what is meant");
            return DataNode.OfInvalid(at);
        }

        if (!_anchors.TryGetValue(name, out var node))
        {
            _report.Report(at, $"there is no anchor &{Words.Cut(name)} above this *{Words.Cut(name)}",
                $"write &{Words.Cut(name)} before the value that is meant; a text that begins with * needs quotes");
            return DataNode.OfInvalid(at);
        }

        _nodes--;
        Count(node, at, depth);
        return _report.IsStopped ? DataNode.OfInvalid(at) : node;
    }

    /// <summary>Counts everything below an alias against the limits; it ends at the first that is passed.</summary>
    void Count(DataNode node, SourcePosition alias, int depth)
    {
        _repeatedText += node.Text.Length;
        if (++_nodes > MaxNodes || _repeatedText > MaxRepeatedText)
        {
            Stop(alias, _nodes > MaxNodes ? "with everything its aliases stand for the file has more than 100,000 values"
                : "the file's aliases stand for more than 1 MiB of text", "write fewer or smaller aliases");
            return;
        }

        if (depth > DataReader.MaxDepth && node.Kind is DataKind.List or DataKind.Map)
        {
            TooDeep(alias);
            return;
        }

        foreach (var item in node.Items)
        {
            if (!_report.IsStopped)
            {
                Count(item, alias, depth + 1);
            }
        }

        foreach (var member in node.Members)
        {
            if (!_report.IsStopped)
            {
                _repeatedText += member.Key.Length;
                Count(member.Value, alias, depth + 1);
            }
        }
    }

    DataNode TooDeep(SourcePosition at)
    {
        Stop(at, $"more than {DataReader.MaxDepth} lists and objects inside one another", "an ecosystem file needs four");
        return DataNode.OfInvalid(at);
    }

    /// <summary>Where an event begins. Events come in order, but the parser gives an object in a flow list (`[a: 1]`) an earlier mark.</summary>
    SourcePosition PlaceOf(ParsingEvent found)
    {
        _offset = Math.Clamp((int)found.Start.Index, _offset, _text.Length);
        return _places.At(_offset);
    }

    void Open(char bracket, SourcePosition at) => _brackets.Push(new Bracket(bracket, at));

    void Stop(ParsingEvent found, string message, string hint) => Stop(PlaceOf(found), message, hint);

    void Stop(int offset, string message, string hint) => Stop(_places.At(Math.Clamp(offset, 0, _text.Length)), message, hint);

    void Stop(SourcePosition at, string message, string hint) => _report.Stop(at, message, hint);

    /// <param name="Sign">The bracket, or a blank for a block.</param>
    /// <param name="At">Where it stands.</param>
    readonly record struct Bracket(char Sign, SourcePosition At);
}
