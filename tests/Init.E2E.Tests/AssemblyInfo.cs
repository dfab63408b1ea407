using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Two at once: every test starts a container's worth of processes, and its limits are meant for a small machine.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
