namespace Init.Core.Config.Data;

/// <summary>Any ecosystem file to a tree: the format by its name, or by its content where the name does not say.</summary>
public static class DataFile
{
    /// <summary>Reads one file.</summary>
    /// <param name="bytes">Content of the file; for a script the JSON that its evaluation gave.</param>
    /// <param name="fileName">Name of the file.</param>
    /// <param name="errors">Receives every syntax error.</param>
    /// <returns>Null when the structure is broken (then an error was added).</returns>
    public static DataNode? Read(ReadOnlySpan<byte> bytes, string fileName, ICollection<ConfigError> errors)
    {
        if (DataText.Decode(bytes, fileName, errors) is not { } text)
        {
            return null;
        }

        return FileFormats.Of(fileName) switch
        {
            FileFormat.Json => DataReader.Read(text, fileName, hasPlaces: true, errors),
            FileFormat.Yaml => YamlReader.Read(text, fileName, errors),
            FileFormat.Script => DataReader.Read(text, fileName, hasPlaces: false, errors),
            FileFormat.ByContent => DataReader.IsLikely(text)
                ? DataReader.Read(text, fileName, hasPlaces: true, errors) : YamlReader.Read(text, fileName, errors),
        };
    }
}
