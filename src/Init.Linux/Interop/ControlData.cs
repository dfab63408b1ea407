namespace Init.Linux.Interop;

/// <summary>What recvmsg(2) delivers beside the bytes.</summary>
static unsafe class ControlData
{
    /// <summary>Closes the descriptors that came along.</summary>
    /// <param name="control">msg_control, with MSG_CMSG_CLOEXEC.</param>
    /// <param name="length">msg_controllen as it came back.</param>
    /// <returns>The sender where SO_PASSCRED is set, else zeros.</returns>
    public static Libc.ucred Read(byte* control, int length)
    {
        var sender = default(Libc.ucred);
        for (var at = 0; at + sizeof(Libc.cmsghdr) <= length;)
        {
            var head = (Libc.cmsghdr*)(control + at);
            var size = (int)head->cmsg_len;
            if (size < sizeof(Libc.cmsghdr))
            {
                break;
            }

            var data = control + at + sizeof(Libc.cmsghdr);
            if (head->cmsg_level == Libc.SOL_SOCKET && head->cmsg_type == Libc.SCM_CREDENTIALS)
            {
                sender = *(Libc.ucred*)data;
            }
            else if (head->cmsg_level == Libc.SOL_SOCKET && head->cmsg_type == Libc.SCM_RIGHTS)
            {
                for (var i = 0; i < (size - sizeof(Libc.cmsghdr)) / sizeof(int); i++)
                {
                    new Fd(((int*)data)[i]).DisposeAtOnce();
                }
            }

            at += (size + 7) & ~7;
        }

        return sender;
    }
}
