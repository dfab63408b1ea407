using Init.Core.Cluster;
using Init.Core.Tests.Supervision;

namespace Init.Core.Tests.Cluster;

/// <summary>Which worker gets the next connection.</summary>
public sealed class ConnectionRotaTests
{
    readonly RotaMember _a = new();
    readonly RotaMember _b = new();
    readonly RotaMember _c = new();

    [Fact]
    public void Turns_GoAround()
    {
        var rota = Rota(16, _a, _b, _c);
        Assert.Equal([_a, _b, _c, _a, _b, _c], [rota.Next(), rota.Next(), rota.Next(), rota.Next(), rota.Next(), rota.Next()]);
    }

    [Fact]
    public void WhoHasNoRoom_IsPassedOver_AndIsNextWhenItHas()
    {
        var rota = Rota(2, _a, _b);
        Assert.Equal([_a, _b, _a], [rota.Next(), rota.Next(), rota.Next()]);
        _b.Answered();
        Assert.Equal([_b, _b], [rota.Next(), rota.Next()]);
        Assert.Null(rota.Next());
        _a.Answered();
        Assert.Same(_a, rota.Next());
        Assert.Null(rota.Next());
    }

    [Fact]
    public void WhoRefused_IsNotAskedAgain()
    {
        var rota = Rota(16, _a, _b);
        Assert.Same(_b, rota.Next([_a]));
        Assert.Null(rota.Next([_a, _b]));
        Assert.False(rota.IsExhausted([_a]));
        Assert.True(rota.IsExhausted([_a, _b]));
        rota.Leave(_b);
        Assert.True(rota.IsExhausted([_a]));
        rota.Leave(_a);
        Assert.False(rota.IsExhausted([_a, _b])); // nobody is there who could have refused
    }

    [Fact]
    public void Window_HoldsForAllServersOfAProcess()
    {
        var (one, two) = (Rota(1, _a), Rota(1, _a, _b));
        Assert.Same(_a, one.Next());
        Assert.Same(_b, two.Next());
        Assert.Null(two.Next());
        _a.Answered();
        Assert.Same(_a, two.Next());
    }

    [Fact]
    public void WhoLeft_GetsNothing_AndWhoJoinsTwice_HasOneTurn()
    {
        var rota = Rota(16, _a, _b, _a);
        Assert.Equal(2, rota.Count);
        rota.Leave(_a);
        rota.Leave(_a);
        Assert.Equal([_b, _b], [rota.Next(), rota.Next()]);
        rota.Leave(_b);
        Assert.Null(rota.Next());
    }

    /// <summary>As long as everybody answers in time, nobody gets more than one more than another.</summary>
    [Fact]
    public void Distribution_IsExactWithinOne()
    {
        var random = new Lcg(23);
        var members = new[] { _a, _b, _c };
        var rota = Rota(16, members);
        var got = members.ToDictionary(member => member, _ => 0);
        for (var i = 0; i < 10_000; i++)
        {
            got[rota.Next()!]++;
            Assert.InRange(got.Values.Max() - got.Values.Min(), 0, 1);
            foreach (var member in members)
            {
                while (member.Unanswered > random.Below(15))
                {
                    member.Answered();
                }
            }
        }
    }

    static ConnectionRota Rota(int window, params RotaMember[] members)
    {
        var rota = new ConnectionRota(window);
        Array.ForEach(members, rota.Join);
        return rota;
    }
}
