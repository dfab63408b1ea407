using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

[assembly: DisableRuntimeMarshalling]
[assembly: SupportedOSPlatform("linux")]

// Children, the umask and descriptor numbers belong to the process: two tests at once would take them from each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
