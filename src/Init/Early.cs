using System.Runtime.InteropServices;
using Init.Linux.Runtime;

namespace Init;

/// <summary>
/// What native/early.c recorded before the runtime started. Only the published binary has it: a build that runs on CoreCLR blocks the
/// signals in Main instead (some may be lost there, which is why it is not what images ship).
/// </summary>
static unsafe partial class Early
{
    /// <summary>What we were started with.</summary>
    public static Inherited Read(string[] args)
    {
        try
        {
            return new Inherited
            {
                Environ = pminit_environ(),
                Argv = pminit_argv(),
                Argc = pminit_argc(),
                Mask = pminit_inherited_mask(),
                Ignored = pminit_inherited_ignored(),
                ClosedStandardFds = pminit_closed_fds(),
            };
        }
        catch (DllNotFoundException)
        {
            return Inherited.FromRuntime(args); // not the native binary
        }
    }

    [LibraryImport("early")]
    private static partial byte** pminit_environ();

    [LibraryImport("early")]
    private static partial byte** pminit_argv();

    [LibraryImport("early")]
    private static partial int pminit_argc();

    [LibraryImport("early")]
    private static partial ulong pminit_inherited_mask();

    [LibraryImport("early")]
    private static partial ulong pminit_inherited_ignored();

    [LibraryImport("early")]
    private static partial int pminit_closed_fds();
}
