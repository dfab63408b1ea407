using Init.Core.Cluster;

namespace Init.Core.Tests.Cluster;

public class SteeringProgramTests
{
    [Fact]
    public void Program_TakesEveryLiveSocketEquallyOften_AndNoOther()
    {
        for (var count = 1; count <= 9; count++)
        {
            for (var mask = 0; mask < 1 << count; mask++)
            {
                var isLive = new bool[count];
                for (var i = 0; i < count; i++)
                {
                    isLive[i] = mask == 0 || (mask & (1 << i)) != 0;
                }

                var live = isLive.Count(one => one);
                var program = SteeringProgram.For(mask == 0 ? new bool[count] : isLive);
                var hits = new int[count];
                for (uint random = 0; random < 3 * live; random++)
                {
                    hits[BpfMachine.Run(program, random)]++;
                }

                Assert.Equal(isLive.Select(one => one ? 3 : 0), hits);
            }
        }
    }

    [Fact]
    public void Program_IsShort_WhenAllAreAlive()
    {
        var isLive = new bool[1000];
        Array.Fill(isLive, true);
        Assert.Equal(4, SteeringProgram.For(isLive).Length);
    }

    [Fact]
    public void Program_FitsIntoTheKernel_WhenEverySecondOfTwoThousandIsAlive()
    {
        var isLive = new bool[2000];
        for (var i = 0; i < isLive.Length; i += 2)
        {
            isLive[i] = true;
        }

        var program = SteeringProgram.For(isLive);
        Assert.InRange(program.Length, 1, 4096); // BPF_MAXINSNS
        Assert.Equal(1998u, BpfMachine.Run(program, 1_000_999));
    }

    [Fact]
    public void Program_IsEmpty_WithoutSockets() => Assert.Empty(SteeringProgram.For([]));
}
