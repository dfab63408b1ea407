// testworker: each argument is a word `key` or `key=value`, done from left to right; the words that say how it ends are read first.
// Without one of them it sleeps until it is killed. An unknown word ends it with 64, so that a typing error fails its test.
//   print=T stderr=T write=T pid json-line invalid-utf8 long-line=BYTES spam=LINES|forever width=BYTES status touch=PATH
//   ignore=TERM,INT  grandchild  grandchild-setsid
//   ends: exit-after=MS  code=N  die-by=SIG  on-term=CODE  signals=count|echo  http=PORT
using System.Text;
using TestWorker;

const int Usage = 64;
var words = args.Select(a => a.Split('=', 2)).ToList();

string? Value(string key) => words.LastOrDefault(w => w[0] == key) is [_, var value] ? value : null;

// Before the first line is printed: a test may send a signal as soon as it has read it.
var needsSignals = words.Any(w => w[0] is "on-term" or "signals" or "http");
var signalfd = needsSignals ? Signals.OpenAll() : -1;

foreach (var word in words)
{
    if (!Do(word[0], word.Length > 1 ? word[1] : ""))
    {
        Output.ErrorLine($"testworker: unknown word: {word[0]}");
        return Usage;
    }
}

return End();

bool Do(string key, string value)
{
    switch (key)
    {
        case "print": Output.Line(value); return true;
        case "stderr": Output.ErrorLine(value); return true;
        case "write": Output.Text(value); return true;
        case "pid": Output.Line($"pid={Libc.getpid()}"); return true;
        case "json-line": Output.Line("""{"msg":"hello","n":1,"level":"trace","nested":{"a":[1,2,{"b":null}]}}"""); return true;
        case "invalid-utf8": Output.Write(1, [(byte)'a', 0xC3, (byte)'(', 0xFF, 0xED, 0xA0, 0x80, 0, 0x1B, (byte)'z', (byte)'\n']); return true;
        case "long-line": Output.LongLine(int.Parse(value)); return true;
        case "spam": Output.Spam(value == "forever" ? -1 : long.Parse(value), int.Parse(Value("width") ?? "40")); return true;
        case "status": Status.Print(); return true;
        case "touch": File.WriteAllBytes(value, []); return true;
        case "append": File.AppendAllText(value, $"{Libc.getpid()}\n", new UTF8Encoding(false)); return true;
        case "ignore": Signals.Ignore(value); return true;
        case "grandchild": Children.Start(ownSession: false); return true;
        case "grandchild-setsid": Children.Start(ownSession: true); return true;
        default: return key is "exit-after" or "code" or "die-by" or "on-term" or "signals" or "http" or "width";
    }
}

int End()
{
    if (Value("http") is { } port)
    {
        return HttpServer.Run(int.Parse(port), signalfd);
    }

    if (Value("signals") is { } mode)
    {
        return SignalCounter.Run(signalfd, echo: mode == "echo");
    }

    var limitMs = Value("exit-after") is { } after ? int.Parse(after)
        : words.Any(w => w[0] is "code" or "die-by") ? 0
        : -1;
    if (WaitForTerm(limitMs))
    {
        Output.Line("got 15");
        return int.Parse(Value("on-term")!);
    }

    if (Value("die-by") is { } signal)
    {
        Signals.DieBy(Signals.Number(signal));
    }

    return int.Parse(Value("code") ?? "0");
}

// True: SIGTERM came first. False: the time is over.
bool WaitForTerm(int limitMs)
{
    if (signalfd < 0)
    {
        Thread.Sleep(limitMs);
        return false;
    }

    var end = Environment.TickCount64 + limitMs;
    while (true)
    {
        var left = limitMs < 0 ? -1 : (int)Math.Max(0, end - Environment.TickCount64);
        var signal = Signals.Next(signalfd, left);
        if (signal == 0)
        {
            return false;
        }

        if (signal == Signals.Term)
        {
            return true;
        }
    }
}
