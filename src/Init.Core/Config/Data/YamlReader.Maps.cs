using System.Collections.Immutable;
using Init.Core.Model;
using YamlDotNet.Core.Events;

namespace Init.Core.Config.Data;

/// <summary>Objects, their keys, and merge keys.</summary>
sealed partial class YamlReader
{
    const string MergeTag = "tag:yaml.org,2002:merge";

    DataNode ReadMap(MappingStart start, SourcePosition at, int depth)
    {
        if (depth > DataReader.MaxDepth)
        {
            return TooDeep(at);
        }

        CheckTag(start.Tag, "tag:yaml.org,2002:map", at);
        Open(start.Style == MappingStyle.Flow ? '{' : ' ', at);
        var map = new MapBuilder();
        while (Next() && _parser.Current is not MappingEnd)
        {
            ReadMember(map, depth);
        }

        var isFlow = _brackets.Pop().Sign == '{';
        return _report.IsStopped || (isFlow && map.IsBroken) ? DataNode.OfInvalid(at) : DataNode.Of(map.Members.ToImmutable(), at);
    }

    void ReadMember(MapBuilder map, int depth)
    {
        var found = _parser.Current!;
        var at = PlaceOf(found);
        if (found is Scalar { Value: "", Style: YamlDotNet.Core.ScalarStyle.Plain })
        {
            // The parser leaves the value out after such a key, and would pair the rest wrongly.
            Stop(at, "expected a name before ':'", "a field is `name: value`; for an empty name write \"\"");
            return;
        }

        var isMerge = found is Scalar { IsKey: true, Value: "<<" } scalar
            && (scalar.Tag.IsEmpty ? scalar.Style == YamlDotNet.Core.ScalarStyle.Plain : !scalar.Tag.IsNonSpecific && scalar.Tag.Value == MergeTag);
        var key = isMerge ? "<<" : ReadKey(at, depth);
        _report.Enter(key ?? "?");
        if (Next())
        {
            var value = ReadNode(depth + 1);
            if (isMerge)
            {
                Merge(map, value, at);
            }
            else if (key is null)
            {
                map.IsBroken = true;
            }
            else if (!_report.IsStopped && map.Add(key, at, value) is { } first)
            {
                _report.Report(at, $"{Words.Quote(key)} is given twice, first at {Words.Line(first)}", "keep one of the two");
            }
        }

        _report.Leave();
    }

    /// <summary>Any scalar can be a key; it becomes the text that JavaScript would make of it. Null for anything else, which is reported.</summary>
    string? ReadKey(SourcePosition at, int depth)
    {
        var node = ReadNode(depth + 1);
        switch (node.Kind)
        {
            case DataKind.Text:
                return node.Text;
            case DataKind.Number:
                return NodeText.Number(node);
            case DataKind.Boolean:
                return node.Boolean ? "true" : "false";
            case DataKind.Null:
                return "null";
            case DataKind.List or DataKind.Map:
                _report.Report(at, $"{Words.Describe(node)} cannot be the name of a field",
                    "a name is a word or a text; for a template's {{…}} put the whole value in quotes");
                return null;
            case DataKind.Invalid:
            default:
                return null;
        }
    }

    void Merge(MapBuilder map, DataNode source, SourcePosition at)
    {
        if (source.Kind == DataKind.List)
        {
            foreach (var item in source.Items)
            {
                MergeOne(map, item, at);
            }
        }
        else
        {
            MergeOne(map, source, at);
        }
    }

    void MergeOne(MapBuilder map, DataNode source, SourcePosition at)
    {
        if (source.Kind == DataKind.Map)
        {
            map.Merge(source.Members);
        }
        else if (source.Kind != DataKind.Invalid)
        {
            _report.Report(at, $"<< takes an object or a list of objects, found {Words.Describe(source)}", "write `<<: *name` with the anchor of an object");
        }
    }

    /// <summary>The members of one object: own ones are unique, merged ones give way to own ones and to those merged before.</summary>
    sealed class MapBuilder
    {
        readonly Dictionary<string, int> _places = [];
        readonly HashSet<string> _merged = [];

        /// <summary>Whether a member is left out, because its key cannot be one. `{{ x }}` of a template is such an object, and no object is meant.</summary>
        public bool IsBroken { get; set; }

        public ImmutableArray<DataMember>.Builder Members { get; } = ImmutableArray.CreateBuilder<DataMember>();

        /// <returns>Where the key stands already; null when it was added.</returns>
        public SourcePosition? Add(string key, SourcePosition at, DataNode value)
        {
            if (_places.TryAdd(key, Members.Count))
            {
                Members.Add(new DataMember(key, at, value));
                return null;
            }

            var place = _places[key];
            if (!_merged.Remove(key))
            {
                return Members[place].KeyPosition;
            }

            Members[place] = new DataMember(key, at, value);
            return null;
        }

        public void Merge(ImmutableArray<DataMember> members)
        {
            foreach (var member in members)
            {
                if (_places.TryAdd(member.Key, Members.Count))
                {
                    Members.Add(member);
                    _merged.Add(member.Key);
                }
            }
        }
    }
}
