using System.Text;
using Init.Core.Ipc;
using Init.Core.Tests.Supervision;

namespace Init.Core.Tests.Ipc;

/// <summary>Messages over Node's channel, cut out of whatever arrives in whatever pieces.</summary>
public sealed class IpcFramerTests
{
    const int Limit = 16;

    [Fact]
    public void Messages_AreTheSame_HoweverTheyAreSplit()
    {
        const string Text = "\"ready\"\n\n{\"a\":1}\r\n42\nthis one is far too long to be given whole\nexactly sixteen!\nseventeen letters\n\n\nend\nhalf";
        List<string> expected = ["\"ready\"", "{\"a\":1}\r", "42", "this one is far ", "exactly sixteen!", "seventeen letter", "end"];
        for (var first = 0; first <= Text.Length; first++)
        {
            for (var second = first; second <= Text.Length; second++)
            {
                var framer = new IpcFramer(Limit);
                List<string> heard = [.. Feed(framer, Text[..first]), .. Feed(framer, Text[first..second]), .. Feed(framer, Text[second..])];
                Assert.Equal(expected, heard);
                Assert.Equal("half".Length, framer.Kept);
            }
        }
    }

    [Fact]
    public void Messages_AreTheSame_ByteByByte()
    {
        var random = new Lcg(7);
        for (var round = 0; round < 500; round++)
        {
            var bytes = new byte[random.Below(200)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = random.Below(6) == 0 ? (byte)'\n' : (byte)random.Below(256);
            }

            var (whole, single) = (new IpcFramer(Limit), new IpcFramer(Limit));
            var expected = Feed(whole, bytes);
            var pieces = new List<string>();
            foreach (var one in bytes)
            {
                pieces.AddRange(Feed(single, [one]));
                Assert.InRange(single.Kept, 0, Limit);
            }

            Assert.Equal(expected, pieces);
            Assert.All(pieces, piece => Assert.InRange(piece.Length, 1, Limit));
        }
    }

    [Fact]
    public void HeadOfALongMessage_IsGivenAtOnce_AndNothingIsKept()
    {
        var framer = new IpcFramer(Limit);
        Assert.Equal(["0123456789abcdef"], Feed(framer, "0123456789abcdefg"));
        for (var i = 0; i < 1000; i++)
        {
            Assert.Empty(Feed(framer, new string('x', 10_000)));
            Assert.Equal(0, framer.Kept);
        }

        Assert.Equal(["\"ready\""], Feed(framer, "rest\n\"ready\"\n"));
        Assert.Equal(0, framer.Kept);
    }

    [Fact]
    public void HalfMessage_IsForgotten_WhenCleared()
    {
        var framer = new IpcFramer(Limit);
        Assert.Empty(Feed(framer, "\"rea"));
        framer.Clear();
        Assert.Equal(["dy\""], Feed(framer, "dy\"\n"));
    }

    static List<string> Feed(IpcFramer framer, string text) => Feed(framer, Encoding.Latin1.GetBytes(text));

    static List<string> Feed(IpcFramer framer, byte[] bytes)
    {
        var messages = new List<string>();
        ReadOnlySpan<byte> rest = bytes;
        while (framer.TryTake(ref rest, out var message))
        {
            messages.Add(Encoding.Latin1.GetString(message));
        }

        return messages;
    }
}
