using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What operators do in a window of the console, and what must hold for every page of it.</summary>
internal static class ConsoleWindow
{
    /// <summary>What is wrong with a page for somebody who uses a keyboard or has it read to him, and what has no business on one.</summary>
    private const string Faults = """
        () => {
          const found = [], all = selector => [...document.querySelectorAll(selector)];
          const say = (fault, elements) => elements.forEach(element => found.push(`${fault}: ${element.outerHTML.slice(0, 200)}`));
          const count = (selector, wanted) => all(selector).length === wanted || found.push(`${all(selector).length} of ${selector}`);
          const name = element => (element.getAttribute('aria-label') ?? element.textContent).trim();
          count('html[lang=en]', 1), count('meta[name=viewport]', 1), count('h1', 1), count('main', 1), count('head > title', 1);
          if (document.compatMode !== 'CSS1Compat') found.push('no doctype');
          if (!document.title.endsWith(' · LeadRelay') || document.title.includes('\n')) found.push(`title: ${document.title}`);
          say('does not belong here', all('script, img, iframe, frame, object, embed, video, audio, base, meta[http-equiv], link:not([rel=icon]), [style]'));
          say('runs something', all('*').filter(element => [...element.attributes].some(a =>
            a.name.startsWith('on') || (/^(href|src|action|formaction)$/.test(a.name) && /^\s*(javascript|data|vbscript):/i.test(a.value) && element.rel !== 'icon'))));
          say('leads away', all('[href], [action]').filter(element => element.rel !== 'icon' && !/^[/#?](?![/\\])/.test(element.getAttribute('href') ?? element.getAttribute('action'))));
          say('has no label', all('input:not([type=hidden]), select, textarea').filter(element => ![...element.labels].some(label => label.textContent.trim())));
          say('has no name', all('a, button, summary, svg').filter(element => !name(element)));
          say('leads nowhere', all('a[href^="#"]').filter(element => !document.getElementById(element.hash.slice(1))));
          say('has no such id', all('[aria-labelledby], label[for]').filter(element => !document.getElementById(element.getAttribute('aria-labelledby') ?? element.htmlFor)));
          say('is there twice', all('[id]').filter(element => all(`[id="${CSS.escape(element.id)}"]`).length > 1));
          const turns = /[\u202A-\u202E\u2066-\u2069]/;
          if (turns.test(document.title)) found.push('the title turns around');
          say('turns around', all('body *').filter(element => !element.closest('pre, style') && [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && turns.test(node.data))));
          // Black on white is 21; below 4.5 many people cannot read it.
          const numbers = color => color.match(/[\d.]+/g).map(Number);
          const light = color => numbers(color).slice(0, 3).map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const ground = element => !element ? 'rgb(255, 255, 255)'
            : numbers(getComputedStyle(element).backgroundColor)[3] === 0 ? ground(element.parentElement) : getComputedStyle(element).backgroundColor;
          const contrast = element => { const both = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a); return (both[0] + 0.05) / (both[1] + 0.05); };
          say('is hard to read', all('body *').filter(element =>
            element.checkVisibility() && !element.closest('svg, option') && [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()) && contrast(element) < 4.5));
          say('is cut', all('button, .button, h1, h2, label, dt, summary').filter(element => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline' && !element.matches('.unseen')));
          return found;
        }
        """;

    /// <summary>What has the focus, whether that is seen, and whether the Tab key has come to the end. A part of a control that the browser draws (a calendar's button) is its own affair.</summary>
    private const string Focused = """
        () => {
          const element = document.activeElement, style = getComputedStyle(element);
          return [element.outerHTML, !element.matches(':focus') || (style.outlineStyle !== 'none' && parseInt(style.outlineWidth) > 1) ? 'seen' : 'not seen', element === document.body ? 'end' : ''];
        }
        """;

    /// <summary>Opens a page, by way of the sign-in when nobody has signed in.</summary>
    public static async Task SignInAsync(this BrowserWindow window, string to = "/", string token = ConsoleRelay.Token)
    {
        await window.Page.GotoAsync(to);
        await window.Page.GetByLabel("Token").FillAsync(token);
        await window.ClickAsync("Sign in");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).WaitForAsync();
    }

    /// <summary>Presses the one button with this name.</summary>
    public static Task ClickAsync(this BrowserWindow window, string name) => window.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>What stands on the page, as it is read.</summary>
    public static Task SeesAsync(this BrowserWindow window, string text) => Expect(window.Page.Locator("main")).ToContainTextAsync(text);

    /// <summary>Loads the page again until this stands on it.</summary>
    public static Task ComesToSeeAsync(this BrowserWindow window, Relay relay, string text) => relay.Eventually($"the page says: {text}", async () =>
    {
        await window.Page.ReloadAsync();
        return await window.Page.Locator("main").InnerTextAsync();
    }, shown => shown.Contains(text, StringComparison.Ordinal));

    /// <summary>Goes to a page that must be as every page must be, and returns its text.</summary>
    public static async Task<string> LookAtAsync(this BrowserWindow window, string path)
    {
        await window.Page.GotoAsync(path);
        return await window.CheckAsync();
    }

    /// <summary>The page must be as every page must be; returns its text.</summary>
    public static async Task<string> CheckAsync(this BrowserWindow window)
    {
        var faults = await window.Page.EvaluateAsync<string[]>(Faults);
        Assert.True(faults.Length is 0, $"{window.Page.Url}\n{string.Join('\n', faults)}");
        return await window.Page.Locator("main").InnerTextAsync();
    }

    /// <summary>Goes once around the page with the Tab key; whatever can be used must get the focus, and show it.</summary>
    public static async Task<IReadOnlyList<string>> TabThroughAsync(this BrowserWindow window)
    {
        List<string> reached = [];
        while (true)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            if (await window.Page.EvaluateAsync<string[]>(Focused) is not [var element, var focus, ""])
                break;
            Assert.True(focus is "seen", $"{window.Page.Url}: nobody sees that this has the focus: {element}");
            reached.Add(element);
            Assert.True(reached.Count < 500, $"{window.Page.Url}: the Tab key does not come to an end.");
        }
        var usable = await window.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary, pre')].filter(e => e.checkVisibility()).map(e => e.outerHTML)");
        Assert.Empty(usable.Except(reached));
        return reached;
    }
}
