package comet

import (
	"maps"
	"strings"
	"testing"
)

func testLimits() (limits Limits) {
	limits.defaults()
	return limits
}

func TestACompactVectorIsReadInAnyOrderAndWrittenSorted(t *testing.T) {
	for _, c := range []struct {
		sent  string
		want  cursors
		again string
	}{
		{"", nil, ""},
		{"room:3", cursors{"room:3": fromNow}, "room:3"},
		{"room:3@1398396174.42,workspace@0.0", cursors{"room:3": {1398396174, 42}, "workspace": {0, 0}}, "room:3@1398396174.42,workspace@0.0"},
		{"b@9007199254740991.9007199254740991,a", cursors{"a": fromNow, "b": {maxInteger, maxInteger}}, "a,b@9007199254740991.9007199254740991"},
		{"a/b.c-d_e:f@007.0", cursors{"a/b.c-d_e:f": {7, 0}}, "a/b.c-d_e:f@7.0"},
	} {
		got, p := parseVector(c.sent, testLimits())
		if p != nil || !maps.Equal(got, c.want) {
			t.Errorf("%q is read as %v (%v)", c.sent, got, p)
		}
		if again := string(appendVector(nil, got)); again != c.again {
			t.Errorf("%q is written as %q", c.sent, again)
		}
	}
}

func TestABadCompactVectorIsRefusedWithASentence(t *testing.T) {
	const badCursor = "A cursor is written topic@epoch.seq"
	for sent, want := range map[string]string{
		",":                        "A topic's name",
		"a,":                       "A topic's name",
		"@1.2":                     "A topic's name",
		"a b@1.2":                  "A topic's name",
		"a\n@1.2":                  "A topic's name",
		"ä@1.2":                    "A topic's name",
		strings.Repeat("a", 129):   "A topic's name",
		"a@":                       badCursor,
		"a@1":                      badCursor,
		"a@1.":                     badCursor,
		"a@.1":                     badCursor,
		"a@1.2.3":                  badCursor,
		"a@1@2":                    badCursor,
		"a@-1.2":                   badCursor,
		"a@1.-2":                   badCursor,
		"a@+1.2":                   badCursor,
		"a@1e3.2":                  badCursor,
		"a@0x1.2":                  badCursor,
		"a@1_0.2":                  badCursor,
		"a@ 1.2":                   badCursor,
		"a@9007199254740992.1":     badCursor,
		"a@1.18446744073709551616": badCursor,
		"a@1.18446744073709551615": badCursor,
		"a,b,a":                    "The topic a is named twice.",
		"a@1.1,a@1.1":              "The topic a is named twice.",
		strings.Repeat("a,", 256):  "At most 256 topics",
		strings.Repeat(",", 1<<20): "At most 256 topics",
	} {
		if at, p := parseVector(sent, testLimits()); p == nil || !strings.Contains(p.detail, want) {
			t.Errorf("%.40q is read as %v, %v; want %q", sent, at, p, want)
		}
	}
}
