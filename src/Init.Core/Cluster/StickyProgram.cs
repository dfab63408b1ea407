namespace Init.Core.Cluster;

/// <summary>
/// As <see cref="SteeringProgram"/>, but the address of the client decides, and nothing else: no table, no time, no seed. So a client meets the same slot
/// as long as the app has as many slots and that one serves, over restarts of the worker and of the container.
/// </summary>
public static class StickyProgram
{
    const uint Spread = 0x9e3779b1; // 2^32 over the golden ratio: odd, so that nothing is lost
    const uint VersionAt = Bpf.NetworkHeader;
    const uint Source4At = Bpf.NetworkHeader + 12;
    const uint Source6At = Bpf.NetworkHeader + 8;

    /// <summary>
    /// The program: `hash % slots` is the slot; when that one is not live, `hash / slots % live` says which of those that are. The quotient knows nothing of
    /// the remainder, so the clients of one slot are spread over all others, and those of the others stay where they are.
    /// </summary>
    /// <param name="places">Of each slot its index in the kernel's array; -1 when it is not live. At least one is.</param>
    /// <returns>As of <see cref="SteeringProgram.For"/>. Its length follows from how often live and dead slots alternate.</returns>
    public static ulong[] For(ReadOnlySpan<int> places)
    {
        var program = new List<ulong>();
        Hash(program);
        Emit(program, Bpf.ToX); // for the quotient
        Emit(program, Bpf.Modulo, (uint)places.Length);
        var guests = new List<int>();
        Choose(program, places, guests);
        if (guests.Count == 0)
        {
            return [.. program];
        }

        foreach (var jump in guests)
        {
            program[jump] = Bpf.Instruction(Bpf.Jump, 0, (uint)(program.Count - jump - 1));
        }

        var live = new List<int>();
        foreach (var place in places)
        {
            if (place >= 0)
            {
                live.Add(place);
            }
        }

        Emit(program, Bpf.FromX);
        Emit(program, Bpf.Divide, (uint)places.Length);
        Emit(program, Bpf.Modulo, (uint)live.Count);
        int[] others = [.. live];
        Choose(program, others, guests);
        return [.. program];
    }

    /// <summary>The address as a number of which every bit depends on every bit of the address, whole: hosts of one network share all but the end of it.</summary>
    static void Hash(List<ulong> program)
    {
        Emit(program, Bpf.LoadByte, VersionAt);
        Emit(program, Bpf.ShiftRight, 4);
        var version = program.Count;
        Emit(program, Bpf.JumpIfEqual);
        Emit(program, Bpf.LoadWord, Source6At);
        for (var word = 1u; word < 4; word++)
        {
            Emit(program, Bpf.Multiply, Spread);
            Emit(program, Bpf.ToX);
            Emit(program, Bpf.LoadWord, Source6At + (4 * word));
            Emit(program, Bpf.XorX);
        }

        Emit(program, Bpf.Jump, 1);
        program[version] = Bpf.Instruction(Bpf.JumpIfEqual, (byte)(program.Count - version - 1), 4);
        Emit(program, Bpf.LoadWord, Source4At);

        // A multiplication carries upwards only, and what a remainder sees is below: shifts bring it down.
        Fold(program);
        Emit(program, Bpf.Multiply, Spread);
        Fold(program);
        Emit(program, Bpf.Multiply, Spread);
        Fold(program);
    }

    static void Fold(List<ulong> program)
    {
        Emit(program, Bpf.ToX);
        Emit(program, Bpf.ShiftRight, 15);
        Emit(program, Bpf.XorX);
    }

    /// <summary>Returns the place of a number: one comparison for each run of neighbours with places side by side, or with none.</summary>
    /// <param name="program">Goes on with the number.</param>
    /// <param name="places">By number; -1: none.</param>
    /// <param name="guests">Gets where in the program a number without a place ends up; a jump has to be put there.</param>
    static void Choose(List<ulong> program, ReadOnlySpan<int> places, List<int> guests)
    {
        for (int start = 0, end; start < places.Length; start = end)
        {
            var first = places[start];
            for (end = start + 1; end < places.Length && places[end] == (first < 0 ? -1 : first + end - start); end++)
            {
            }

            if (end < places.Length)
            {
                program.Add(Bpf.Instruction(Bpf.JumpIfAtLeast, (byte)(first < 0 ? 1 : 2), (uint)end));
            }

            if (first < 0)
            {
                guests.Add(program.Count);
                Emit(program, Bpf.Jump);
                continue;
            }

            Emit(program, Bpf.Add, (uint)(first - start)); // may be below zero: 32 bits wrap
            Emit(program, Bpf.Return);
        }
    }

    static void Emit(List<ulong> program, ushort code, uint operand = 0) => program.Add(Bpf.Instruction(code, 0, operand));
}
