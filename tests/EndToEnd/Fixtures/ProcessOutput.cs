using System.Diagnostics;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>The last lines a process wrote, standard output and error in the order they came.</summary>
public sealed class ProcessOutput
{
    private const int MostLines = 20_000;
    private readonly Lock gate = new();
    private readonly Queue<string> lines = new();

    /// <summary>Starts to read; the process must have both streams redirected.</summary>
    public void Read(Process process)
    {
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public void Add(string? line)
    {
        if (line is null)
            return;
        lock (gate)
        {
            lines.Enqueue(line);
            if (lines.Count > MostLines)
                lines.Dequeue();
        }
    }

    public string Tail(int count)
    {
        lock (gate)
            return string.Join('\n', lines.TakeLast(count));
    }

    public override string ToString() => Tail(MostLines);
}
