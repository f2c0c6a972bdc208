package pushlet_test

import (
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"

	"chatd/app/pushlet"
)

func TestQueriesAreReadAsClientsWriteThem(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]pushlet.Request{
		"":                                  {},
		"p_event=join":                      {"p_event": "join"},
		"p_event=publish&msg=a+b%20c&x":     {"p_event": "publish", "msg": "a b c", "x": ""},
		"msg=100%&y=%zz&z=%4":               {"msg": "100%", "y": "%zz", "z": "%4"},
		"msg=a;b=c&msg=second":              {"msg": "a;b=c"},
		"p_subject=/chat/3,/chat/4&=x&&m=1": {"p_subject": "/chat/3,/chat/4", "m": "1"},
		"msg=gr%C3%BC%c3%9fe&n=grüße":       {"msg": "grüße", "n": "grüße"},
	} {
		if got := pushlet.ParseQuery(query); !maps.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}

func TestElementsAreReadAsTheOriginalDoes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]pushlet.Request{
		`<event p_event="publish" p_subject="/a" p_id="x" msg="hi" />`: {"p_event": "publish", "p_subject": "/a", "p_id": "x", "msg": "hi"},
		"\ufeff<?xml?> <e a=\"1\"/>":                                   nil,
		"not yet <anything a=\"1\"/>rest":                              {"a": "1"},
		`<e a="1"b="2"/>`:                                              {"a": "1", "b": "2"},
		"<e\n a = \"1\"\t/>":                                           {"a": "1"},
		`<e a="say \"hi\" \\ \n" />`:                                   {"a": `say "hi" \ n`},
		`<e a="<b>&amp;'/>" />`:                                        {"a": "<b>&amp;'/>"},
		`<e a="1" a="2"/>`:                                             {"a": "2"},
		`<e/>`:                                                         {},
		``:                                                             nil,
		`<`:                                                            nil,
		`<e`:                                                           nil,
		`<e a="1"`:                                                     nil,
		`<e a="1">`:                                                    nil,
		`<e a="1`:                                                      nil,
		`<e a="1\`:                                                     nil,
		`<e a='1'/>`:                                                   nil,
		`<e a/>`:                                                       nil,
		`<e ="1"/>`:                                                    nil,
		`<e a b="1"/>`:                                                 nil,
		`{"p_event":"join"}`:                                           nil,
	} {
		got, err := pushlet.ParseElement(body)
		if want == nil != errors.Is(err, pushlet.ErrElement) || !maps.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", body, got, err, want)
		}
	}
}

func FuzzAWellFormedQueryMeansWhatItMeansElsewhere(f *testing.F) {
	f.Add("p_event=publish&msg=a+b%20c")
	f.Add("a=1&a=2&b")
	f.Fuzz(func(t *testing.T, query string) {
		got := pushlet.ParseQuery(query)
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		for name := range values {
			if name != "" && got[name] != values.Get(name) {
				t.Errorf("%q: %q is %q, want %q", query, name, got[name], values.Get(name))
			}
		}
	})
}

func FuzzAnElementIsRefusedOrHasItsValues(f *testing.F) {
	f.Add("p_event", "publish")
	f.Add("msg", `"\<>/ = '`)
	f.Fuzz(func(t *testing.T, name, value string) {
		_, _ = pushlet.ParseElement(name + value) // it must not panic
		if name == "" || strings.ContainsAny(name, "\"/<>= \t\r\n") {
			return
		}
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
		got, err := pushlet.ParseElement("<event " + name + `="` + quoted + `" />`)
		if err != nil || len(got) != 1 || got[name] != value {
			t.Errorf("%q=%q: %q, %v", name, value, got, err)
		}
	})
}
