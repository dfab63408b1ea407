using Init.Linux.Interop;
using Init.Linux.Tests.Support;

namespace Init.Linux.Tests.Interop;

public class FdTests
{
    [Fact]
    public void Dispose_ClosesOnce_WhenCalledTwice()
    {
        using var pipe = Pipe.Open();
        var number = pipe.Write.Number;
        pipe.Write.Dispose();
        Assert.Equal(-1, pipe.Write.Number);
        Assert.Equal(number, TestLibc.dup2(pipe.Read.Number, number));
        pipe.Write.Dispose();

        // Whoever owns the number now still has it.
        using var other = new Fd(number);
        Assert.NotEqual(-1, Libc.fcntl(number, Libc.F_GETFD, 0));
    }

    [Fact]
    public void Take_Throws_WhenTheCallFailed()
    {
        var error = Assert.Throws<LinuxException>(() => Fd.Take(Libc.epoll_create1(-1), "epoll_create1", "testing"));
        Assert.Equal(Libc.EINVAL, error.Errno);
        Assert.Equal("epoll_create1", error.Call);
        Assert.StartsWith("testing: epoll_create1: ", error.Message);
    }
}
