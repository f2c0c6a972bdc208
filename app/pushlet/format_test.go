package pushlet_test

import (
	"bytes"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/app/pushlet"
	"chatd/app/pushlet/pushlettest"
)

var formats = []pushlet.Format{pushlet.JS, pushlet.XML, pushlet.XMLStrict}

var then = time.Unix(1190000000, 5e8)

func TestTheBytesAreThoseOfTheOriginal(t *testing.T) {
	t.Parallel()
	e := pushlet.NewEvent("data", then, pushlet.FieldSID, "xxxxx", pushlet.FieldLabel, "", "msg", "hi")
	const url = "/pushlet.srv?p_id=X"
	for format, want := range map[pushlet.Format]string{
		pushlet.JS: "<html><head><meta http-equiv=\"Pragma\" content=\"no-cache\"><meta http-equiv=\"Expires\" content=\"Tue, 31 Dec 1997 23:59:59 GMT\"></head><body>\n" +
			"<script language=\"JavaScript\"> var url=\" \"; \nfunction refresh() { document.location.href=url; }</script>" +
			"<script language=\"JavaScript\">parent.push('p_event', \"data\",'p_time', \"1190000000\",'p_sid', \"xxxxx\",'msg', \"hi\");</script>" +
			"\n<script language=\"JavaScript\">url='/pushlet.srv?p_id=X';\n setTimeout(\"refresh()\", 1500);\n</script></body></html>",
		pushlet.XML: `<event p_event="data" p_time="1190000000" p_sid="xxxxx" msg="hi" />` +
			`<event p_event="refresh" p_time="1190000000" p_wait="1500" p_url="/pushlet.srv?p_id=X" />`,
		pushlet.XMLStrict: `<pushlet><event p_event="data" p_time="1190000000" p_sid="xxxxx" msg="hi" />` +
			`<event p_event="refresh" p_time="1190000000" p_wait="1500" p_url="/pushlet.srv?p_id=X" /></pushlet>`,
	} {
		b := format.AppendEvent(format.AppendHead(nil), e)
		b = format.AppendTail(format.AppendRefresh(b, then, 1500*time.Millisecond, url))
		if string(b) != want {
			t.Errorf("%s: %s\nwant %s", format, b, want)
		}
	}
}

func TestTheHeadersAreThoseOfTheOriginal(t *testing.T) {
	t.Parallel()
	for format, kind := range map[pushlet.Format]string{
		pushlet.JS: "text/html;charset=UTF-8", pushlet.XML: "text/plain;charset=UTF-8", pushlet.XMLStrict: "text/xml;charset=UTF-8",
	} {
		h := http.Header{"Cache-Control": {"something else"}}
		format.Header(h, "Mozilla/5.0 (X11) Safari/604.1")
		want := http.Header{
			"Content-Type": {kind}, "Expires": {"Sat, 6 May 1995 12:00:00 GMT"}, "Pragma": {"no-cache"},
			"Cache-Control": {"no-store, no-cache, must-revalidate", "post-check=0, pre-check=0"},
		}
		if !reflect.DeepEqual(h, want) {
			t.Errorf("%s: %v", format, h)
		}
	}
	for agent, closes := range map[string]bool{"Mozilla/4.0 (Windows) Java/1.4.2": true, "my JAVA client": true, "Java/1.6.0": false, "curl": false} {
		h := http.Header{}
		pushlet.XML.Header(h, agent)
		if (h.Get("Connection") == "close") != closes {
			t.Errorf("%s: %v", agent, h)
		}
	}
}

func TestFormatsAreKnownByName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]pushlet.Format{"": pushlet.JS, "js": pushlet.JS, "xml": pushlet.XML, "xml-strict": pushlet.XMLStrict} {
		if f, ok := pushlet.ParseFormat(name); f != want || !ok {
			t.Errorf("%q: %q %v", name, f, ok)
		}
	}
	for _, name := range []string{"ser", "JS", "json"} {
		if _, ok := pushlet.ParseFormat(name); ok {
			t.Errorf("%q is a format", name)
		}
	}
}

// readable is what a reader must find of a value.
func readable(format pushlet.Format, value string) string {
	value = string([]rune(value))
	if format == pushlet.JS {
		return value
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return 0xfffd
		}
		return r
	}, value)
}

// Fault 7 of the original: it escaped nothing.
func FuzzNoValueForgesAnEvent(f *testing.F) {
	for _, seed := range []string{
		"hello", "", `"`, `'`, `\`, "\n", "\r\n", "\u2028\u2029", "&amp;", "&#034;", "\x00\x01\x7f", "\xff\xfe", "\uFFFE\uFFFF", "]]>", "\t",
		`");parent.push('p_event', "data");//`, `</script><script>alert(1)</script>`, `</SCRIPT >`, `<!--<script>`, `-->`,
		`" /><event p_event="abort" />`, `</pushlet>`, `';alert(1);'`, "𝒳 é 漢字 Ⱦ", `\u0022`, `\x22`, "<![CDATA[",
	} {
		f.Add(seed, seed)
		f.Add(seed, "/pushlet.srv?p_id=X&p_event=refresh")
	}
	f.Fuzz(func(t *testing.T, value, url string) {
		url = "/" + url
		for _, format := range formats {
			b := format.AppendHead(nil)
			b = format.AppendEvent(b, pushlet.Event{{Name: "p_event", Value: value}, {Name: "msg", Value: value + url}})
			b = format.AppendEvent(b, pushlet.Event{{Name: "p_event", Value: "hb"}})
			b = format.AppendTail(format.AppendRefresh(b, then, time.Second, url))
			events, err := pushlettest.NewReader(string(format), bytes.NewReader(b)).All()
			if err != nil || len(events) != 3 {
				t.Fatalf("%s: %d events, %v: %s", format, len(events), err, b)
			}
			want := []pushlettest.Event{
				{"p_event": readable(format, value), "msg": readable(format, value+url)}, {"p_event": "hb"},
				{"p_event": "refresh", "p_wait": "1000", "p_url": readable(format, url)},
			}
			if format != pushlet.JS {
				want[2]["p_time"] = "1190000000"
			}
			if !slices.EqualFunc(events, want, func(x, y pushlettest.Event) bool { return reflect.DeepEqual(x, y) }) {
				t.Errorf("%s: %q\nwant %q", format, events, want)
			}
		}
	})
}
