using LeadRelay.Sandbox.GraphQl;

namespace LeadRelay.Tests.Rules.Sandbox;

public sealed class DocumentParserTests
{
    [Theory]
    [InlineData("{ company { currency } }")]
    [InlineData("query Q($a: [ID!]! = [\"1\", 2], $b: S) { f(a: $a, b: {c: -1.5e3, d: null, e: WORD, f: [true, \"\\u0041\\n\"]}) { x } }")]
    [InlineData("mutation { a: f { ...F ... on T { y } ... { z } } } fragment F on T { x }")]
    [InlineData("\uFEFF# a comment\nquery,{f}")]
    public void A_document_is_read(string text) => Assert.NotEmpty(DocumentParser.Parse(text).Operations);

    [Theory]
    [InlineData("", "found the end at line 1, column 1")]
    [InlineData("{ a ", "found the end at line 1, column 5")]
    [InlineData("{ }", "found '}'")]
    [InlineData("{ a }}", "found '}'")]
    [InlineData("{ a(b:) }", "Expected a value")]
    [InlineData("{ a(b: 01) }", "Unexpected character")]
    [InlineData("{ a(b: 1x) }", "Unexpected character 'x'")]
    [InlineData("{ a(b: \"x) }", "not closed")]
    [InlineData("query($a: Int = $b) { a }", "Expected a value")]
    [InlineData("subscription { a }", "Expected 'query'")]
    [InlineData("{\n  a ? b\n}", "'?' at line 2, column 5")]
    [InlineData("{ a @skip(if: true) }", "found '@'")]
    public void What_is_no_document_is_refused_with_the_place(string text, string says)
    {
        var fault = Assert.Throws<GraphQlException>(() => DocumentParser.Parse(text));
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
        Assert.Equal(GraphQlError.SyntaxCode, fault.Error.Code);
    }

    [Fact]
    public void A_document_nested_without_end_is_refused_instead_of_followed() =>
        Assert.Throws<GraphQlException>(() => DocumentParser.Parse(string.Concat(Enumerable.Repeat("{a", 100_000))));

    [Fact]
    public void An_alias_and_a_variable_keep_their_names()
    {
        var operation = Assert.Single(DocumentParser.Parse("query Q($input: [ID!]) { here: there(x: $input) }").Operations);
        var field = Assert.IsType<Field>(Assert.Single(operation.Selections));
        Assert.Equal(("Q", "[ID!]", "here", "there"), (operation.Name, operation.Variables[0].Type.ToString(), field.Alias, field.Name));
        Assert.Equal(new NamedValue("x", new VariableValue("input")), Assert.Single(field.Arguments));
    }
}
