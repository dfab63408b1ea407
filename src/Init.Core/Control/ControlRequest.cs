using System.Collections.Immutable;

namespace Init.Core.Control;

/// <summary>A verb that a client asks the running pminit for.</summary>
/// <param name="Verb">From the table; one that needs a running pminit.</param>
/// <param name="Args">Names the verb takes, and their values as text ("true" for a flag).</param>
public sealed record ControlRequest(Verb Verb, ImmutableArray<KeyValuePair<string, string>> Args)
{
    /// <param name="verb">From the table.</param>
    public ControlRequest(Verb verb) : this(verb, [])
    {
    }

    /// <summary>The value of an argument, or null when it was not sent.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in Args)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return null;
        }
    }
}
