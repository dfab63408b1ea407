using System.Globalization;
using Init.Core.Cluster;
using Init.Linux.Interop;
using Init.Linux.Limits;

namespace Init.Linux.Cluster;

// The sockets of a listener: one, or one for each slot, and the program that chooses between them.
public sealed unsafe partial class Listener
{
    const string Uneven = "nothing is lost, but they get uneven shares";
    const string NotSticky = "sessions are not sticky, a client meets another worker each time; what needs one worker for several requests (Socket.IO's long-polling) fails";

    /// <returns>0, or the error number.</returns>
    int Begin()
    {
        if (Address.IsUdp)
        {
            return 0;
        }

        // Bound without it and set afterwards: so the first of the group cannot join what others have bound, and a foreign listener is still EADDRINUSE.
        var first = _sockets[0].Fd;
        var refused = IsSplit && !SocketMaker.Set(first, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 1) ? Libc.Errno : 0;
        if (Libc.listen(first.Number, Address.Backlog) != 0)
        {
            return Libc.Errno;
        }

        if (IsSplit)
        {
            _group.Join(0);
            if (refused == 0 && !TrySteer())
            {
                refused = Libc.Errno;
            }

            IsSteeringRefused = refused != 0;
            for (var slot = 1; slot < _group.Slots && refused == 0; slot++)
            {
                refused = Join(slot);
            }

            if (refused != 0)
            {
                Share(refused);
            }
        }

        Arrange();
        return 0;
    }

    /// <summary>One socket for all, instead of one for each.</summary>
    void Share(int errno)
    {
        _balance = Balance.Shared;
        for (var i = _sockets.Count - 1; i > 0; i--)
        {
            _sockets[i].Dispose();
            _sockets.RemoveAt(i);
        }

        _ = SocketMaker.Set(_sockets[0].Fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 0); // refused: then it was not set before either
        var what = IsSteeringRefused ? "connections cannot be steered between sockets here (SO_ATTACH_REUSEPORT_CBPF"
            : errno == Libc.EMFILE ? string.Create(CultureInfo.InvariantCulture, $"no socket for each worker (the limit of open files is {OpenFileLimit.Soft}; raise it: docker run --ulimit nofile=65536")
            : "no socket for each worker (SO_REUSEPORT";
        var warning = $"{Address}: {what}: {Libc.Describe(errno)}), so all workers share one: {(_group.IsSticky ? NotSticky : Uneven)}. `balance: \"shared\"` asks for it without a warning";
        if (errno is Libc.EMFILE or Libc.ENFILE)
        {
            Shortage = warning;
        }
        else
        {
            _warn(warning);
        }
    }

    /// <returns>0, or the error number.</returns>
    int Join(int slot)
    {
        var fd = SocketMaker.Join(Address, out var errno);
        if (fd is null)
        {
            return errno;
        }

        // Numbers are given from the lowest: so many are in use. Pipes of workers and connections need some too, and what a listener cannot do without is one socket.
        errno = (ulong)fd.Number >= OpenFileLimit.Soft / 2 ? Libc.EMFILE : Libc.listen(fd.Number, Address.Backlog) != 0 ? Libc.Errno : 0;
        if (errno != 0)
        {
            fd.Dispose();
            return errno;
        }

        _sockets.Add(new ListenSocket(_loop, this, fd, slot));
        JoinGroup(slot);
        return 0;
    }

    void JoinGroup(int slot)
    {
        if (IsSplit)
        {
            _group.Join(slot);
        }
    }

    /// <summary>False when the kernel refuses; errno says why.</summary>
    bool TrySteer()
    {
        if (!IsSplit)
        {
            return true;
        }

        var program = _group.Steering();
        if (program.AsSpan().SequenceEqual(_steering))
        {
            return true;
        }

        _steering = program;
        fixed (ulong* code = program)
        {
            var filter = new Libc.sock_fprog { len = (ushort)program.Length, filter = (nint)code };
            return Libc.setsockopt(Find(_group.Order[0])!.Fd.Number, Libc.SOL_SOCKET, Libc.SO_ATTACH_REUSEPORT_CBPF, &filter, (uint)sizeof(Libc.sock_fprog)) == 0;
        }
    }

    ListenSocket? Find(int slot)
    {
        foreach (var socket in _sockets)
        {
            if (socket.Slot == slot)
            {
                return socket;
            }
        }

        return null;
    }
}
