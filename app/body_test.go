package app

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOnlyCleanJSONGetsThrough(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`{"a":"b"}`:                  0,
		`"\ud83d\ude00"`:             0,
		`"\\ud83d"`:                  0,
		`"\\\u00e9"`:                 0,
		`"\"\u0041\""`:               0,
		`"\ufffd"`:                   0,
		`{`:                          400,
		``:                           400,
		`{} {}`:                      400,
		"\"\xff\"":                   400,
		"\ufeff{}":                   400,
		`"\ud83d"`:                   400,
		`"\ude00"`:                   400,
		`"\ude00\ud83d"`:             400,
		`"\ud83d\ud83d\ude00"`:       400,
		`"\ud83d\n"`:                 400,
		`"\ud83dxude00"`:             400,
		`{"\ud83d":1}`:               400,
		`"\u0000"`:                   422,
		`{"a\u0000b":1}`:             422,
		`["\\u0000"]`:                0,
		"\"\u0000\"":                 400,
		`"\uD83D\uDE00\uD83D\uDE00"`: 0,
	} {
		err := checkJSON([]byte(text))
		got := 0
		if p, ok := err.(*Problem); ok { //nolint:errorlint // checkJSON makes it itself
			got = p.Status
		}
		if got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

// FuzzNoTextIsReplacedSilently compares with what encoding/json does: it
// writes U+FFFD for whatever it cannot read.
func FuzzNoTextIsReplacedSilently(f *testing.F) {
	for _, seed := range []string{`"\ud83d\ude00"`, `"\ud83d"`, `"a\\\u0041"`, `["\ud83d\u0041"]`, "\"\xf0\"", `"\uDC00\\"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw, _ := json.Marshal(text)
		for _, input := range []string{text, `"` + text + `"`, string(raw)} {
			if checkJSON([]byte(input)) != nil {
				continue
			}
			var decoded any
			if err := json.Unmarshal([]byte(input), &decoded); err != nil {
				t.Fatalf("let through, but not JSON: %q: %v", input, err)
			}
			meant := strings.Count(input, "\ufffd") + strings.Count(strings.ToLower(input), `\ufffd`)
			if got := replacements(decoded); got > meant {
				t.Fatalf("%q holds %d replacement characters, decoded has %d", input, meant, got)
			}
		}
	})
}

// replacements counts U+FFFD and NUL in all texts of a decoded value.
func replacements(v any) int {
	n := 0
	switch v := v.(type) {
	case string:
		n = strings.Count(v, string(utf8.RuneError)) + 1000*strings.Count(v, "\x00")
	case []any:
		for _, e := range v {
			n += replacements(e)
		}
	case map[string]any:
		for k, e := range v {
			n += replacements(k) + replacements(e)
		}
	}
	return n
}
