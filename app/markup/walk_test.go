package markup

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// The contract of the HTML, written once more and apart from what makes it: the
// elements with the sets of attributes that each may have.
var (
	number    = `^[1-9][0-9]*$`
	contracts = map[string][]map[string]string{
		"p": {{}}, "br": {{}}, "blockquote": {{}}, "ul": {{}}, "ol": {{}, {"start": `^[0-9]{1,9}$`}},
		"li":    {{}, {"class": `^task$`}},
		"input": {{"type": `^checkbox$`, "disabled": `^$`}, {"type": `^checkbox$`, "disabled": `^$`, "checked": `^$`}},
		"h1":    {{}}, "h2": {{}}, "h3": {{}}, "h4": {{}}, "h5": {{}}, "h6": {{}}, "hr": {{}},
		"pre":  {{"class": `^code$`}, {"class": `^code$`, "data-language": `^[a-z0-9+#._-]+$`}},
		"code": {{}}, "div": {{"class": `^table-scroll$`}}, "table": {{}}, "thead": {{}}, "tbody": {{}}, "tr": {{}}, "th": {{}}, "td": {{}},
		"strong": {{}}, "em": {{}}, "del": {{}}, "bdi": {{}},
		"a": {
			{"href": `^(https?://|mailto:)`, "rel": `^noopener noreferrer nofollow$`, "target": `^_blank$`},
			{"class": `^room-link$`, "data-room": number},
		},
		"span": {
			{"class": `^spoiler$`},
			{"class": `^emoji$`, "title": `^:[a-z0-9_+-]+:$`},
			{"class": `^mention$`, "data-user": number},
			{"class": `^mention$`, "data-everyone": `^(room|here)$`},
			{"class": `^hl-[a-z0-9]+$`},
		},
	}
	within = map[string][]string{
		"li": {"ul", "ol"}, "tr": {"thead", "tbody"}, "th": {"tr"}, "td": {"tr"}, "thead": {"table"}, "tbody": {"table"}, "table": {"div"}, "input": {"li", "p"},
	}
)

// refusal walks HTML and says what in it is outside the contract, if anything.
func refusal(made string) error {
	var open []string
	links := 0
	z := html.NewTokenizer(strings.NewReader(made))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				return fmt.Errorf("not closed: %v", open)
			}
			return nil
		case html.TextToken:
		case html.StartTagToken:
			t := z.Token()
			if err := refusedTag(t, open); err != nil {
				return err
			}
			if t.Data == "a" {
				if links++; links > 1 {
					return fmt.Errorf("a link in a link")
				}
			}
			if !slices.Contains([]string{"br", "hr", "input"}, t.Data) {
				open = append(open, t.Data)
			}
		case html.EndTagToken:
			t := z.Token()
			if len(open) == 0 || open[len(open)-1] != t.Data {
				return fmt.Errorf("</%s> closes %v", t.Data, open)
			}
			if t.Data == "a" {
				links--
			}
			open = open[:len(open)-1]
		default:
			return fmt.Errorf("%s", z.Raw())
		}
		if len(open) > 120 {
			return fmt.Errorf("%d elements lie in each other", len(open))
		}
	}
}

func refusedTag(t html.Token, open []string) error {
	if parents, ok := within[t.Data]; ok && (len(open) == 0 || !slices.Contains(parents, open[len(open)-1])) {
		return fmt.Errorf("<%s> in %v", t.Data, open)
	}
	for _, allowed := range contracts[t.Data] {
		if matches(t.Attr, allowed) {
			return nil
		}
	}
	return fmt.Errorf("<%s> is not allowed with %v", t.Data, t.Attr)
}

func matches(attributes []html.Attribute, allowed map[string]string) bool {
	if len(attributes) != len(allowed) {
		return false
	}
	for _, a := range attributes {
		pattern, ok := allowed[a.Key]
		if !ok || !regexp.MustCompile(pattern).MatchString(a.Val) {
			return false
		}
		if a.Key == "href" {
			if u, err := url.Parse(a.Val); err != nil || u.Scheme != "mailto" && u.Host == "" {
				return false
			}
		}
	}
	return true
}

// everyName lets whatever is written resolve.
func everyName(body string) Names {
	found := Mentioned(body)
	names := Names{Users: map[string]int64{}, Rooms: map[string]int64{}, Everyone: true}
	for i, name := range found.Users {
		names.Users[name] = int64(i + 1)
	}
	for i, name := range found.Rooms {
		names.Rooms[name] = int64(i + 1)
	}
	return names
}

// renderSafely renders, and fails the test when the result is outside the
// contract, or when the guard had to take something out.
func renderSafely(t testing.TB, body string, names Names) (string, Refs) {
	t.Helper()
	made, refs := Render(body, names)
	if err := refusal(made); err != nil {
		t.Fatalf("%v, in %.2000q of %.2000q", err, made, body)
	}
	source := clean(body)
	w := &writer{source: []byte(source)}
	w.blocks(parse(w.source, names))
	if isPlain(body) && w.effect && w.visible {
		t.Fatalf("%.2000q was taken for plain", body)
	}
	if made != "" && guarded(w.out.String()) != w.out.String() {
		t.Fatalf("the guard changed\n%.2000q to\n%.2000q", w.out.String(), made)
	}
	return made, refs
}

func TestTheWalkRefusesWhatIsOutsideTheContract(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		`<script>alert(1)</script>`, `<p onclick="x()">a</p>`, `<a href="javascript:alert(1)" rel="noopener noreferrer nofollow" target="_blank">x</a>`,
		`<a href="https://example.org">x</a>`, `<span>x</span>`, `<span class="x">x</span>`, `<p>`, `</p>`, `<p></em></p>`, `<!-- x -->`, `<img src="x">`,
		`<a class="room-link" data-room="1"><a class="room-link" data-room="1">x</a></a>`, `<li>x</li>`, `<span class="mention" data-user="0">x</span>`,
		`<pre class="code" data-language="A">x</pre>`, `<p style="color:red">x</p>`, `<svg></svg>`, `<p id="x">x</p>`,
	} {
		if refusal(bad) == nil {
			t.Errorf("%s is let through", bad)
		}
		if once := guarded(bad); refusal(once) != nil && strings.Contains(once, "script") {
			t.Errorf("the guard makes %s of %s", once, bad)
		}
	}
}
