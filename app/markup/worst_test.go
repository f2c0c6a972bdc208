package markup

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// longest is how many characters a message may have.
const longest = 20_000

// worst are messages that are much work for some readers of Markdown.
func worst() map[string]string {
	fill := func(s string) string { return strings.Repeat(s, longest/len([]rune(s))) }
	halves := func(a, b string) string {
		return strings.Repeat(a, longest/2/len(a)) + strings.Repeat(b, longest/2/len(b))
	}
	var ticks strings.Builder
	for i := 1; ticks.Len() < longest-200; i++ {
		ticks.WriteString("a" + strings.Repeat("`", i))
	}
	cases := map[string]string{
		"open brackets": fill("["), "close brackets": fill("]"), "brackets": halves("[", "]"), "bracket pairs": fill("[]"), "brackets and parens": fill("[]("), "nested links": halves("[", "](x)"),
		"links": fill("[a](https://example.org) "), "links in links": fill("[a](b"), "images": fill("!["), "images closed": halves("![", "](x)"), "unclosed destinations": fill("[a](<b"),
		"bracket labels": fill("[a]["), "parens": fill("[a](" + "("), "definitions": fill("[a]: b\n"), "titles": fill("[a](b '"), "link, quote": fill("[a](b \""), "deep parens": "[a](" + fill("(")[:19_000],
		"stars": fill("*"), "stars and a": fill("*a"), "stars apart": fill("*a "), "stars closing": fill("a* "), "double stars": fill("**a "), "star pairs": halves("*a ", "a* "), "threes": fill("*a**a"), "unequal": halves("**x* ", "*x** "),
		"mixed": fill("*_a"), "mixed apart": fill("*a _b "), "mixed mess": fill("a**b_c*"), "underscores": fill("_a_b"), "under": fill("_"), "tildes": fill("~~a"), "bars": fill("|"), "spoilers": fill("||a"), "spoiler nest": halves("||a ", "a|| "),
		"many kinds": fill("*a _b ~~c ||d "), "openers, other closers": halves("*a ", "._. "),
		"ticks": fill("`"), "tick runs": ticks.String(), "ticks apart": fill("`a``"), "fences": fill("```\n"), "fence in quote": fill("> ```\n"), "tildes fences": fill("~~~a\n"),
		"quotes": fill(">"), "quotes apart": fill("> "), "quote lines": fill(">>>>>>>>>>\n"), "quote stairs": steps("> ", ""), "lazy": strings.Repeat("> ", 5_000) + strings.Repeat("\na", 5_000), "lists": fill("- "), "list lines": fill("- a\n"),
		"list stairs": steps("  ", "- x"), "numbers": fill("1. "), "mixed blocks": fill("> - "), "empty lines": fill("\n") + "x", "list and empty": "- a" + fill("\n") + "b", "tabs": fill("\t"), "spaces": fill(" ") + "x",
		"headings": fill("# "), "rules": fill("---\n"), "rule": fill("- - "), "tasks": fill("- [ ] "),
		"columns": fill("a|")[:10_000] + "\n" + fill("-|")[:9_900], "rows": "a|b\n-|-\n" + fill("c|d\n"), "short rows": strings.Repeat("a|", 500) + "\n" + strings.Repeat("-|", 500) + "\n" + strings.Repeat("|\n", 8_500), "almost tables": fill("a|b\n-|-\n\n"),
		"dividers": fill("-|-\n"), "escaped bars": "a|b\n-|-\n" + fill(`\|`), "ticks in cells": "a|b\n-|-\n" + fill("`|`"),
		"less": fill("<"), "tags": fill("<a:"), "autolinks": fill("<https://a.b>"), "comments": fill("<!--"), "addresses": fill("https://a.b "), "address": "https://a.b/" + fill("a")[:19_000], "address brackets": "https://a.b/" + fill("(")[:19_000], "address ends": "https://a.b/" + fill(")")[:19_000],
		"beginnings": fill("https://"), "beginnings apart": fill("(https://"), "www": fill("www."), "schemes": fill("h:"), "punctuation": "https://a.b/" + fill(".,;:")[:19_000], "tld": "[" + fill("a.")[:9_000] + "](https://a.b)",
		"mails": fill("a@b.cc "), "ats": fill("@"), "mail parts": fill("a@"), "local": fill("a.") + "@b.cc", "domains": fill("@a."), "mail local ats": fill("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@"),
		"mentions": fill("@a "), "mentions joined": fill("@a-"), "names": fill("@a.b-c_d "), "rooms": fill("#a "), "room words": fill("#a b c "), "hashes": fill("#"), "rooms joined": fill("(#a"),
		"colons": fill(":"), "emoji": fill(":tada:"), "half emoji": fill(":tada"), "colons apart": fill(":a :"), "entities": fill("&amp;"), "ampersands": fill("&"), "numbers of characters": fill("&#x1F600;"), "backslashes": fill(`\`), "escapes": fill(`\*`), "zalgo": "a" + fill("\u0336"), "bidi": fill("\u202E"), "joiners": fill("👨‍👩‍👦"), "flags": fill("🇩🇪"),
		"long line": fill("a"), "words": fill("word "), "lines": fill("a\n"), "NULs": fill("\x00"), "broken": fill("\xff"), "carriage": fill("\r"),
	}
	for _, language := range []string{"go", "js", "html", "markdown", "css", "sql", "perl", "bash", "latex", "php", "yaml", "cpp", "ruby", "python", "haskell", "swift", "diff", "vue", "makefile", "tsx"} {
		cases["code "+language] = "```" + language + "\n" + strings.Repeat(strings.Repeat("({[<\"'`/*a ", 80)+"\n", 20) + "```"
		cases["lines of "+language] = "```" + language + "\n" + strings.Repeat("\"$(a /* ' <b x={`\n", 1_000) + "```"
	}
	return cases
}

func steps(step, end string) string {
	var b strings.Builder
	for i := 0; b.Len() < longest-300; i++ {
		b.WriteString(strings.Repeat(step, i%150) + end + "\n")
	}
	return b.String()
}

// What is measured is memory, since time depends on what else the machine does.
func TestEveryMessageIsRenderedWithBoundedWork(t *testing.T) {
	const mostAllocations, mostHTML = 50 * longest, 100 * longest
	for name, body := range worst() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		made, _ := Render(body, everyName(body))
		runtime.ReadMemStats(&after)
		Excerpt(body, 200)
		if err := refusal(made); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.Mallocs - before.Mallocs; n > mostAllocations || len(made) > mostHTML {
			t.Errorf("%s: %d allocations, %d bytes of HTML", name, n, len(made))
		}
	}
}

const typical = "Hi @ana, the **build** is green again :tada:\n\nSee https://example.org/builds/42 and `make test`:\n\n```go\nfunc main() {\n\tfmt.Println(\"hello\")\n}\n```\n- [x] done\n- [ ] not yet"

func BenchmarkRender(b *testing.B) {
	cases := map[string]string{
		"plain line":      "Good morning, is anybody at the office already? I have forgotten my key.",
		"line of markup":  "Hi @ana, the **build** is green again, see https://example.org/builds/42 :tada:",
		"typical":         typical,
		"long plain":      strings.Repeat("Good morning, is anybody at the office already? ", longest/49),
		"long typical":    strings.Repeat(typical+"\n\n", longest/len(typical)-1),
		"worst, brackets": worst()["brackets"],
	}
	for name, body := range cases {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Render(body, people)
			}
		})
	}
}

func BenchmarkWorst(b *testing.B) {
	for name, body := range worst() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Render(body, people)
			}
		})
	}
}

func BenchmarkMentioned(b *testing.B) {
	for name, body := range map[string]string{"plain line": "Good morning, is anybody there?", "typical": typical, "rooms": worst()["rooms"]} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Mentioned(body)
			}
		})
	}
}

func FuzzRender(f *testing.F) {
	for _, bad := range badInput {
		f.Add(bad)
		f.Add(fmt.Sprintf("> - **[%s](%s)** ||%s||\n\n```%s\n%s", bad, bad, bad, bad, bad))
	}
	f.Add(typical)
	f.Fuzz(func(t *testing.T, body string) {
		renderSafely(t, body, everyName(body))
		renderSafely(t, body, Names{})
		if n := len([]rune(Excerpt(body, 50))); n > 50 {
			t.Fatalf("an excerpt of %d characters", n)
		}
	})
}
