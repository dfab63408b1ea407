namespace Init.Core.Config;

/// <summary>A kind of value: what people call it, what a JSON Schema calls it, and how it is read. One object, so that they agree.</summary>
public abstract class ValueKind
{
    private protected ValueKind(string name, string type, string schema)
    {
        Name = name;
        Type = type;
        Schema = schema;
    }

    /// <summary>Its name among the schema's definitions; unique among kinds that differ.</summary>
    public string Name { get; }

    /// <summary>Values and units, for people.</summary>
    public string Type { get; }

    /// <summary>The JSON Schema (2020-12) of its values, before null and references are added.</summary>
    public string Schema { get; }
}

/// <summary>A kind of value with its reader.</summary>
sealed class ValueKind<T>(string name, string type, string schema, ValueReader<T> read) : ValueKind(name, type, schema)
{
    public ValueReader<T> Read { get; } = read;
}
