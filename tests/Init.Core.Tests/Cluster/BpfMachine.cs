using System.Buffers.Binary;
using System.Net;

namespace Init.Core.Tests.Cluster;

/// <summary>So much of the kernel's classic BPF as steering needs; any other instruction fails the test.</summary>
static class BpfMachine
{
    const uint Random = unchecked((uint)(-0x1000 + 56)); // SKF_AD_OFF + SKF_AD_RANDOM
    const uint NetworkHeader = unchecked((uint)-0x100000); // SKF_NET_OFF

    /// <summary>What the program returns when the kernel's random number is this one.</summary>
    public static uint Run(ulong[] program, uint random) => Run(program, random, []);

    /// <summary>What the program returns for a packet from this address.</summary>
    public static uint Run(ulong[] program, IPAddress client, uint random = 0) => Run(program, random, Packet(client));

    /// <summary>The header of an IP packet. What is no part of the source address differs each time, and must not count.</summary>
    static byte[] Packet(IPAddress client)
    {
        var source = client.GetAddressBytes();
        var packet = new byte[source.Length == 4 ? 20 : 40];
        System.Random.Shared.NextBytes(packet);
        packet[0] = (byte)((packet[0] & 15) | (source.Length == 4 ? 0x40 : 0x60));
        source.CopyTo(packet, source.Length == 4 ? 12 : 8);
        return packet;
    }

    static uint Run(ulong[] program, uint random, byte[] packet)
    {
        var a = 0u;
        var x = 0u;
        for (var at = 0; at < program.Length; at++)
        {
            var code = (ushort)program[at];
            var ifTrue = (byte)(program[at] >> 16);
            var ifFalse = (byte)(program[at] >> 24);
            var operand = (uint)(program[at] >> 32);
            switch (code)
            {
                case 0x20 when operand == Random:
                    a = random;
                    break;
                case 0x20:
                    a = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan((int)(operand - NetworkHeader), 4));
                    break;
                case 0x30:
                    a = packet[(int)(operand - NetworkHeader)];
                    break;
                case 0x94:
                    a %= operand;
                    break;
                case 0x34:
                    a /= operand;
                    break;
                case 0x24:
                    a = unchecked(a * operand);
                    break;
                case 0x04:
                    a = unchecked(a + operand);
                    break;
                case 0x74:
                    a >>= (int)operand;
                    break;
                case 0xac:
                    a ^= x;
                    break;
                case 0x07:
                    x = a;
                    break;
                case 0x87:
                    a = x;
                    break;
                case 0x05:
                    at += (int)operand;
                    break;
                case 0x15:
                    at += a == operand ? ifTrue : ifFalse;
                    break;
                case 0x35:
                    at += a >= operand ? ifTrue : ifFalse;
                    break;
                case 0x16:
                    return a;
                default:
                    Assert.Fail($"instruction {code:x} is not known here");
                    break;
            }
        }

        throw new InvalidOperationException("the program has no end");
    }
}
