using System.Net;
using Init.Core.Cluster;

namespace Init.Core.Tests.Cluster;

public class StickyProgramTests
{
    /// <summary>Clients as they come: of one network, one for each network, of networks side by side, of one prefix of IPv6, one for each prefix.</summary>
    public static TheoryData<string> Populations => new() { "10.0.0.{0}", "{0}.0.0.1", "192.168.{0}.0", "172.{0}.{0}.{0}", "fd00::{0:x}", "2001:db8:{0:x}::", "2001:db8:0:{0:x}::{0:x}", "{0:x}::1" };

    [Theory]
    [MemberData(nameof(Populations))]
    public void Clients_AreSpread_OverAllSlots(string population)
    {
        for (var slots = 1; slots <= 8; slots++)
        {
            var program = StickyProgram.For(Straight(slots));
            var hits = new int[slots];
            foreach (var client in Clients(population))
            {
                hits[BpfMachine.Run(program, client)]++;
            }

            var share = 250.0 / slots;
            Assert.All(hits, count => Assert.InRange(count, share - (5 * Math.Sqrt(share)), share + (5 * Math.Sqrt(share))));
        }
    }

    /// <summary>Every set of slots that are down, with sockets in any order: who is up keeps its clients, and the others are spread over who is up.</summary>
    [Theory]
    [MemberData(nameof(Populations))]
    public void SlotThatIsDown_TakesNobodyElsesClients(string population)
    {
        var clients = Clients(population);
        for (var slots = 1; slots <= 6; slots++)
        {
            var home = StickyProgram.For(Straight(slots));
            for (var mask = 1; mask < 1 << slots; mask++)
            {
                var places = Straight(slots);
                new Random(mask).Shuffle(places);
                var slotAt = new int[slots];
                for (var slot = 0; slot < slots; slot++)
                {
                    slotAt[places[slot]] = slot;
                    places[slot] = (mask & (1 << slot)) != 0 ? places[slot] : -1;
                }

                var program = StickyProgram.For(places);
                var hits = new int[slots];
                foreach (var client in clients)
                {
                    var slot = slotAt[BpfMachine.Run(program, client)];
                    var before = (int)BpfMachine.Run(home, client);
                    Assert.True(places[slot] >= 0, "a client has met a slot that is down");
                    Assert.True(places[before] < 0 || slot == before, "a client has left a slot that is up");
                    hits[slot] += places[before] < 0 ? 1 : 0;
                }

                var live = places.Count(place => place >= 0);
                var share = (double)hits.Sum() / live;
                Assert.All(Enumerable.Range(0, slots).Where(slot => places[slot] >= 0), slot =>
                    Assert.InRange(hits[slot], share - (5 * Math.Sqrt(share)), share + (5 * Math.Sqrt(share))));
            }
        }
    }

    /// <summary>A new version must not send clients elsewhere when it takes over: these are answers that have been given.</summary>
    [Theory]
    [InlineData("127.0.0.1", 1)]
    [InlineData("10.1.2.3", 1)]
    [InlineData("203.0.113.77", 3)]
    [InlineData("::1", 5)]
    [InlineData("2001:db8::8a2e:370:7334", 4)]
    public void Home_OfAClient_StaysTheSame(string client, uint slot) => Assert.Equal(slot, BpfMachine.Run(StickyProgram.For(Straight(7)), IPAddress.Parse(client)));

    [Fact]
    public void Program_IsShort_WhenAllAreAlive() => Assert.Equal(StickyProgram.For(Straight(1)).Length, StickyProgram.For(Straight(1000)).Length);

    [Fact]
    public void Program_FitsIntoTheKernel_WhenEverySecondOfAThousandIsAlive()
    {
        var places = Straight(1000);
        for (var i = 1; i < places.Length; i += 2)
        {
            places[i] = -1;
        }

        var program = StickyProgram.For(places);
        Assert.InRange(program.Length, 1, 4096); // BPF_MAXINSNS
        foreach (var client in Clients("10.0.0.{0}"))
        {
            Assert.True(places[BpfMachine.Run(program, client)] >= 0);
        }
    }

    static int[] Straight(int slots) => [.. Enumerable.Range(0, slots)];

    static List<IPAddress> Clients(string population)
    {
        var clients = new List<IPAddress>();
        for (var i = 1; i <= 250; i++)
        {
            clients.Add(IPAddress.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, population, i)));
        }

        return clients;
    }
}
