using Init.Core.Config;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Config;

/// <summary>A TypeScript file without interpreter: bun, or a node that can; the boundaries are Node's own changelog.</summary>
public sealed class TypeScriptTests
{
    [Theory]
    [InlineData("bun", "a.ts", "bun", "")]
    [InlineData("bun", "a.tsx", "bun", "")]
    [InlineData("node v22.6.0", "a.ts", "node", "--experimental-strip-types")]
    [InlineData("node v22.17.9", "a.mts", "node", "--experimental-strip-types")]
    [InlineData("node v22.18.0", "a.cts", "node", "")]
    [InlineData("node v23.5.0", "a.ts", "node", "--experimental-strip-types")]
    [InlineData("node v23.6.0", "a.ts", "node", "")]
    [InlineData("node v24.0.0-nightly", "a.ts", "node", "")]
    public void Script_IsRun_ByWhatCan(string runtime, string script, string interpreter, string args)
    {
        var result = ReadWith(runtime, $"script: '{script}', interpreter_args: '--own'");
        Assert.Empty(result.Errors);
        var command = result.Ecosystem!.Apps[0].Command;
        Assert.Equal(interpreter, Assert.Single(command.Interpreters));
        Assert.Equal((args + " --own").Trim(), string.Join(' ', command.InterpreterArgs));
    }

    [Theory]
    [InlineData("", "a.ts", "TypeScript needs bun, or node 22.6 or later, and neither is in PATH")]
    [InlineData("node v20.20.2", "a.ts", "node v20.20.2 cannot run TypeScript; 22.6 and later can")]
    [InlineData("node v22.5.1", "a.ts", "node v22.5.1 cannot run TypeScript")]
    [InlineData("node v24.1.0", "a.tsx", "a .tsx file needs bun")]
    [InlineData("node gibberish", "a.ts", "cannot run TypeScript")]
    public void Script_IsRefused_WhenNothingCan(string runtime, string script, string part)
    {
        var error = Assert.Single(ReadWith(runtime, $"script: '{script}'").Errors);
        Assert.Contains(part, error.ToString());
        Assert.Contains("set \"interpreter\"", error.ToString());
    }

    [Fact]
    public void Machine_IsNotAsked_WithoutNeed()
    {
        var context = new ConfigContext { Cpus = 1, TypeScriptRuntime = () => throw new InvalidOperationException("asked") };
        Assert.Empty(Read("[{script: 'a.ts', interpreter: 'tsx'}, {script: 'b.js'}]", context).Errors);
    }

    static ConfigResult ReadWith(string runtime, string fields) => Read("{apps: [{" + fields + "}]}", new ConfigContext { Cpus = 1, TypeScriptRuntime = () => runtime });
}
