using Init;
using Init.Core.Model;
using Init.Linux.Runtime;

var inherited = Early.Read(args);
if (args.Length > 1 && args[0] == "--")
{
    return InitMode.Run(inherited, 2);
}

var spec = new Ecosystem { Apps = [new AppSpec { Name = "x", Command = new CommandSpec { Program = args[0], Args = [.. args[1..]] } }] };
using var host = new InitHost(spec, inherited);
return host.Run();
