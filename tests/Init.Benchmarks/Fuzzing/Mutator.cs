using System.Text;

namespace Init.Benchmarks.Fuzzing;

/// <summary>Makes input number n, always the same: a seed file with a few damages, two seeds spliced, or noise.</summary>
sealed class Mutator
{
    static readonly string[] Names = ["f.json5", "f.yml", "-", "f.config.js"];

    static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", ": ", "'", "\"", "`", "${", "$${", "\\", "\\u", "\\x", "\\U0011", "//", "/*", "*/", "\n", "\r\n", "\r", " ", "  ", "\t", "- ", "? ", "a", "apps",
        "script: ", "0x", "0o", "1", "-", "+", ".", "...", "(", ")", "=>", "null", "é", "😀", "\uFEFF", "=", ";", "/", "&a ", "*a", "*a ", "<<: ", "<<: *a\n", "!", "!!", "!!str ", "!!int ", "!<", "!e!",
        "|", "|-\n", ">", ">+2\n", "|9\n", "#", " #", "---", "---\n", "...\n", "%YAML 1.2\n", "%TAG ! x\n", "%", "@", "\0", "\u0085", "\u2028", ".inf", ".nan", "~", "true", "{{", "[[[[[[[[", "- - - - ", "\ud83d",
    ];

    readonly List<byte[]> _seeds = [];

    public Mutator(string folder)
    {
        foreach (string file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            _seeds.Add(File.ReadAllBytes(file));
        }
    }

    public (byte[] Input, string Name) Make(long number)
    {
        var random = new Random((int)(number * 2654435761 % int.MaxValue));
        string name = Names[random.Next(Names.Length)];
        List<byte> bytes = random.Next(10) switch
        {
            0 => Noise(random),
            1 or 2 => Words(random),
            3 => Splice(random),
            _ => [.. Seed(random)],
        };
        for (int edits = random.Next(0, 8); edits > 0; edits--)
        {
            Damage(bytes, random);
        }
        return ([.. bytes], name);
    }

    byte[] Seed(Random random) => _seeds[random.Next(_seeds.Count)];

    static List<byte> Noise(Random random)
    {
        var noise = new byte[random.Next(200)];
        random.NextBytes(noise);
        return [.. noise];
    }

    static List<byte> Words(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(60); i > 0; i--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }
        return [.. Encoding.UTF8.GetBytes(text.ToString())];
    }

    List<byte> Splice(Random random)
    {
        byte[] first = Seed(random), second = Seed(random);
        return [.. first[..random.Next(first.Length + 1)], .. second[random.Next(second.Length + 1)..]];
    }

    static void Damage(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(random.Next(1, 1 + (random.Next(8) == 0 ? 200 : 8)), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0:
                bytes.RemoveRange(at, length);
                break;
            case 1:
                bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                break;
            case 2 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                // A run of one sign: what is quadratic or recursive shows with many.
                string sign = Pieces[random.Next(Pieces.Length)];
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(sign, random.Next(1, random.Next(50) == 0 ? 3000 : 10)))));
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                break;
        }
    }
}
