using System.Globalization;
using System.Text;

namespace Init.Core.Config.Evaluation;

/// <summary>
/// The program that a JavaScript runtime is started with (`-e`; nothing is written to disk). It loads the user's file as a module of its
/// own kind, calls and awaits what it exports, and writes one answer to descriptor 3: a line that says what the answer is, then the
/// answer. Plain ECMAScript and `node:` modules only, so that node (14 and later), bun and deno all run it. The file's own output goes to 1 and 2 and disturbs nothing.
/// </summary>
public static class EvaluationProgram
{
    /// <summary>The program for one file.</summary>
    /// <param name="path">Absolute path of the file.</param>
    public static string For(string path) => Source.Replace("@FILE@", Literal(path), StringComparison.Ordinal);

    /// <summary>A text as JavaScript source.</summary>
    static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ' ')
            {
                literal.Append(c);
            }
            else
            {
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
        }

        return literal.Append('"').ToString();
    }

    const string Source = """
        (async () => {
          const file = @FILE@;
          const [fs, url, proc, children] = await Promise.all(["fs", "url", "process", "child_process"].map((name) => import("node:" + name)));
          const process = proc.default, writeSync = fs.writeSync, spawnSync = children.spawnSync, most = 1 << 20;
          const address = url.pathToFileURL(file).href;
          const isDeno = typeof Deno !== "undefined", isNode = !isDeno && !process.versions.bun;
          class Refusal { constructor(path, message) { this.path = path; this.message = message; } }
          let answered = false;
          const send = (kind, text) => {
            if (answered) return;
            answered = true;
            const bytes = new TextEncoder().encode(kind + "\n" + text);
            let fd = 3;
            try { fs.fstatSync(3); } catch { fd = fs.openSync("/proc/self/fd/3", "w"); }
            for (let at = 0; at < bytes.length;) {
              try { at += writeSync(fd, bytes, at, bytes.length - at); } catch (e) { if (e.code !== "EAGAIN") throw e; }
            }
          };
          const end = (kind, texts) => {
            send(kind, texts.map((text) => encodeURIComponent(text.slice(0, 4096).toWellFormed ? text.slice(0, 4096).toWellFormed() : text.slice(0, 4096).replace(/[\ud800-\udfff]/g, "?"))).join("\n"));
            process.exit(1);
          };
          const fail = (error) => {
            if (error instanceof Refusal) end("value", [error.path, error.message]);
            let name = "", message = "", stack = "";
            try {
              if (error !== null && typeof error === "object" && "message" in error) {
                name = String(error.name || ""); message = String(error.message); stack = String(error.stack || "");
                // bun's errors of syntax carry their place beside the stack, several of them at once.
                const first = error.position || (error.errors && error.errors[0] && error.errors[0].position);
                if (first) stack = `${first.file}:${first.line}:${first.column}\n${stack}`;
                if (error.errors && error.errors[0] && error.errors[0].message) message = String(error.errors[0].message);
                // node's errors of syntax in ES modules have no place; its own check knows it.
                if (name === "SyntaxError" && isNode && !stack.includes(file) && !stack.includes(address)) {
                  stack = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] }).stderr + stack;
                }
              } else {
                message = "threw " + String(error);
              }
            } catch { message = "threw a value that cannot be shown"; }
            end("error", [name, message, stack].map((text) => text.split(address).join(file)));
          };
          process.on("uncaughtException", fail);
          process.on("unhandledRejection", fail);
          process.on("exit", (code) => send("silent", String(code)));
          const refuse = (path, what) => { throw new Refusal(path, what); };
          let length = 0;
          const parts = [];
          const put = (text) => { if ((length += text.length) > most) refuse("", "it is more than 1 MiB as JSON"); parts.push(text); };
          const write = (value, path, above) => {
            if (value !== null && typeof value === "object") {
              if (value instanceof RegExp) value = value.source;
              else if (value instanceof String || value instanceof Number || value instanceof Boolean) value = value.valueOf();
              else if (value instanceof Set) value = [...value];
              else if (value instanceof Map) value = Object.fromEntries(value);
              else if (typeof value.toJSON === "function") value = value.toJSON();
            }
            switch (typeof value) {
              case "string": return put(JSON.stringify(value));
              case "number": case "boolean": return put(Object.is(value, -0) ? "0" : String(value));
              case "bigint": return put(String(value));
              case "undefined": return put("null");
              case "function": return refuse(path, "it is a function, and a value is wanted here: call it, or write what it returns");
              case "symbol": return refuse(path, "it is a symbol, and a value is wanted here");
            }
            if (value === null) return put("null");
            if (above.includes(value)) refuse(path, "it contains itself");
            if (above.length > 100) refuse("", "it has more than 100 objects inside one another");
            above.push(value);
            let separator = "";
            if (Array.isArray(value)) {
              put("[");
              value.forEach((item, i) => { put(separator); separator = ","; write(item, `${path}[${i}]`, above); });
              put("]");
            } else {
              put("{");
              for (const key of Object.keys(value)) {
                const item = value[key];
                if (item === undefined) continue;
                put(separator + JSON.stringify(key) + ":"); separator = ",";
                write(item, path ? `${path}.${key}` : key, above);
              }
              put("}");
            }
            above.pop();
          };
          try {
            if (/\.[cm]?ts$/i.test(file) && isNode) {
              const [major, minor] = process.versions.node.split(".").map(Number);
              const flag = "--experimental-strip-types";
              const isAble = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18) || process.execArgv.includes(flag);
              if (!isAble && (major === 23 || (major === 22 && minor >= 6))) {
                answered = true;
                process.exit(spawnSync(process.execPath, [flag, ...process.execArgv], { stdio: ["ignore", "inherit", "inherit", 3] }).status || 0);
              }
              if (!isAble) { send("unsupported", "node " + process.version); process.exit(0); }
            }
            process.argv = [process.argv[0], file];
            let space;
            try { space = await import(address); } catch (error) {
              if (!isDeno || !/^(module|exports|require) is not defined/.test(error.message)) throw error;
              // deno takes a .js file for an ES module unless a package.json says otherwise.
              space = { default: (await import("node:module")).createRequire(address)(file) };
            }
            let value = space.default;
            if (value === undefined) {
              value = {};
              for (const key of Object.keys(space)) if (key !== "__esModule" && key !== "module.exports" && key !== "default") value[key] = space[key];
            }
            if (value && value.__esModule && value.default !== undefined) value = value.default;
            for (let i = 0; i < 8; i++) value = typeof value === "function" ? await value() : await value;
            if (value !== null && typeof value === "object" && Object.keys(value).length === 0) { send("empty", ""); process.exit(0); }
            if (value === undefined) { send("empty", ""); process.exit(0); }
            write(value, "", []);
            send("ok", parts.join(""));
            process.exit(0);
          } catch (error) { fail(error); }
        })();
        """;
}
