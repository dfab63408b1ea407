// The Node versions and frameworks that tests/tools.sh installs from npm. Tests look here and never install; what is missing is skipped
// with the reason, and fails with PMINIT_NO_SKIP=1.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Init.Testing;

static class NodeTools
{
    /// <summary>Every supported major version.</summary>
    public static IReadOnlyList<int> Versions { get; } = [18, 20, 22, 24];

    public static string Folder { get; } = Environment.GetEnvironmentVariable("PMINIT_TEST_TOOLS")
        ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/tmp", ".cache", "pminit-tests");

    /// <summary>For require(): NODE_PATH of an app that uses express, fastify or socket.io.</summary>
    public static string Frameworks => Path.Combine(Folder, "frameworks", "node_modules");

    /// <summary>A built app of Next.js (Fixtures/next of the end-to-end tests).</summary>
    public static string Next => Path.Combine(Folder, "next");

    public static string Node(int version)
    {
        var cpu = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";
        return Path.Combine(Folder, $"node-{version}", "node_modules", $"node-linux-{cpu}", "bin", "node");
    }

    /// <summary>Why a test that uses them cannot run, or null.</summary>
    public static string? Missing()
    {
        foreach (var version in Versions)
        {
            if (!File.Exists(Node(version)))
            {
                return $"Node {version} is not at {Node(version)}; tests/tools.sh installs it from npm";
            }
        }

        if (!File.Exists(Path.Combine(Next, ".next", "BUILD_ID")))
        {
            return $"the app of Next.js is not in {Next}; tests/tools.sh builds it";
        }

        return Directory.Exists(Path.Combine(Frameworks, "fastify")) ? null : $"the frameworks are not in {Frameworks}; tests/tools.sh installs them from npm";
    }

    /// <summary>Writes cert.pem and key.pem for localhost into a folder.</summary>
    public static void WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}

/// <summary>A theory with Node's major version as its first argument.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip = Environment.GetEnvironmentVariable("PMINIT_NO_SKIP") == "1" ? null : NodeTools.Missing();
}
