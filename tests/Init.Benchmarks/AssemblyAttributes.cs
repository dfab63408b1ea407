using System.Runtime.Versioning;

// Namespaces, /proc and pidfds: nothing here runs anywhere else.
[assembly: SupportedOSPlatform("linux")]
