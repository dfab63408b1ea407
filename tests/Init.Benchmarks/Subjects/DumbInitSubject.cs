namespace Init.Benchmarks.Subjects;

/// <summary>dumb-init: an init that signals the whole session of its child.</summary>
sealed class DumbInitSubject : Subject
{
    public override string Name => "dumb-init";
    public override bool IsSupervisor => false;
    public override string HowToInstall => "apt-get install dumb-init";
    public override string? Executable => Tool.Find("dumb-init");
    public override string Version => FirstVersion(Tool.Run(Executable!, ["--version"]).Output);

    public override Launch Prepare(string folder, IReadOnlyList<string> worker) => new([Executable!, "--", .. worker]);
}
