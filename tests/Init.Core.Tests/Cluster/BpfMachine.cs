namespace Init.Core.Tests.Cluster;

/// <summary>So much of the kernel's classic BPF as steering needs; any other instruction fails the test.</summary>
static class BpfMachine
{
    /// <summary>What the program returns when the kernel's random number is this one.</summary>
    public static uint Run(ulong[] program, uint random)
    {
        var accumulator = 0u;
        for (var at = 0; at < program.Length; at++)
        {
            var code = (ushort)program[at];
            var ifTrue = (byte)(program[at] >> 16);
            var ifFalse = (byte)(program[at] >> 24);
            var operand = (uint)(program[at] >> 32);
            switch (code)
            {
                case 0x20:
                    Assert.Equal(unchecked((uint)(-0x1000 + 56)), operand); // SKF_AD_OFF + SKF_AD_RANDOM
                    accumulator = random;
                    break;
                case 0x94:
                    accumulator %= operand;
                    break;
                case 0x04:
                    accumulator += operand;
                    break;
                case 0x35:
                    at += accumulator >= operand ? ifTrue : ifFalse;
                    break;
                case 0x16:
                    return accumulator;
                default:
                    Assert.Fail($"instruction {code:x} is not known here");
                    break;
            }
        }

        throw new InvalidOperationException("the program has no end");
    }
}
