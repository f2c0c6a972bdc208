package markup

import (
	"slices"
	"testing"
)

var people = Names{
	Users:    map[string]int64{"ana": 3, "ben.k": 4, "jörg": 5, "иван": 6, "room": 7, "ana_b": 8},
	Rooms:    map[string]int64{"general": 7, "team lunch": 8, "c++": 9, "café": 10},
	Everyone: true,
}

const link = ` rel="noopener noreferrer nofollow" target="_blank">`

func TestMarkdownBecomesTheHTMLOfTheContract(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, want string }{
		// Paragraphs and line breaks, with something else so that it is not plain.
		{"*a*\nb\n\nc", "<p><em>a</em><br>b</p><p>c</p>"},
		{"a\\\nb", "<p>a<br>b</p>"},
		{"*a*  \nb", "<p><em>a</em><br>b</p>"},
		{"*a*\r\nb\rc", "<p><em>a</em><br>b<br>c</p>"},
		// Emphasis.
		{"*a* _b_ **c** __d__ ~~e~~", "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <del>e</del></p>"},
		{"***a***", "<p><em><strong>a</strong></em></p>"},
		{"**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"},
		{"||a **b**||", `<p><span class="spoiler">a <strong>b</strong></span></p>`},
		{"**||a||** ~b~ ~~~c~~~ |d| *x*", `<p><strong><span class="spoiler">a</span></strong> ~b~ ~~~c~~~ |d| <em>x</em></p>`},
		// Code.
		{"`a`", "<p><code>a</code></p>"},
		{"``a`b``", "<p><code>a`b</code></p>"},
		{"`<b> *x* @ana #general :tada: https://example.org`", "<p><code>&lt;b&gt; *x* @ana #general :tada: https://example.org</code></p>"},
		{"```\na\n  b\n```", `<pre class="code"><code>a` + "\n  b\n</code></pre>"},
		{"~~~\n@ana\n~~~", `<pre class="code"><code>@ana` + "\n</code></pre>"},
		{"```Go\nfunc f() {}\n```", `<pre class="code" data-language="go"><code><span class="hl-kd">func</span> <span class="hl-nf">f</span><span class="hl-p">()</span> <span class="hl-p">{}</span>` + "\n</code></pre>"},
		{"```nosuch\na < b\n```", `<pre class="code" data-language="nosuch"><code>a &lt; b` + "\n</code></pre>"},
		{"```some words\nb\n```", `<pre class="code"><code>some words` + "\nb\n</code></pre>"},
		{"```\nnot closed", `<pre class="code"><code>not closed` + "\n</code></pre>"},
		{"a\n\n    b", "<p>a</p>" + `<pre class="code"><code>b` + "\n</code></pre>"},
		// Quotations and lists.
		{"> a\n> b\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>"},
		{"> > a", "<blockquote><blockquote><p>a</p></blockquote></blockquote>"},
		{"- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
		{"1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"},
		{"7. a\n8. b", `<ol start="7"><li>a</li><li>b</li></ol>`},
		{"- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"},
		{"- [ ] a\n- [x] b", `<ul><li class="task"><input type="checkbox" disabled=""> a</li><li class="task"><input type="checkbox" checked="" disabled=""> b</li></ul>`},
		// Headings and rules.
		{"# a\n###### b", "<h1>a</h1><h6>b</h6>"},
		{"*a*\n---\nb", "<p><em>a</em></p><hr><p>b</p>"},
		{"*a*\n===", "<p><em>a</em><br>===</p>"},
		// Tables.
		{"| a | b |\n|---|:-:|\n| c | *d* |", `<div class="table-scroll"><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td><em>d</em></td></tr></tbody></table></div>`},
		{"a|b\n-|-", `<div class="table-scroll"><table><thead><tr><th>a</th><th>b</th></tr></thead></table></div>`},
		{"a|b\n-|-\n1|2|*3*", "<p>a|b<br>-|-<br>1|2|<em>3</em></p>"},
		// Links.
		{"[a](https://example.org/x)", `<p><a href="https://example.org/x"` + link + `a</a></p>`},
		{"[*a*](https://example.org/ 'title')", `<p><a href="https://example.org/"` + link + `<em>a</em></a></p>`},
		{"![cat](https://example.org/cat.png)", `<p><a href="https://example.org/cat.png"` + link + `cat</a></p>`},
		{"![](https://example.org/cat.png)", `<p><a href="https://example.org/cat.png"` + link + `https://example.org/cat.png</a></p>`},
		{"[](https://example.org)", `<p><a href="https://example.org"` + link + `https://example.org</a></p>`},
		{"<https://example.org>", `<p><a href="https://example.org"` + link + `https://example.org</a></p>`},
		{"See https://example.org/a_b_c?x=1&y=2#z.", `<p>See <a href="https://example.org/a_b_c?x=1&amp;y=2#z"` + link + `https://example.org/a_b_c?x=1&amp;y=2#z</a>.</p>`},
		{"(https://example.org/a_(b))", `<p>(<a href="https://example.org/a_(b)"` + link + `https://example.org/a_(b)</a>)</p>`},
		{"**https://example.org**", `<p><strong><a href="https://example.org"` + link + `https://example.org</a></strong></p>`},
		{"||https://example.org||", `<p><span class="spoiler"><a href="https://example.org"` + link + `https://example.org</a></span></p>`},
		{"http://localhost:8080/rooms/3 x", `<p><a href="http://localhost:8080/rooms/3"` + link + `http://localhost:8080/rooms/3</a> x</p>`},
		{"http://[::1]:8080/", `<p><a href="http://[::1]:8080/"` + link + `http://[::1]:8080/</a></p>`},
		{"www.example.org", `<p><a href="http://www.example.org"` + link + `www.example.org</a></p>`},
		{"ana@example.org, x", `<p><a href="mailto:ana@example.org"` + link + `ana@example.org</a>, x</p>`},
		{"[mail](mailto:ana@example.org)", `<p><a href="mailto:ana@example.org"` + link + `mail</a></p>`},
		{"https://example.org/x\nhttps://example.org/y", `<p><a href="https://example.org/x"` + link + `https://example.org/x</a><br><a href="https://example.org/y"` + link + `https://example.org/y</a></p>`},
		// Mentions and rooms.
		{"@ana", `<p><span class="mention" data-user="3">@ana</span></p>`},
		{"Hi @Ana, @ben.k. @JÖRG! (@иван)", `<p>Hi <span class="mention" data-user="3">@Ana</span>, <span class="mention" data-user="4">@ben.k</span>. <span class="mention" data-user="5">@JÖRG</span>! (<span class="mention" data-user="6">@иван</span>)</p>`},
		{"@ana-x @ana_ _@ana_ @ana_b_", `<p><span class="mention" data-user="3">@ana</span>-x <span class="mention" data-user="3">@ana</span>_ <em><span class="mention" data-user="3">@ana</span></em> <span class="mention" data-user="8">@ana_b</span>_</p>`},
		{"@nobody x@ana *y*", `<p>@nobody x@ana <em>y</em></p>`},
		{"@room @HERE", `<p><span class="mention" data-everyone="room">@room</span> <span class="mention" data-everyone="here">@HERE</span></p>`},
		{"#general, #Team Lunch today #c++ #café.", `<p><a class="room-link" data-room="7">#general</a>, <a class="room-link" data-room="8">#Team Lunch</a> today <a class="room-link" data-room="9">#c++</a> <a class="room-link" data-room="10">#café</a>.</p>`},
		{"#nothing ##general &#35;general *x*", `<p>#nothing ##general #general <em>x</em></p>`},
		{`\@ana \#general \:tada: \*x\*`, `<p>@ana #general :tada: *x*</p>`},
		{"[@ana #general](https://example.org)", `<p><a href="https://example.org"` + link + `@ana #general</a></p>`},
		// Emoji.
		{":tada:", `<p><span class="emoji" title=":tada:">🎉</span></p>`},
		{":+1::-1:", `<p><span class="emoji" title=":+1:">👍</span><span class="emoji" title=":-1:">👎</span></p>`},
		{":white_check_mark: :nosuch: 10:30:45 1:100:2", `<p><span class="emoji" title=":white_check_mark:">✅</span> :nosuch: 10:30:45 1:100:2</p>`},
		// Escapes and entities.
		{`\<b\> &lt; &#x41; &copy; &nosuch; &`, `<p>&lt;b&gt; &lt; A © &amp;nosuch; &amp;</p>`},
		{"*a* <b>x</b> <!-- c --> \"'", `<p><em>a</em> &lt;b&gt;x&lt;/b&gt; &lt;!-- c --&gt; &#34;&#39;</p>`},
		// Definitions of links are text.
		{"[a]: https://example.org", `<p>[a]: <a href="https://example.org"` + link + `https://example.org</a></p>`},
	} {
		if got, _ := renderSafely(t, c.body, people); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestPlainTextHasNoHTML(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"Hello", "Hello,\nworld", "a\n\nb\n\n\n\nc", "2 * 3 * 4 = 24", "snake_case_name", "a < b && b > c", `C:\dir`, "AT&T", "@nobody #nothing", "1 + 1", "5 > 3",
		"  a\n   b", "I'm \"here\"", "😀 👨‍👩‍👦 🇩🇪", "a || b", "~/x", "[x]", "(c)", "x@y", "10:30", "über — „so“", "a\r\nb", "https://", "www.", "#1 of 2",
		// Nothing would be left of these.
		"-", "+", "*", "#", ">", "1.", "> >", "- -", "##", "&nbsp;", "||\u200B||", "[]()",
	} {
		if got, refs := renderSafely(t, body, Names{}); got != "" || len(refs.Users) > 0 {
			t.Errorf("%q\n got %s", body, got)
		}
	}
}

func TestMentionsCallPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body     string
		users    []int64
		everyone string
	}{
		{"@ana @ben.k @ana", []int64{3, 4}, ""},
		{"`@ana`\n```\n@ana\n```", nil, ""},
		{"> @ana @room\n\n@ben.k", []int64{4}, ""},
		{"||@ana||", []int64{3}, ""},
		{"@here @room @here", nil, Room},
		{"@here", nil, Here},
		{"[@ana](https://example.org)", nil, ""},
		{"- @ana\n- a|b\n\n# @ben.k", []int64{3, 4}, ""},
	} {
		_, refs := renderSafely(t, c.body, people)
		if !slices.Equal(refs.Users, c.users) || refs.Everyone != c.everyone {
			t.Errorf("%q calls %v %q", c.body, refs.Users, refs.Everyone)
		}
	}
	few := people
	few.Everyone = false
	if got, refs := renderSafely(t, "@room @here *x*", few); refs.Everyone != "" || got != `<p><span class="mention" data-user="7">@room</span> @here <em>x</em></p>` {
		t.Errorf("without the right: %s %v", got, refs)
	}
}

func TestCandidatesAreWhatMayBeNames(t *testing.T) {
	t.Parallel()
	got := Mentioned("@Ana @ben.k-x, mail@example.org `@code` #General talk\n#x @_no @ ## #")
	if want := []string{"ana", "ben.k-x", "ben.k", "ben", "code"}; !slices.Equal(got.Users, want) {
		t.Errorf("users %q", got.Users)
	}
	if want := []string{"general talk", "general", "x @_no @ ## #", "x @_no @ ##", "x @_no @", "x @_no", "x"}; !slices.Equal(got.Rooms, want) {
		t.Errorf("rooms %q", got.Rooms)
	}
}
