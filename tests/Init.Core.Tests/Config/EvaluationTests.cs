using System.Text;
using Init.Core.Config.Evaluation;
using Init.Core.Model;

namespace Init.Core.Tests.Config;

/// <summary>What is made of a runtime's answer, and of the variables that choose it.</summary>
public sealed class EvaluationTests
{
    const string Path = "/app/x.config.js";

    [Theory]
    [InlineData("error\nTypeError\nx%20is%20not%20a%20function\nTypeError%3A%20x%0A%20%20at%20f%20(%2Fapp%2Fx.config.js%3A2%3A8)", "x.config.js:2:8: TypeError: x is not a function")]
    [InlineData("error\nSyntaxError\nUnexpected%20token\n%2Fapp%2Fx.config.js%3A2%0A%20%20bad%20%5D%0A%20%20%20%20%20%20%5E%5E%0A%0ASyntaxError", "x.config.js:2:7: SyntaxError: Unexpected token")]
    [InlineData("error\nSyntaxError\nBad\n%2Fapp%2Fx.config.js%3A7", "x.config.js:7:1: SyntaxError: Bad")]
    [InlineData("error\nTypeError\nSyntaxError%3A%20no%0A%20%7C%0A%20at%20%2Fapp%2Fx.config.js%3A3%3A26\n", "x.config.js:3:26: SyntaxError: no")]
    [InlineData("error\nAggregateError\nExpected%20%7D\n%2Fapp%2Fx.config.js%3A2%3A26", "x.config.js:2:26: Expected }")]
    [InlineData("error\nError\nno\nError%0A%20at%20node%3Afs%3A1%3A2%0A%20at%20f%20(%2Fapp%2Flib.js%3A3%3A5)", "x.config.js: Error: no; at f (/app/lib.js:3:5)")]
    [InlineData("error\n\nthrew%205\n", "x.config.js: threw 5")]
    [InlineData("error\n\n\n", "x.config.js: it threw an error without a message")]
    [InlineData("error\nError\na%1B%5B31mb%E2%80%AEc%0Ad\n", "x.config.js: Error: a [31mb c")]
    [InlineData("error\nSyntaxError\nUnexpected%20token%20'export'\n", "call it .mjs")]
    [InlineData("error\nReferenceError\nmodule%20is%20not%20defined%20in%20ES%20module%20scope\n", "call it .cjs")]
    [InlineData("value\napps%5B0%5D.x\nit%20contains%20itself", "x.config.js: apps[0].x: it contains itself")]
    [InlineData("empty\n", "x.config.js: it exports nothing; write module.exports")]
    [InlineData("silent\n3", "x.config.js: it ended node (exit code 3) before it exported anything")]
    [InlineData("unsupported\nnode%20v20", "it is TypeScript, which node v20 cannot read")]
    [InlineData("", "x.config.js: node ended with code 1 and gave no answer")]
    [InlineData("ok", "gave no answer")]
    [InlineData("what\n", "gave no answer")]
    [InlineData("error", "gave no answer")]
    [InlineData("error\n%%%\n%ff%fe", "x.config.js: %%%: ")]
    public void Answer_BecomesAnError_InOneLine(string answer, string part)
    {
        var read = Read(new EvaluationEnd { Answer = Encoding.UTF8.GetBytes(answer), Status = ExitStatus.Exited(1) });
        Assert.Null(read.Json);
        Assert.Contains(part, read.Error!.ToString());
        Assert.DoesNotContain('\n', read.Error.ToString());
        Assert.Equal(answer.StartsWith("unsupported", StringComparison.Ordinal), read.IsUnsupported);
    }

    [Fact]
    public void Answer_IsTheJson_WhenItIsOk()
    {
        var read = Read(new EvaluationEnd { Answer = "ok\n{\"apps\":[]}"u8.ToArray(), Status = ExitStatus.Exited(0) });
        Assert.Equal("{\"apps\":[]}", Encoding.UTF8.GetString(read.Json!));
        Assert.Null(read.Error);
    }

    [Theory]
    [InlineData(EvaluationStop.TimeLimit, "node did not finish evaluating it within 1.5 s, and was killed")]
    [InlineData(EvaluationStop.AnswerLimit, "more than 1 MiB")]
    [InlineData(EvaluationStop.Signal, "pminit was asked to end")]
    public void Stop_IsTheError_WhateverWasAnswered(EvaluationStop stop, string part)
    {
        var read = Read(new EvaluationEnd { Answer = "ok\n{}"u8.ToArray(), Stop = stop, Status = ExitStatus.Signalled(9) });
        Assert.Null(read.Json);
        Assert.Contains(part, read.Error!.ToString());
    }

    [Fact]
    public void NoRuntime_NamesWhatWasLookedFor_AndTheRemedy()
    {
        var error = EvaluationAnswer.NoRuntime("x.config.js", new EvaluationSettings(), "/bin").ToString();
        Assert.StartsWith("x.config.js: it must be evaluated, and neither node nor bun nor deno is in PATH (/bin); write it as JSON or YAML", error);
        Assert.Contains("import(\"./x.config.js\")", error);
        var chosen = EvaluationAnswer.NoRuntime("/x.js", new EvaluationSettings { Runtimes = ["tsx"] }, "/bin").ToString();
        Assert.StartsWith("/x.js: PMINIT_CONFIG_RUNTIME names \"tsx\", which is not in PATH", chosen);
    }

    [Theory]
    [InlineData("", "30", "node,bun,deno", "")]
    [InlineData("PMINIT_CONFIG_TIMEOUT=2s,PMINIT_CONFIG_RUNTIME=bun", "2", "bun", "")]
    [InlineData("PMINIT_CONFIG_TIMEOUT=,PMINIT_CONFIG_RUNTIME=", "30", "node,bun,deno", "")]
    [InlineData("PMINIT_CONFIG_TIMEOUT=soon", "", "", "PMINIT_CONFIG_TIMEOUT: expected a number of milliseconds")]
    [InlineData("PMINIT_CONFIG_TIMEOUT=0", "", "", "PMINIT_CONFIG_TIMEOUT: a time limit of 0")]
    public void Settings_ComeFromTheEnvironment(string variables, string seconds, string runtimes, string problem)
    {
        var (settings, error) = EvaluationSettings.Read(variables.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]));
        Assert.StartsWith(problem, error?.ToString() ?? "");
        Assert.Equal(problem.Length > 0, settings is null);
        Assert.Equal((seconds, runtimes), settings is null ? ("", "") : ($"{settings.Limit.TotalSeconds}", string.Join(',', settings.Runtimes)));
    }

    [Fact]
    public void Program_HoldsThePath_AsText()
    {
        var program = EvaluationProgram.For("/a \"b\\\n\u2028é`${x}.js");
        Assert.Contains("const file = \"/a \\u0022b\\u005c\\u000a\\u2028\\u00e9\\u0060\\u0024\\u007bx\\u007d.js\";", program);
        Assert.Equal(["/opt/deno-2", "eval", "p"], EvaluationSettings.Arguments("/opt/deno-2", "p"));
        Assert.Equal(["bun", "-e", "p"], EvaluationSettings.Arguments("bun", "p"));
    }

    static EvaluationAnswer Read(EvaluationEnd end) => EvaluationAnswer.Read(end, "x.config.js", Path, "node", TimeSpan.FromSeconds(1.5));
}
