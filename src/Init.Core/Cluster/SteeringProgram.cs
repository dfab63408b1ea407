namespace Init.Core.Cluster;

/// <summary>
/// Classic BPF for SO_ATTACH_REUSEPORT_CBPF: which socket of a group gets a new connection. The kernel runs it for each SYN and takes what it
/// returns as an index into the group. Random, not hashed: a client that opens one connection after the other is spread evenly too.
/// </summary>
public static class SteeringProgram
{
    /// <summary>The program for a group: `random % live`, and the result moved over the gaps, one comparison for each run of live sockets.</summary>
    /// <param name="isLive">By index in the kernel's array. With none alive the program takes all: what comes waits for whoever is first.</param>
    /// <returns>struct sock_filter as numbers: code, jt, jf and k from the lowest bit up. Empty for an empty group.</returns>
    public static ulong[] For(ReadOnlySpan<bool> isLive)
    {
        var live = 0;
        foreach (var one in isLive)
        {
            live += one ? 1 : 0;
        }

        if (isLive.IsEmpty)
        {
            return [];
        }

        var isAnyLive = live > 0;
        var program = new List<ulong>
        {
            Bpf.Instruction(Bpf.LoadWord, 0, Bpf.Random),
            Bpf.Instruction(Bpf.Modulo, 0, (uint)(isAnyLive ? live : isLive.Length)),
        };
        for (int start = 0, before = 0; before < live; start++)
        {
            if (!isLive[start])
            {
                continue;
            }

            var end = start;
            while (end < isLive.Length && isLive[end])
            {
                end++;
            }

            var after = before + end - start;
            if (after < live)
            {
                program.Add(Bpf.Instruction(Bpf.JumpIfAtLeast, 2, (uint)after));
            }

            program.Add(Bpf.Instruction(Bpf.Add, 0, (uint)(start - before)));
            program.Add(Bpf.Instruction(Bpf.Return, 0, 0));
            before = after;
            start = end;
        }

        if (!isAnyLive)
        {
            program.Add(Bpf.Instruction(Bpf.Return, 0, 0));
        }

        return [.. program];
    }
}
