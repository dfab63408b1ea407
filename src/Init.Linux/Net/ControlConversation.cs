using Init.Core.Control;
using Init.Core.Logging;
using Init.Core.Model;
using Init.Core.Supervision;

namespace Init.Linux.Net;

/// <summary>One client on the control socket: a greeting, then a reply line for each request line, in order.</summary>
/// <param name="status">Answers what can be answered at once.</param>
/// <param name="verbs">Carries out what changes something.</param>
/// <param name="reload">Reads the file again; null when there is none.</param>
/// <param name="version">For the greeting.</param>
public sealed class ControlConversation(StatusReport status, IWorkerVerbs verbs, IReload? reload, string version) : IConversation
{
    ReloadOutcome? _outcome;
    bool _isDone;
    VerbOutcome? _verbOutcome;

    /// <summary>Parts of an answer that is not complete.</summary>
    readonly List<(string Text, bool IsNote)> _progress = [];

    /// <inheritdoc/>
    public Action? Wake { get; set; }

    /// <inheritdoc/>
    public void Open(ByteBuffer output) => ControlProtocol.WriteGreeting(output, version);

    /// <summary>One request per call: the rest of the input waits until this reply has been sent.</summary>
    public Verdict Converse(ByteBuffer input, ByteBuffer output)
    {
        if (_progress.Count > 0 || _outcome is not null || _verbOutcome is not null)
        {
            return AnswerNow(output);
        }

        var read = ControlProtocol.ReadRequest(input.Span);
        input.Consume(read.ConsumedBytes);
        if (read.Request?.Verb == Commands.ReloadConfig)
        {
            return Begin(read.Request["no-wait"] is null, output);
        }

        if (read.Request is { } change && verbs.Takes(change.Verb))
        {
            verbs.Begin(change,
                (text, isNote) =>
                {
                    _progress.Add((text, isNote));
                    Wake?.Invoke();
                },
                outcome =>
                {
                    _verbOutcome = outcome;
                    Wake?.Invoke();
                });
            return AnswerNow(output);
        }

        if (read.Request is not null)
        {
            status.Answer(read.Request, output);
        }
        else if (read.Error is not null)
        {
            ControlProtocol.WriteError(output, ControlProtocol.UsageError, read.Error);
        }

        return read.MustClose ? Verdict.Finish : Verdict.Continue;
    }

    /// <param name="waits">For the reloads that the new file needs.</param>
    /// <param name="output">For the answer.</param>
    Verdict Begin(bool waits, ByteBuffer output)
    {
        if (reload is null)
        {
            ControlProtocol.WriteError(output, ExitCodes.No, "pminit was started without a file, so there is none to read again");
            return Verdict.Continue;
        }

        _isDone = false;
        reload.Begin(outcome =>
        {
            if (waits && outcome.Change is { } change)
            {
                verbs.Follow(followed => Finish(outcome, change, followed));
                return;
            }

            _outcome = outcome;
            Wake?.Invoke();
        });
        return AnswerNow(output);
    }

    void Finish(ReloadOutcome outcome, EcosystemChange change, VerbOutcome followed)
    {
        if (followed.Code == 0)
        {
            (_outcome, _isDone) = (outcome, true);
        }
        else
        {
            _verbOutcome = followed with { Text = $"{change}\n{followed.Text}" };
        }

        Wake?.Invoke();
    }

    Verdict AnswerNow(ByteBuffer output)
    {
        foreach (var (text, isNote) in _progress)
        {
            ControlReplies.WriteProgress(output, text, isNote);
        }

        _progress.Clear();
        if (_outcome is null && _verbOutcome is null)
        {
            return Verdict.Wait;
        }

        Answer(output);
        return Verdict.Continue;
    }

    void Answer(ByteBuffer output)
    {
        if (_verbOutcome is { } verb)
        {
            if (verb.Code == 0)
            {
                ControlReplies.WriteSummary(output, verb.Text);
            }
            else
            {
                ControlProtocol.WriteError(output, verb.Code, verb.Text.TrimEnd('\n'));
            }

            _verbOutcome = null;
        }
        else if (_outcome!.Change is { } change)
        {
            ControlReplies.WriteReload(output, change, _isDone);
        }
        else
        {
            ControlProtocol.WriteError(output, ExitCodes.Config, _outcome.Problem);
        }

        _outcome = null;
    }
}
