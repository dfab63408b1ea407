namespace Init;

/// <summary>What the program calls itself.</summary>
static class Product
{
    /// <summary>As in Directory.Build.props.</summary>
    public static readonly string Version = typeof(Product).Assembly.GetName().Version!.ToString(3);
}
