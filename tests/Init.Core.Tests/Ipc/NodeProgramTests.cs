using System.Text;
using Init.Core.Ipc;
using static Init.Core.Tests.Config.Reading;

namespace Init.Core.Tests.Ipc;

/// <summary>Who speaks Node's channel, and who only keeps it.</summary>
public sealed class NodeProgramTests
{
    [Theory]
    [InlineData("node", true)]
    [InlineData("/usr/local/bin/node", true)]
    [InlineData("./nodejs", true)]
    [InlineData("node20", true)]
    [InlineData("node-18.2", true)]
    [InlineData("/root/.bun/bin/bun", true)]
    [InlineData("node_exporter", false)]
    [InlineData("nodemon", false)]
    [InlineData("ts-node", false)]
    [InlineData("/opt/node/run", false)]
    [InlineData("python3", false)]
    [InlineData("bunx", false)]
    [InlineData("", false)]
    public void Program_IsNode(string program, bool expected) => Assert.Equal(expected, NodeProgram.IsNode(program));

    [Theory]
    [InlineData("#!/usr/bin/env node\nconsole.log(1)", true)]
    [InlineData("#!/usr/bin/env node\r\n", true)]
    [InlineData("#! /usr/bin/env\tnode", true)]
    [InlineData("#!/usr/bin/env -S node --enable-source-maps\n", true)]
    [InlineData("#!/usr/bin/env -S A=1 B=node node --x\n", true)]
    [InlineData("#!/usr/local/bin/node --x\n", true)]
    [InlineData("#!/usr/bin/env bun\n", true)]
    [InlineData("#!/usr/bin/env\n", false)]
    [InlineData("#!/usr/bin/env A=node\n", false)]
    [InlineData("#!/bin/sh node\n", false)]
    [InlineData("#!/bin/sh\n#!/usr/bin/env node\n", false)]
    [InlineData("#!", false)]
    [InlineData("// #!/usr/bin/env node\n", false)]
    [InlineData("\u007fELF node", false)]
    [InlineData("", false)]
    public void Script_IsNodes_ByItsFirstLine(string head, bool expected) => Assert.Equal(expected, NodeProgram.IsNodeScript(Encoding.UTF8.GetBytes(head)));

    [Theory]
    [InlineData("#!/usr/bin/env node\r\nx", "node")]
    [InlineData("#!/usr/bin/env -S A=1 node --x -y\n", "node --x -y")]
    [InlineData("#!/usr/local/bin/node20 --x\n", "/usr/local/bin/node20 --x")]
    [InlineData("#!/usr/bin/env bun\n", null)]
    [InlineData("#!/bin/sh\n", null)]
    [InlineData("node", null)]
    public void Script_NamesNodeAndItsOptions(string head, string? expected) => Assert.Equal(expected, NodeProgram.LineOfScript(Encoding.UTF8.GetBytes(head)));

    [Theory]
    [InlineData("cd app && node server.js", true)]
    [InlineData("export A=1; exec node server.js", true)]
    [InlineData("cd app && npm start", false)]
    [InlineData("node build.js && ./serve", false)]
    [InlineData("node server.js | tee log", false)]
    public void ShellLine_EndsInNode(string script, bool expected) => Assert.Equal(expected, NodeProgram.IsNodeLine(App($"script: '{script}'").Command));

    [Theory]
    [InlineData("script: 'npm start'", "npm")]
    [InlineData("script: 'npm', args: 'run start'", "npm")]
    [InlineData("script: '/usr/bin/yarn', args: 'start', interpreter: 'none'", "yarn")]
    [InlineData("script: 'cd app && pnpm start'", "pnpm")]
    [InlineData("script: 'npm run migrate && node server.js'", "")]
    [InlineData("script: 'server.js'", "")]
    [InlineData("script: 'npmrc.js'", "")]
    public void PackageManager_IsNamed(string app, string expected) => Assert.Equal(expected, NodeProgram.PackageManagerOf(App(app).Command));
}
