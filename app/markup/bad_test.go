package markup

import (
	"fmt"
	"strings"
	"testing"
)

// What no reader is to meet, in every place of a message.
var badInput = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `<iframe src="javascript:alert(1)"></iframe>`,
	`<a href="javascript:alert(1)">x</a>`, `<style>*{display:none}</style>`, `<!--`, `<![CDATA[x]]>`, `<?php x ?>`, `<!DOCTYPE html>`, `</p></div></body>`,
	`"><script>alert(1)</script>`, `'onmouseover='alert(1)`, `" onfocus="alert(1)" autofocus="`, "`\"><b>`", `&lt;script&gt;alert(1)&lt;/script&gt;`, `&#60;script&#62;`,
	`javascript:alert(1)`, `JaVaScRiPt:alert(1)`, "java\tscript:alert(1)", `javascript&colon;alert(1)`, `&#106;avascript:alert(1)`, `\x01javascript:alert(1)`,
	`data:text/html,<script>alert(1)</script>`, `data:text/html;base64,PHNjcmlwdD4=`, `vbscript:x`, `file:///etc/passwd`, `//example.org`, `/rooms/1`, `ftp://example.org`,
	`https://`, `https:///x`, `https://exa mple.org`, `https://[::1`, `https://example.org:99999999`, `https://%41.org`, `https://example.org/"onclick="x`, `https://example.org/<b>`,
	`http:example.org`, `https:\\example.org`, `https://example.org\@evil.org`, "https://example.org/\u202Egpj.exe", `mailto:`, `mailto:a@b.org?subject=<b>`, `mailto:a@b.org%0ABcc:c@d.org`,
	"\u202Eevil\u202C", "\u2066x", "\u202Ea\n\nb", "Z\u0351\u036B\u0343a\u0323\u035Bl\u0348g\u0360o" + strings.Repeat("\u0336", 500), "\u200B\u200D\uFEFF\u00AD", "\x00", "\x1b[31m", "\xff\xfe", "\uFFFE", "&#0;", "&#xD800;", "&#x202E;",
	"👨‍👩‍👧‍👦", "👩🏽‍🚀", "🇩🇪🇫🇷🇩", "\u200D\u200D", "❤\uFE0F", "#\uFE0F\u20E3", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a\u0308\u0308\u0308",
}

func TestBadInputIsTextInEveryPlace(t *testing.T) {
	t.Parallel()
	for _, bad := range badInput {
		for _, place := range []string{
			"%s", "*%s*", "# %s", "> %s", "- %s", "1. %s\n   x", "- [ ] %s", "`%s`", "```\n%s\n```", "```%s\nx\n```", "~~~go\n%s\n~~~", "||%s||", "a|b\n-|-\n%s|x", "%s|b\n-|-",
			"[%s](https://example.org)", "[x](%s)", "[x](<%s>)", "[x](https://example.org/%s)", "[x](https://example.org \"%s\")", "![%s](https://example.org)", "![x](%s)", "<%s>", "https://example.org/%s",
			"[x]: %s\n\n[x]", "@%s", "@ana%s", "#%s", "#general%s", ":%s:", "**%s", "\\%s", "&%s;", "<b>%s</b>", "[%s", "x %s x", "[a](%s) [%s](b)", "%s\n%s\n\n    %s",
		} {
			body := strings.ReplaceAll(place, "%s", bad)
			made, _ := renderSafely(t, body, people)
			lower := strings.ToLower(made)
			for _, never := range []string{"<script", "<img", "<svg", "<iframe", "<style", "href=\"javascript", "href=\"data", "href=\"vbscript", "href=\"file", "href=\"/", "\x00"} {
				if strings.Contains(lower, never) {
					t.Errorf("%q makes %s of %q", place, made, body)
				}
			}
			renderSafely(t, body, everyName(body))
			Excerpt(body, 200)
		}
	}
}

func TestLinksThatMayNotBeAreShownAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"[click](javascript:alert(1))": "<p>[click](javascript:alert(1))</p>",
		"[*a*](data:text/html,x)":      "<p>[<em>a</em>](data:text/html,x)</p>",
		"[here](/rooms/1)":             "<p>[here](/rooms/1)</p>",
		"![x](//example.org/x.png)":    "<p>[x](//example.org/x.png)</p>",
		"<javascript:alert(1)>":        "<p>&lt;javascript:alert(1)&gt;</p>",
		"[](ftp://example.org)":        "<p>ftp://example.org</p>",
	} {
		if got, _ := renderSafely(t, body, Names{}); got != want {
			t.Errorf("%q\n got %s\nwant %s", body, got, want)
		}
	}
}

func TestLinksThatMisleadShowTheirHost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, href, note string }{
		{"[paypal.com](https://evil.example)", "https://evil.example", "evil.example"},
		{"[Go to PayPal.com now](https://evil.example/x)", "https://evil.example/x", "evil.example"},
		{"[https://example.org/a](https://example.com/a)", "https://example.com/a", "example.com"},
		{"[example.org](https://example.org.evil.example)", "https://example.org.evil.example", "example.org.evil.example"},
		{"[pay\u200Bpal.com](https://evil.example)", "https://evil.example", "evil.example"},
		{"[раураl.com](https://evil.example)", "https://evil.example", "evil.example"},
		{"[paypal。com](https://evil.example)", "https://evil.example", "evil.example"},
		{"[ana@example.org](mailto:eve@evil.example)", "mailto:eve@evil.example", "eve@evil.example"},
		{"https://google.com@evil.example/", "https://google.com@evil.example/", "evil.example"},
		{"https://раураl.com/", "https://xn--l-7sba6dbr.com/", "xn--l-7sba6dbr.com"},
		{"https://аррӏе.com/", "https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"},
		{"[x](https://gοοgle.com)", "https://xn--ggle-0nda.com", "xn--ggle-0nda.com"},
		{"https://ɡoogle.com", "https://xn--oogle-qmc.com", "xn--oogle-qmc.com"},
		{"[moc\u202Egro.elpmaxe](https://evil.example)", "https://evil.example", "evil.example"},
		{"[example.org](https://example.org/x)", "https://example.org/x", ""},
		{"[example.org](https://www.example.org/x)", "https://www.example.org/x", ""},
		{"[the paper](https://example.org/x)", "https://example.org/x", ""},
		{"https://münchen.de/", "https://xn--mnchen-3ya.de/", ""},
		{"https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/", ""},
		{"https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai/", ""},
		{"[ana@example.org](mailto:ana@example.org)", "mailto:ana@example.org", ""},
	} {
		got, _ := renderSafely(t, c.body, Names{})
		note := ""
		if c.note != "" {
			note = " (" + c.note + ")"
		}
		if !strings.Contains(got, `href="`+c.href+`"`) || !strings.HasSuffix(got, "</a>"+note+"</p>") {
			t.Errorf("%q: %s; want %s and the note %q", c.body, got, c.href, c.note)
		}
	}
}

func TestTextThatTurnsRoundStaysInItsLink(t *testing.T) {
	t.Parallel()
	got, _ := renderSafely(t, "[a\u202Eb](https://example.org) c", Names{})
	if want := `<p><a href="https://example.org"` + link + "<bdi>a\u202Eb</bdi></a> (example.org) c</p>"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestNothingIsDeeperThanTwentyAndNothingIsLost(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"quotes":           strings.Repeat("> ", 1_000) + "word",
		"quotes, no space": strings.Repeat(">", 1_000) + "word",
		"lists":            strings.Repeat("- ", 1_000) + "word",
		"numbered":         strings.Repeat("1. ", 1_000) + "word",
		"both":             strings.Repeat("> - ", 500) + "word",
		"stairs":           stairs(60) + "word",
		"emphasis":         strings.Repeat("*a **b ", 500) + "word" + strings.Repeat("** *", 500),
		"spoilers":         strings.Repeat("||a *b ", 500) + "word" + strings.Repeat("* ||", 500),
	} {
		got, _ := renderSafely(t, body, Names{})
		if !strings.Contains(got, "word") {
			t.Errorf("%s: the word is lost", name)
		}
		for _, e := range []string{"blockquote", "ul", "ol", "em", "strong"} {
			if n := deepestOf(got, e); n > deepest {
				t.Errorf("%s: %d <%s> lie in each other", name, n, e)
			}
		}
	}
	got, _ := renderSafely(t, strings.Repeat("> ", 23)+"word", Names{})
	if !strings.Contains(got, "<p>&gt; &gt; &gt; word</p>") {
		t.Errorf("what is too deep is not shown: %s", got)
	}
}

func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s- x\n", strings.Repeat("  ", i))
	}
	return b.String()
}

func deepestOf(made, element string) int {
	most, now := 0, 0
	for rest := made; rest != ""; {
		_, after, _ := strings.Cut(rest, "<")
		switch {
		case strings.HasPrefix(after, element+">"):
			now++
			most = max(most, now)
		case strings.HasPrefix(after, "/"+element+">"):
			now--
		}
		rest = after
	}
	return most
}

func TestASmallMessageMakesNoLargeTable(t *testing.T) {
	t.Parallel()
	wide := strings.Repeat("a|", 500) + "\n" + strings.Repeat("-|", 500) + "\n"
	for name, body := range map[string]string{
		"many short rows": wide + strings.Repeat("|\n", 9_000),
		"many tables":     strings.Repeat("a|b|c|d|e|f|g|h\n-|-|-|-|-|-|-|-\n"+strings.Repeat("x\n", 20)+"\n", 150),
	} {
		if got, _ := renderSafely(t, body, Names{}); strings.Count(got, "<td>") > mostCells {
			t.Errorf("%s: %d cells", name, strings.Count(got, "<td>"))
		}
	}
	if got, _ := renderSafely(t, strings.Repeat("a|", 1_000)+"\n"+strings.Repeat("-|", 1_000)+"\nx", Names{}); strings.Count(got, "<th>") != 1_000 {
		t.Errorf("a table of 1,000 columns has %d", strings.Count(got, "<th>"))
	}
}

func TestFiveHundredMentionsAllCount(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for i := range 500 {
		fmt.Fprintf(&body, "@user%d ", i)
	}
	found := Mentioned(body.String())
	if len(found.Users) != 500 {
		t.Errorf("%d candidates", len(found.Users))
	}
	if _, refs := renderSafely(t, body.String(), everyName(body.String())); len(refs.Users) != 500 {
		t.Errorf("%d are called", len(refs.Users))
	}
	if found := Mentioned(strings.Repeat("@a1.b2-c3 #x y z ", 5_000) + body.String()); len(found.Users) > 500 || len(found.Rooms) > 500 {
		t.Errorf("%d and %d candidates", len(found.Users), len(found.Rooms))
	}
}

func TestExcerptsAreOnePlainLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body string
		most int
		want string
	}{
		{"Hello", 200, "Hello"},
		{"# *Hello*,\n> **world** ||secret||\n\n- a\n- [x] b", 200, "Hello, world ▒▒▒ a ☑ b"},
		{"[text](https://example.org) ![](https://example.org/x) https://example.org `code`", 200, "text https://example.org/x https://example.org code"},
		{"```go\nx := 1\ny := 2\n```", 200, "x := 1 y := 2"},
		{"a|b\n-|-\nc|d", 200, "a b c d"},
		{":tada: @ana #general", 200, "🎉 @ana #general"},
		{"&lt;b&gt; \\*x\\*", 200, "<b> *x*"},
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "abcd…"},
		{"ab  \n\ncdef", 4, "ab…"},
		{"ab👨‍👩‍👦cd", 4, "ab…"},
		{"abe\u0301\u0301x", 5, "ab…"},
		{strings.Repeat("word ", 4_000), 12, "word word w…"},
		{strings.Repeat("\u0301", 30), 5, strings.Repeat("\u0301", 4) + "…"},
		{strings.Repeat("\x80", 5_000), 5, "…"},
		{"abc", 1, "…"}, {"abc", 0, ""}, {"", 0, ""},
	} {
		if got := Excerpt(c.body, c.most); got != c.want {
			t.Errorf("%q in %d: got %q, want %q", c.body, c.most, got, c.want)
		}
	}
}

func TestAnExcerptShowsNothingOfALongSpoiler(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"secret ", "secret", `secret\\`, "sec|ret ", "日本 "} {
		body := "Who did it: ||" + strings.TrimSpace(strings.Repeat(word, 20_000/len(word))) + "||"
		if got := Excerpt(body, 200); got != "Who did it: ▒▒▒…" {
			t.Errorf("%q: %q", word, got)
		}
	}
}
