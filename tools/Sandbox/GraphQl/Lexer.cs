using System.Globalization;
using System.Text;

namespace LeadRelay.Sandbox.GraphQl;

public enum TokenKind { End, Mark, Name, Whole, Fraction, Text }

/// <summary>One word of a document, with the place it stands at.</summary>
public readonly record struct Token(TokenKind Kind, string Text, int Line, int Column);

/// <summary>Cuts a GraphQL document into tokens, by chapter 2 of its specification.</summary>
public sealed class Lexer
{
    // The parser is recursive: a document nested without end would take the process down with it.
    private const int DeepestNesting = 64;

    private readonly string text;
    private int at;
    private int line = 1;
    private int lineStart;

    private Lexer(string text) => this.text = text;

    /// <exception cref="GraphQlException">The text has a character or a literal that GraphQL does not know.</exception>
    public static IReadOnlyList<Token> Read(string text)
    {
        var lexer = new Lexer(text);
        var tokens = new List<Token>();
        var depth = 0;
        do
        {
            var token = lexer.Next();
            if (token is { Kind: TokenKind.Mark, Text: "{" or "[" or "(" } && ++depth > DeepestNesting)
                throw GraphQlException.Syntax("The document is nested too deeply", token.Line, token.Column);
            if (token is { Kind: TokenKind.Mark, Text: "}" or "]" or ")" })
                depth--;
            tokens.Add(token);
        }
        while (tokens[^1].Kind is not TokenKind.End);
        return tokens;
    }

    private char Here => at < text.Length ? text[at] : '\0';

    private Token Next()
    {
        SkipIgnored();
        var start = at;
        var (startLine, column) = (line, at - lineStart + 1);
        if (at >= text.Length)
            return new Token(TokenKind.End, "", startLine, column);

        var kind = TokenKind.Mark;
        if (IsNameStart(Here))
        {
            kind = TokenKind.Name;
            SkipWhile(c => IsNameStart(c) || char.IsAsciiDigit(c));
        }
        else if (Here is '-' || char.IsAsciiDigit(Here))
            kind = Number();
        else if (Here is '"')
            return new Token(TokenKind.Text, IsAt("\"\"\"") ? Block() : Quoted(), startLine, column);
        else if (IsAt("..."))
            at += 3;
        else if ("!$&():=@[]{}|".Contains(Here, StringComparison.Ordinal))
            at++;
        else
            throw Unexpected();
        return new Token(kind, text[start..at], startLine, column);
    }

    private void SkipIgnored()
    {
        for (; at < text.Length; at++)
        {
            if (Here is '#')
                SkipWhile(c => c is not '\n');
            if (Here is '\n')
                NewLine();
            else if (Here is not (' ' or '\t' or '\r' or ',' or '\uFEFF'))
                return;
        }
    }

    private TokenKind Number()
    {
        if (Here is '-')
            at++;
        var first = Here;
        var digits = Digits();
        if (first is '0' && digits > 1)
            throw Unexpected();

        var kind = TokenKind.Whole;
        if (Here is '.')
        {
            kind = TokenKind.Fraction;
            at++;
            Digits();
        }
        if (Here is 'e' or 'E')
        {
            kind = TokenKind.Fraction;
            at++;
            if (Here is '+' or '-')
                at++;
            Digits();
        }
        return IsNameStart(Here) || Here is '.' ? throw Unexpected() : kind;
    }

    private int Digits()
    {
        var start = at;
        SkipWhile(char.IsAsciiDigit);
        return at > start ? at - start : throw Unexpected();
    }

    private string Quoted()
    {
        var value = new StringBuilder();
        for (at++; Here is not '"'; at++)
        {
            if (at >= text.Length || Here is '\n' or '\r')
                throw GraphQlException.Syntax("A string is not closed", line, at - lineStart + 1);
            value.Append(Here is '\\' ? Escaped() : Here);
        }
        at++;
        return value.ToString();
    }

    private char Escaped()
    {
        at++;
        switch (Here)
        {
            case '"' or '\\' or '/': return Here;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when at + 4 < text.Length
                && ushort.TryParse(text.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                at += 4;
                return (char)code;
            default: throw Unexpected();
        }
    }

    // Descriptions in a schema; their indentation is of no interest here.
    private string Block()
    {
        var start = at += 3;
        while (!IsAt("\"\"\""))
        {
            if (at >= text.Length)
                throw GraphQlException.Syntax("A block string is not closed", line, at - lineStart + 1);
            if (Here is '\n')
                NewLine();
            at++;
        }
        at += 3;
        return text[start..(at - 3)].Trim();
    }

    private void NewLine()
    {
        line++;
        lineStart = at + 1;
    }

    private void SkipWhile(Func<char, bool> belongs)
    {
        while (at < text.Length && belongs(text[at]))
            at++;
    }

    private bool IsAt(string mark) => string.CompareOrdinal(text, at, mark, 0, mark.Length) is 0;

    private static bool IsNameStart(char c) => c is '_' || char.IsAsciiLetter(c);

    private GraphQlException Unexpected() =>
        GraphQlException.Syntax(at < text.Length ? $"Unexpected character '{Here}'" : "The document ends too early", line, at - lineStart + 1);
}
