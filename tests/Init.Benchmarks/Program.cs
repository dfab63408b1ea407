// Compares pminit with tini, dumb-init, s6, supervisord and pm2-runtime, each as real PID 1 of a pid namespace, in one run.
// Asserts nothing about times: exit code 0 unless the harness itself failed (70) or was called wrongly (64).
using System.Runtime.InteropServices;
using Init.Benchmarks;
using Init.Benchmarks.Figures;
using Init.Benchmarks.Fuzzing;

if (args.Contains("--fuzz"))
{
    return FuzzCommand.Run(args);
}

if (Options.Parse(args, out string reason) is not { } options)
{
    Console.Error.WriteLine(reason.Length == 0 ? Options.Usage : $"{reason}\n\n{Options.Usage}");
    return reason.Length == 0 ? 0 : 64;
}
IReadOnlyList<Subject> subjects = SubjectList.Select(options, out reason);
if (reason.Length == 0 && options.Only.FirstOrDefault(name => !Figure.All.Any(figure => figure.Name == name)) is { } unknown)
{
    reason = $"--only: no {unknown}; there are: {string.Join(", ", Figure.All.Select(figure => figure.Name))}";
}
if (reason.Length > 0)
{
    Console.Error.WriteLine(reason);
    return 64;
}
if (options.Install)
{
    Installer.Install(subjects.Where(subject => subject.Executable is null));
}

try
{
    using var fixtures = new Fixtures();
    // Ctrl-C, SIGTERM and an ordinary end alike: no namespace and no folder survives the program. Both signals need a registration:
    // since .NET 10 neither raises ProcessExit by itself.
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(130));
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(143));
    AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        PidNamespace.DisposeAll();
        fixtures.Dispose();
    };
    var bench = new Bench(options, fixtures, subjects);
    foreach (string fact in Machine.Facts(bench))
    {
        Console.WriteLine(fact);
    }
    var report = new Report(subjects);
    foreach (Figure figure in Figure.All.Where(figure => options.Only.Count == 0 ? !figure.IsLong : options.Only.Contains(figure.Name)))
    {
        Console.Error.WriteLine($"measuring {figure.Name} ...");
        figure.AddTo(report, bench);
    }
    Console.WriteLine();
    Console.WriteLine(report.ToText());
    foreach (string failure in bench.Failures)
    {
        Console.WriteLine($"note: {failure}");
    }
    if (options.Markdown)
    {
        Console.WriteLine();
        Console.WriteLine(report.ToMarkdown());
    }
    return 0;
}
catch (BenchmarkException e)
{
    Console.Error.WriteLine($"cannot measure: {e.Message}");
    return 70;
}
