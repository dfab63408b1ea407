using System.Globalization;
using System.Text;

namespace Init.Core.Cluster;

/// <summary>
/// The script that a Node worker loads before the app (NODE_OPTIONS), so that a reload loses no request of a kept-alive connection: no version of Node says
/// `Connection: close` after server.close(), and from 19 on close() ends idle connections under a request that is on its way. It does nothing until the
/// primary says `disconnect` (or NODE_PMINIT_DRAIN, before the message of `shutdown_with_message`), and nothing at all where it is no cluster worker. Then every answer closes its connection, and idle ones are closed after a
/// second; HTTP/2 sessions are told to make no new streams (GOAWAY), and closed after the same time. It takes itself out of NODE_OPTIONS, so that the
/// app's own children do not load it.
/// It says at the start that it is there, and hands connections of health checks to the server they are for: at a port that all share nobody else could tell one
/// process from another.
/// It also sees to the stop signal, which comes when the servers have closed or at half of `kill_timeout`. Node may have ended by then, so the app's handlers are called
/// before it does; and an app without handlers would be ended under its long requests, so there the signal waits until an eighth (a second at most) before `kill_timeout`.
/// </summary>
public static class DrainPreload
{
    /// <summary>In the name of the file and in the text: by this the script knows its own option among the user's.</summary>
    public const string Marker = "pminit-drain";

    /// <summary>Tells it the app's `kill_signal`; taken out of the environment as NODE_OPTIONS is.</summary>
    public const string SignalVariable = "PMINIT_KILL_SIGNAL";

    /// <summary>The script as a CommonJS module.</summary>
    public static string Source { get; } = Strip();

    /// <summary>The variable with the script added at its end.</summary>
    /// <param name="existing">NODE_OPTIONS as the worker would have it; null: none.</param>
    /// <param name="arguments">Node's own arguments before the script (`node_args`), as one text.</param>
    /// <param name="script">The app's entry file; empty: not known.</param>
    /// <param name="file">
    /// A file with <see cref="Source"/> and <see cref="Marker"/> in its name, without blanks or quotes in its path; null when none could be written.
    /// </param>
    /// <param name="version">What `node --version` says, with or without its v; null: not known. Only asked for where there is no file: a Node that does not know an option refuses to start.</param>
    /// <returns>Null where it cannot be loaded: the reload then may cut kept-alive connections.</returns>
    public static string? NodeOptions(string? existing, string arguments, string script, string? file, string? version)
    {
        existing ??= "";
        if (existing.Contains(Marker, StringComparison.Ordinal))
        {
            return existing;
        }

        // A policy has a hash for each file that may be loaded; the permission model (20 and later) opens no file outside the allowed folders.
        if (Has(existing, arguments, "--experimental-policy"))
        {
            return null;
        }

        var isConfined = Has(existing, arguments, "--permission") || Has(existing, arguments, "--experimental-permission");
        string option;
        if (file is not null && !isConfined)
        {
            option = $"--require {file}";
        }
        else if ((isConfined || KnowsImport(version)) && IsPlain(script))
        {
            option = $"--import {DataUrl()}";
        }
        else
        {
            return null;
        }

        return existing.Length == 0 ? option : $"{existing} {option}";
    }

    /// <summary>
    /// The script as an ES module that needs no file. Nothing in it means anything to the parser of NODE_OPTIONS; a question mark ends what Node 18 and 20 read.
    /// </summary>
    public static string DataUrl()
    {
        var url = new StringBuilder("data:text/javascript,");
        foreach (var c in "import{createRequire}from'node:module';const require=createRequire('file:///');" + Source)
        {
            if (c is > ' ' and < '\x7f' and not ('%' or '#' or '?' or '"' or '\\'))
            {
                url.Append(c);
            }
            else
            {
                url.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
        }

        return url.ToString();
    }

    /// <summary>--import is there from 18.18 and 19.0 on.</summary>
    static bool KnowsImport(string? version)
    {
        var parts = version is null ? [] : version.TrimStart('v').Split('.');
        return parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            && (major > 18 || (major == 18 && minor >= 18));
    }

    /// <summary>With --import Node loads the app by its loader of ES modules, which knows these names only: ts-node and the like would fail.</summary>
    static bool IsPlain(string script)
    {
        var name = script[(script.LastIndexOf('/') + 1)..];
        return name.Length > 0 && (!name.Contains('.') || name.EndsWith(".js", StringComparison.Ordinal)
            || name.EndsWith(".mjs", StringComparison.Ordinal) || name.EndsWith(".cjs", StringComparison.Ordinal));
    }

    static bool Has(string options, string arguments, string option)
        => options.Contains(option, StringComparison.Ordinal) || arguments.Contains(option, StringComparison.Ordinal);

    /// <summary>Without the indentation, which every worker would carry.</summary>
    static string Strip()
    {
        var text = new StringBuilder();
        foreach (var line in Script.Split('\n'))
        {
            text.Append(line.AsSpan().TrimStart()).Append('\n');
        }

        return text.ToString();
    }

    // What is unusual in it:
    // - cluster's own listener was registered before, hence prependListener;
    // - the responses are caught where Node turns headers into text, which no middleware goes around; what is informational (1xx) is left alone;
    // - close() ends idle connections from Node 19 on, and HTTP/2 sessions from 24 on, so both are held back while it lingers;
    // - GOAWAY names the last stream that was taken, so that its client may send a later one again (RFC 9113, 6.8): a higher number would promise what Node
    //   does not keep, as it reads no stream after any GOAWAY. A session without a stream has to be allowed its first: clients fail in the handshake else;
    // - catch {} says nothing: it is the app's own process and output, and whatever a future Node has changed, the app has to go on as without the script;
    //   what is lost then shows in the tests of each version, which count requests;
    // - signals are emitted by what process.emit was when the app added its first handler, hence replaced at the start; a handler of our own would change what
    //   others see who count them. When the app has had its signal from here, pminit's, 200 ms after the end of the channel, is not passed on, and does not
    //   end what a handler has begun that was for `once`, with which Node's own goes too;
    // - whether the app has handlers cannot be seen from outside: Node catches SIGTERM and SIGINT itself. Half of kill_timeout has passed when the signal comes to
    //   one that still has its channel, so as much is left. 200 ms are the time between the end of the channel and the signal;
    // - handlers close servers, which `disconnect` has closed before: that is no error of the app;
    // - a server that is told to listen again at once hears of its first end when it listens already: what it is comes by its events, asked for once;
    // - listen() is the one place where HTTP/2 servers can be met without loading node:http2 into every worker;
    // - a connection is handed over as the kernel's own would be, by what the handle of a listening server calls: so its limits and events hold, and what the app
    //   throws is the app's, hence nextTick. Node's cluster does the same with `newconn`, which only round robin understands.
    const string Script = """
        /*pminit-drain*/
        (() => {
          try {
            const { env } = process;
            const signal = env.PMINIT_KILL_SIGNAL;
            delete env.PMINIT_KILL_SIGNAL;
            const rest = String(env.NODE_OPTIONS || '').replace(/(^| )--(import|require)[ =]\S*pminit-drain\S*/g, '');
            if (rest) env.NODE_OPTIONS = rest;
            else delete env.NODE_OPTIONS;
            if (!process.channel || !require('cluster').worker) return;
            const { send } = process;
            const say = (message) => process.connected && send.call(process, message, () => {});
            say({ cmd: 'NODE_PMINIT_LOADED' });
            const sessions = new Set();
            const listening = new Set();
            const known = new WeakSet();
            const net = require('net').Server.prototype;
            const { listen } = net;
            net.listen = function (...args) {
              if (!known.has(this)) {
                known.add(this.on('listening', () => listening.add(this)).on('close', () => listening.delete(this)));
                if (/^Http2/.test(this.constructor.name)) {
                  this.on('session', (session) => sessions.add(session.on('close', () => sessions.delete(session))));
                }
              }
              return listen.apply(this, args);
            };
            const drain = () => {
              const http = require('http');
              const servers = new Set();
              let isLingering = true;
              const isOther = (name) => !/^connection$/i.test(name);
              const response = http.ServerResponse.prototype;
              const store = response._storeHeader;
              response._storeHeader = function (line, headers) {
                const isFinal = !/^\S+ 1/.test(line);
                if (isFinal) {
                  this.shouldKeepAlive = false;
                  if (this.hasHeader('connection')) this.setHeader('Connection', 'close');
                  else if (Array.isArray(headers)) headers = headers.filter((item, i) => isOther(Array.isArray(item) ? item[0] : headers[i & ~1]));
                  else if (headers && !this.getHeaderNames().length) headers = Object.fromEntries(Object.entries(headers).filter(([name]) => isOther(name)));
                }
                store.call(this, line, headers);
                if (isFinal) this._last = true;
              };
              for (const type of [http.Server, require('https').Server]) {
                const server = type.prototype;
                const { close, closeIdleConnections: closeIdle } = server;
                server.closeIdleConnections = function () {
                  servers.add(this);
                  if (!isLingering) closeIdle.call(this);
                };
                server.close = function (...args) {
                  servers.add(this);
                  return close.apply(this, args);
                };
              }
              const end = () => {
                isLingering = false;
                for (const server of servers) server.closeIdleConnections();
                for (const session of sessions) {
                  delete session.close;
                  session.close();
                }
              };
              setInterval(() => {
                try {
                  end();
                } catch {}
              }, 1000).unref();
              for (const session of sessions) {
                session.close = () => {};
                const leave = () => {
                  if (!session.destroyed) session.goaway();
                };
                if (session.state.lastProcStreamID) leave();
                else session.once('stream', leave);
              }
            };
            const { emit } = process;
            let isHeard = false;
            let isGiven = false;
            process.emit = function (...args) {
              if (signal && args[0] === signal) {
                if (isGiven) {
                  process.removeListener(signal, stay);
                  return !(isGiven = false);
                }
                isHeard = true;
              }
              return emit.apply(this, args);
            };
            const stay = () => {};
            const give = () => {
              isHeard = false;
              process.prependListener('disconnect', () => {
                if (isHeard) return;
                process.emit(signal, signal, require('os').constants.signals[signal]);
                isGiven = true;
                if (!process.listenerCount(signal)) process.on(signal, stay);
              });
              const { close } = net;
              net.close = function (done) {
                return close.call(this, this._handle || !done ? done : () => done());
              };
            };
            const defer = () => {
              isHeard = false;
              const began = Date.now();
              const endIn = (time) => {
                setTimeout(() => {
                  process.removeListener(signal, later);
                  process.kill(process.pid, signal);
                }, time).unref();
              };
              const later = () => {
                if (process.listenerCount(signal) > 1) return;
                const passed = Date.now() - began;
                endIn(process.connected ? passed - Math.min(passed / 4, 1000) : 0);
              };
              process.on(signal, later).on('disconnect', () => isHeard && endIn(200));
            };
            const take = ({ place, seq }, connection) => {
              const of = (address) => address && (address.port || require('path').resolve(address)) === place;
              const server = [...listening].find((one) => one._handle && of(one.address()));
              say({ cmd: 'NODE_CLUSTER', ack: seq, accepted: !!server });
              process.nextTick(() => server?._handle ? server._handle.onconnection(0, connection) : connection.close());
            };
            let isDraining = false;
            process.prependListener('internalMessage', (message, handle) => {
              try {
                if (message.cmd === 'NODE_PMINIT_CHECK' && handle) return take(message, handle);
                const isAsked = message.cmd === 'NODE_CLUSTER' && message.act === 'disconnect';
                if (isDraining || (!isAsked && message.cmd !== 'NODE_PMINIT_DRAIN')) return;
                isDraining = true;
                drain();
                if (isAsked && signal) (process.listenerCount(signal) ? give : defer)();
              } catch {}
            });
          } catch {}
        })();
        """;
}
