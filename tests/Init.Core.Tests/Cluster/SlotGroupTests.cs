using System.Net;
using Init.Core.Cluster;

namespace Init.Core.Tests.Cluster;

public class SlotGroupTests
{
    [Fact]
    public void LastSocketMovesIntoTheHole()
    {
        var group = Group(4);
        group.Leave(1);
        Assert.Equal([0, 3, 2], group.Order);
        group.Leave(2);
        Assert.Equal([0, 3], group.Order);
        group.Join(1);
        Assert.Equal([0, 3, 1], group.Order);
        group.Leave(7);
        Assert.Equal([0, 3, 1], group.Order);
    }

    [Fact]
    public void NewConnections_GoToAll_WhileNobodyServes()
    {
        var group = Group(3);
        Assert.Equal([0, 1, 2], Targets(group));
        Assert.False(group.IsAnyServing);
        Assert.False(group.IsRescued(0));
    }

    [Fact]
    public void NewConnections_GoToThoseWhoServe()
    {
        var group = Group(3);
        group.SetServing(1, true);
        Assert.Equal([1], Targets(group));
        Assert.True(group.IsRescued(0));
        Assert.False(group.IsRescued(1));
        group.SetServing(2, true);
        group.SetServing(1, false);
        Assert.Equal([2], Targets(group));
        Assert.True(group.IsRescued(1));
        group.SetServing(2, false);
        Assert.Equal([0, 1, 2], Targets(group));
        Assert.False(group.IsRescued(1));
    }

    [Fact]
    public void RetiredSlot_GetsNothing_EvenWhenItStillServes()
    {
        var group = Group(3);
        group.SetServing(0, true);
        group.SetServing(2, true);
        group.Slots = 2;
        Assert.Equal([0], Targets(group));
        Assert.True(group.IsRescued(2));
        group.SetServing(0, false);
        Assert.False(group.IsAnyServing);
        Assert.Equal([0, 1], Targets(group));
        Assert.False(group.IsRescued(2));
        group.Slots = 3;
        Assert.Equal([2], Targets(group));
    }

    [Fact]
    public void SlotWithoutSocket_IsNoPlaceToSteerTo()
    {
        var group = Group(2);
        group.Slots = 3;
        group.SetServing(2, true);
        Assert.Equal([0, 1], Targets(group));
        Assert.True(group.IsRescued(0));
    }

    /// <summary>The kernel's array, kept by hand, against ours, through whatever may happen in whatever order.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Walk_SteersToLiveSlotsOnly_WhateverHappens(bool isSticky)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var group = new SlotGroup(1 + random.Next(6)) { IsSticky = isSticky };
            var kernel = new int[64];
            var count = 0;
            var serving = new HashSet<int>();
            for (var step = 0; step < 100; step++)
            {
                var slot = random.Next(8);
                var index = Array.IndexOf(kernel, slot, 0, count);
                switch (random.Next(4))
                {
                    case 0 when index < 0:
                        group.Join(slot);
                        kernel[count++] = slot;
                        break;
                    case 1 when index >= 0:
                        group.Leave(slot);
                        kernel[index] = kernel[--count];
                        break;
                    case 2:
                        group.Slots = 1 + random.Next(8);
                        break;
                    default:
                        var isServing = random.Next(2) == 0;
                        group.SetServing(slot, isServing);
                        _ = isServing ? serving.Add(slot) : serving.Remove(slot);
                        break;
                }

                var members = kernel.Take(count).ToArray();
                var live = members.Where(one => one < group.Slots && serving.Contains(one)).Order().ToArray();
                var kept = members.Where(one => one < group.Slots).Order().ToArray();
                var expected = live.Length > 0 ? live : kept.Length > 0 ? kept : members.Order().ToArray();
                Assert.Equal(expected, Targets(group, members));
            }
        }
    }

    [Fact]
    public void StickyClient_IsAtHome_WheneverItsSlotServes()
    {
        var group = Group(4, isSticky: true);
        var homes = Homes(group);
        Assert.Equal([0, 1, 2, 3], homes.Distinct().Order());
        group.SetServing(0, true);
        group.SetServing(1, true);
        group.SetServing(3, true);
        group.Leave(0); // a socket was shut down and listens again: the array has another order
        group.Join(0);
        var now = Homes(group);
        for (var i = 0; i < homes.Length; i++)
        {
            Assert.NotEqual(2, now[i]);
            Assert.True(homes[i] == 2 || homes[i] == now[i]);
        }

        group.SetServing(2, true);
        Assert.Equal(homes, Homes(group));
    }

    static int[] Homes(SlotGroup group) => [.. Enumerable.Range(0, 200).Select(i => group.Order[(int)BpfMachine.Run(group.Steering(), new IPAddress((long)i << 24 | 10))])];

    static SlotGroup Group(int slots, bool isSticky = false)
    {
        var group = new SlotGroup(slots) { IsSticky = isSticky };
        for (var slot = 0; slot < slots; slot++)
        {
            group.Join(slot);
        }

        return group;
    }

    static IEnumerable<int> Targets(SlotGroup group) => Targets(group, group.Order);

    static IEnumerable<int> Targets(SlotGroup group, IReadOnlyList<int> kernel)
    {
        var program = group.Steering();
        var targets = new SortedSet<int>();
        for (uint random = 0; random < 200 && program.Length > 0; random++)
        {
            targets.Add(kernel[(int)BpfMachine.Run(program, new IPAddress(random), random)]);
        }

        return targets;
    }
}
