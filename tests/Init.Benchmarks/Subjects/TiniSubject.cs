namespace Init.Benchmarks.Subjects;

/// <summary>tini: the minimal init, docker's --init.</summary>
sealed class TiniSubject : Subject
{
    public override string Name => "tini";
    public override bool IsSupervisor => false;
    public override string HowToInstall => "apt-get install tini";
    public override string? Executable => Tool.Find("tini");
    public override string Version => FirstVersion(Tool.Run(Executable!, ["--version"]).Output);

    public override Launch Prepare(string folder, IReadOnlyList<string> worker) => new([Executable!, "--", .. worker]);
}
