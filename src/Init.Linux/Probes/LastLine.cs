using System.Text;
using Init.Linux.Interop;
using Init.Linux.Loop;

namespace Init.Linux.Probes;

/// <summary>Reads a command's output and keeps its last line that is not blank, as far as a message has room for it.</summary>
sealed unsafe class LastLine(EventLoop loop, Fd pipe) : IPollable, IDisposable
{
    const int Longest = 200;
    const int Chunk = 4096;

    /// <summary>Reads for what is left at the end: a pipe holds 64 KiB.</summary>
    const int FinalReads = 16;

    readonly byte[] _line = new byte[Longest];
    int _length;
    bool _isOpenLine;
    bool _isWatched;

    /// <summary>Empty when there was none.</summary>
    public string Text => Encoding.UTF8.GetString(_line, 0, _length).Trim();

    public void Watch()
    {
        loop.Add(pipe.Number, this, Libc.EPOLLIN, Urgency.Health);
        _isWatched = true;
    }

    /// <inheritdoc/>
    public void OnReady(uint events)
    {
        if (!Read())
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void OnFault()
    {
        _isWatched = false;
        Dispose();
    }

    /// <summary>Takes what is left of a command that has ended, and closes. What it left behind may hold the other end: that is not waited for.</summary>
    public void Finish()
    {
        for (var i = 0; i < FinalReads && pipe.Number >= 0 && Read(); i++)
        {
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isWatched)
        {
            loop.Remove(pipe.Number);
            _isWatched = false;
        }

        pipe.Dispose();
    }

    /// <returns>False at the end.</returns>
    bool Read()
    {
        var buffer = stackalloc byte[Chunk];
        var got = Libc.read(pipe.Number, buffer, Chunk);
        if (got <= 0)
        {
            return got < 0 && Libc.Errno is Libc.EAGAIN or Libc.EINTR;
        }

        foreach (var c in new ReadOnlySpan<byte>(buffer, (int)got))
        {
            if (c is (byte)'\n' or (byte)'\r')
            {
                _isOpenLine = false;
            }
            else if (_isOpenLine || c is not ((byte)' ' or (byte)'\t'))
            {
                _length = _isOpenLine ? _length : 0;
                _isOpenLine = true;
                if (_length < Longest)
                {
                    _line[_length++] = c;
                }
            }
        }

        return true;
    }
}
