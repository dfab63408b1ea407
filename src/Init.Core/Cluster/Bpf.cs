namespace Init.Core.Cluster;

/// <summary>Classic BPF as far as steering needs it: operations, and what they may read of a packet.</summary>
static class Bpf
{
    public const ushort LoadByte = 0x30; // BPF_LD | BPF_B | BPF_ABS
    public const ushort LoadWord = 0x20; // BPF_LD | BPF_W | BPF_ABS
    public const ushort Add = 0x04; // BPF_ALU | BPF_ADD | BPF_K
    public const ushort Multiply = 0x24; // BPF_ALU | BPF_MUL | BPF_K
    public const ushort Divide = 0x34; // BPF_ALU | BPF_DIV | BPF_K
    public const ushort Modulo = 0x94; // BPF_ALU | BPF_MOD | BPF_K
    public const ushort ShiftRight = 0x74; // BPF_ALU | BPF_RSH | BPF_K
    public const ushort XorX = 0xac; // BPF_ALU | BPF_XOR | BPF_X
    public const ushort ToX = 0x07; // BPF_MISC | BPF_TAX
    public const ushort FromX = 0x87; // BPF_MISC | BPF_TXA
    public const ushort Jump = 0x05; // BPF_JMP | BPF_JA
    public const ushort JumpIfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    public const ushort JumpIfAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    public const ushort Return = 0x16; // BPF_RET | BPF_A

    public const uint Random = 0xfffff000 + 56; // SKF_AD_OFF + SKF_AD_RANDOM
    public const uint NetworkHeader = 0xfff00000; // SKF_NET_OFF

    /// <summary>struct sock_filter as a number: code, jt, jf (0) and k from the lowest bit up.</summary>
    public static ulong Instruction(ushort code, byte skipIfTrue, uint operand) => code | ((ulong)skipIfTrue << 16) | ((ulong)operand << 32);
}
