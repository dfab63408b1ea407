namespace Init.Core.Control;

/// <summary>What <see cref="ControlProtocol.ReadRequest"/> found at the front of the received bytes.</summary>
public readonly record struct RequestRead
{
    /// <summary>Bytes to take from the front; 0 asks for more.</summary>
    public int ConsumedBytes { get; init; }

    /// <summary>The request, or null.</summary>
    public ControlRequest? Request { get; init; }

    /// <summary>Why there is no request, for <see cref="ControlProtocol.WriteError"/>; null when there is one or more bytes are needed.</summary>
    public string? Error { get; init; }

    /// <summary>The stream cannot be followed any longer: reply, then close.</summary>
    public bool MustClose { get; init; }
}
