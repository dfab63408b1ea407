using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Init.Core.Health;
using Init.Core.Logging;

namespace Init.Core.Tests.Health;

public class HealthHttpTests
{
    static readonly HealthView Ready = new(true, false, [new HealthLine(true, "api/0", "online"), new HealthLine(true, "mail/0", "stopped")]);
    static readonly HealthView NotReady = new(false, false, [new HealthLine(true, "api/0", "online"), new HealthLine(false, "worker/0", "waiting restart")]);

    [Theory]
    [InlineData("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n", 200)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200)]
    [InlineData("HEAD /readyz HTTP/1.1\r\nHost: a\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.0\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.0\n\n", 200)]
    [InlineData("\r\n\r\nGET /readyz HTTP/1.1\r\n\r\n", 200)]
    [InlineData("GET /readyz?a=b&c HTTP/1.1\r\n\r\n", 200)]
    [InlineData("GET /readyz? HTTP/1.1\r\n\r\n", 200)]
    [InlineData("GET http://10.0.0.1:9615/readyz?x HTTP/1.1\r\nHost: 10.0.0.1:9615\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.1\r\nHost: 10.1.2.3:9615\r\nUser-Agent: kube-probe/1.31\r\nAccept: */*\r\nConnection: close\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.1\r\nUser-Agent: Wget\r\nHost: a\r\nAccept-Encoding: identity\r\nConnection: Keep-Alive\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Utf: \u00e9\r\n\r\n", 200)]
    [InlineData("GET /readyz HTTP/1.1\r\n\r\nGET /livez HTTP/1.1\r\n\r\n", 200)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET /livez/ HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET /LIVEZ HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET /%6civez HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET //livez HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET /livez#x HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET http://livez HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET http://a?/livez HTTP/1.1\r\n\r\n", 404)]
    [InlineData("HEAD /x HTTP/1.1\r\n\r\n", 404)]
    [InlineData("POST /livez HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 405)]
    [InlineData("OPTIONS * HTTP/1.1\r\n\r\n", 405)]
    [InlineData("CONNECT a:443 HTTP/1.1\r\n\r\n", 405)]
    [InlineData("get /livez HTTP/1.1\r\n\r\n", 405)]
    [InlineData("DELETE /x HTTP/1.1\r\n\r\n", 405)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)]
    [InlineData("GET /livez HTTP/1.2\r\n\r\n", 505)]
    [InlineData("GET /livez\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1 \r\n\r\n", 400)]
    [InlineData("GET  /livez HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /livez  HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /li vez HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /livez\t HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /liv\u00e9z HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET livez HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET * HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET ://a/livez HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /livez http/1.1\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/11\r\n\r\n", 400)]
    [InlineData("G(T /livez HTTP/1.1\r\n\r\n", 400)]
    [InlineData(" GET /livez HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nHost : a\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\n folded\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nA: b\r\n\tfolded\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nno colon\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\n: x\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nA: b\rC: d\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nA: b\0\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 400)]
    [InlineData("GET /livez HTTP/1.1\r\ncontent-length: 0\r\nContent-Length: 0\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nContent-Length: +0\r\n\r\n", 400)]
    [InlineData("GET /livez HTTP/1.1\r\nContent-Length:\r\n\r\n", 400)]
    [InlineData("\u0016\u0003\u0001", 400)]
    [InlineData("\0", 400)]
    public void Answer_HasStatus(string request, int status)
    {
        var bytes = Encoding.Latin1.GetBytes(request);
        var read = HealthHttp.Read(bytes, peerIsLoopback: false);
        Assert.True(read.IsComplete);
        var answer = Answer(read, Ready);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nCache-Control: no-store\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: text/plain", answer, StringComparison.Ordinal);
        Assert.Equal(status == 405, answer.Contains("\r\nAllow: GET, HEAD\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n")]
    [InlineData("G")]
    [InlineData("GET /livez HTTP/1.1")]
    [InlineData("GET /livez HTTP/1.1\r\n")]
    [InlineData("GET /livez HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET /livez HTTP/1.1\r\nHost: a\r\n\r")]
    public void Read_AsksForMore_WhenHeadIsUnfinished(string request) =>
        Assert.False(HealthHttp.Read(Encoding.Latin1.GetBytes(request), false).IsComplete);

    [Theory]
    [InlineData(4096, 200)]
    [InlineData(4097, 431)]
    public void Answer_Is431_WhenHeadIsTooLong(int length, int status)
    {
        const string start = "GET /livez HTTP/1.1\r\nA: ";
        var request = start + new string('x', length - start.Length - 4) + "\r\n\r\n";
        Assert.Contains($"HTTP/1.1 {status} ", Answer(HealthHttp.Read(Encoding.Latin1.GetBytes(request), false), Ready), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4096, false)]
    [InlineData(4097, true)]
    public void Read_GivesUp_WhenHeadIsUnfinishedAndTooLong(int length, bool complete) => Assert.Equal(
        complete,
        HealthHttp.Read(Encoding.Latin1.GetBytes("GET /livez HTTP/1.1\r\nA: ".PadRight(length, 'x')), false).IsComplete);

    [Fact]
    public void Answer_IsExact_WhenReady() => Assert.Equal(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\nCache-Control: no-store\r\nConnection: close\r\n\r\nok\n",
        Get("/readyz", Ready));

    [Fact]
    public void Answer_IsExact_WhenNotReady() => Assert.Equal(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 10\r\nCache-Control: no-store\r\n"
        + "Connection: close\r\n\r\nnot ready\n",
        Get("/readyz", NotReady));

    [Fact]
    public void Answer_HasLengthButNoBody_WhenHead()
    {
        var read = HealthHttp.Read("HEAD /readyz HTTP/1.1\r\n\r\n"u8, true);
        var answer = Answer(read, NotReady);
        Assert.Contains("Content-Length: 10\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Live_Is200_WhenNothingIsReady() => Assert.StartsWith("HTTP/1.1 200", Get("/livez", new HealthView(false, true)), StringComparison.Ordinal);

    [Fact]
    public void Ready_Is503_WhenShuttingDown() => Assert.StartsWith("HTTP/1.1 503", Get("/readyz", new HealthView(true, true)), StringComparison.Ordinal);

    [Theory]
    [InlineData("/readyz?verbose", true)]
    [InlineData("/healthz?a=b&verbose", true)]
    [InlineData("/readyz?verbose=1", true)]
    [InlineData("/readyz?verbose=", true)]
    [InlineData("/readyz?verbose=0", false)]
    [InlineData("/readyz?verbose=false", false)]
    [InlineData("/readyz?verbosely", false)]
    [InlineData("/readyz?xverbose", false)]
    [InlineData("/livez?verbose", false)]
    [InlineData("/nope?verbose", false)]
    public void Verbose_ListsWorkers_OnlyToLoopback(string target, bool verbose)
    {
        Assert.Equal(verbose, Get(target, NotReady, loopback: true).Contains("api/0", StringComparison.Ordinal));
        Assert.DoesNotContain("api/0", Get(target, NotReady, loopback: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Verbose_IsReadable()
    {
        Assert.EndsWith("\r\n\r\n[+]api/0 online\n[-]worker/0 waiting restart\nnot ready\n", Get("/readyz?verbose", NotReady, true), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n[+]api/0 online\n[+]mail/0 stopped\nok\n", Get("/readyz?verbose", Ready, true), StringComparison.Ordinal);
        var ending = Ready with { ShuttingDown = true, Lines = [] };
        Assert.EndsWith("\r\n\r\n[-]shutdown running\nnot ready\n", Get("/readyz?verbose", ending, true), StringComparison.Ordinal);
    }

    [Fact]
    public void Verbose_IsBounded_WhenWorkersAreMany()
    {
        var view = new HealthView(true, false, [.. Enumerable.Range(0, 10_000).Select(n => new HealthLine(true, $"app/{n}", "online"))]);
        var answer = Get("/readyz?verbose", view, true);
        Assert.InRange(answer.Length, 30_000, HealthHttp.MaxBodyBytes + 512);
        Assert.EndsWith("(more is left out)\nok\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NeverThrows_AndAnswerIsBounded_WhateverTheBytes()
    {
        string[] pieces = ["GET ", "HEAD ", "/readyz", "?verbose", " ", "HTTP/1.1", "\r\n", "\n", "\r", "Host: a", "Content-Length: ", ":", "*", "http://", "\0", "é", "x"];
        Prop.ForAll(Gen.Choose(0, 300).ArrayOf().ToArbitrary(), (int[] input) =>
        {
            byte[] bytes = [.. input.SelectMany(n => n < 256 && n % 2 == 0 ? [(byte)n] : Encoding.UTF8.GetBytes(pieces[n % pieces.Length]))];
            for (var length = 0; length <= bytes.Length; length++)
            {
                var read = HealthHttp.Read(bytes.AsSpan(0, length), true);
                if (read.IsComplete)
                {
                    var answer = Answer(read, Ready);
                    return answer.Length < 1024 && answer.Contains("\r\n\r\n", StringComparison.Ordinal) && read == HealthHttp.Read(bytes.AsSpan(0, length), true);
                }
            }

            return bytes.Length <= HealthHttp.MaxHeadBytes;
        }).QuickCheckThrowOnFailure();
    }

    static string Get(string target, HealthView view, bool loopback = false) =>
        Answer(HealthHttp.Read(Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"), loopback), view);

    static string Answer(HealthRequest request, HealthView view)
    {
        Assert.True(request.IsComplete);
        var to = new ByteBuffer();
        HealthHttp.Answer(request, view, to);
        return Encoding.UTF8.GetString(to.Span);
    }
}
