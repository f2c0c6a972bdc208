package emoji

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestEmojiAreKnownAsUnicodeQualifiesThem(t *testing.T) {
	t.Parallel()
	for _, known := range []string{
		"😀", "👍", "👍🏽", "❤️", "☺️", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "👨‍👩‍👦", "🧑🏻‍🤝‍🧑🏿", "🏳️‍🌈", "🕵🏾‍♀️", "🫩",
	} {
		if !Known(known) {
			t.Errorf("%q is not known", known)
		}
	}
	for _, unknown := range []string{
		"", "a", "1", "😀😀", "❤", "👍\uFE0F", " 😀", "🇩", "\uFE0F", "\u200D", "<b>", "😀\u200D😀", strings.Repeat("😀", 1_000),
	} {
		if Known(unknown) {
			t.Errorf("%q is known", unknown)
		}
	}
}

func TestVariantsOfAnEmojiHaveOneForm(t *testing.T) {
	t.Parallel()
	for variant, want := range map[string]string{"❤": "❤️", "❤️": "❤️", "👍\uFE0F": "👍", "🏳‍🌈": "🏳️‍🌈", "1⃣": "1️⃣"} {
		if got, ok := Canonical(variant); got != want || !ok {
			t.Errorf("%q: got %q, %t; want %q", variant, got, ok, want)
		}
	}
	if got, ok := Canonical("#"); ok {
		t.Errorf("a sign of its own is taken for %q", got)
	}
}

func TestShortNamesAreThoseOfGitHub(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"+1": "👍", "thumbsup": "👍", "-1": "👎", "tada": "🎉", "heart": "❤️", "TADA": "🎉", "de": "🇩🇪", "phoenix": "🐦‍🔥", "white_check_mark": "✅",
	} {
		if got, ok := ByName(name); got != want || !ok {
			t.Errorf("%s: got %q, %t; want %q", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "no such emoji", ":tada:", "tada "} {
		if got, ok := ByName(name); ok {
			t.Errorf("%q is %q", name, got)
		}
	}
}

func TestEveryNamedEmojiIsKnown(t *testing.T) {
	t.Parallel()
	if n := len(known().named); n < 1_800 {
		t.Errorf("%d names", n)
	}
	if n := len(known().full); n < 3_700 {
		t.Errorf("%d emoji", n)
	}
	for name, char := range known().named {
		if !Known(char) {
			t.Errorf(":%s: is %q, which is not known", name, char)
		}
	}
}

func TestAPageWithoutEmojiIsAnError(t *testing.T) {
	t.Parallel()
	for name, built := range map[string]fstest.MapFS{
		"no manifest": {},
		"no entry":    {"manifest.json": {Data: []byte(`{}`)}},
		"no file":     {"manifest.json": {Data: []byte(`{"emoji.json":"emoji-A.json"}`)}},
		"not JSON":    {"manifest.json": {Data: []byte(`{"emoji.json":"emoji-A.json"}`)}, "emoji-A.json": {Data: []byte(`x`)}},
		"other shape": {"manifest.json": {Data: []byte(`{"emoji.json":"emoji-A.json"}`)}, "emoji-A.json": {Data: []byte(`{"groups":[{"emoji":[[1]]}]}`)}},
	} {
		if _, err := read(built); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}
