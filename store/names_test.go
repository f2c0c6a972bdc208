package store_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"chatd/store"
)

func TestAUserNameHasLettersDigitsDotsDashesAndUnderscores(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "7", "ada", "Ada.Lovelace", "a-b_c.d", "jürgen", "ωμέγα", "мария", "さくら", "देवी", "王小明", " ada ", strings.Repeat("a", 40)} {
		if err := store.ValidUsername(name); err != nil {
			t.Errorf("%q: %v, want it to be valid", name, err)
		}
	}
	for _, name := range []string{"", " ", ".ada", "ada.", "-", "_", "a b", "ada@example.org", "a@", "＠", "ada＠x", "a/b", "a\x00b", "a\nb", "a\u200bb", "a\u202eb",
		"\u0301a", "a💬", "<b>", "\xff", "ada\u0000", strings.Repeat("a", 41)} {
		err := store.ValidUsername(name)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != "username" || invalid.Text == "" {
			t.Errorf("%q: %v, want an InvalidError", name, err)
		}
		if key := store.UsernameKey(name); key != "" {
			t.Errorf("UsernameKey(%q) = %q, want none", name, key)
		}
	}
}

func TestUserNamesAreTheSameWhateverTheirCaseWidthAndComposition(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"ada", "Ada", "ADA", "ａｄａ", "ＡＤＡ"},
		{"jürgen", "JÜRGEN", "ju\u0308rgen"},
		{"straße", "STRASSE", "strasse"},
		{"σίσυφος", "ΣΊΣΥΦΟΣ"},
	} {
		for _, name := range same {
			if key := store.UsernameKey(name); key == "" || key != store.UsernameKey(same[0]) {
				t.Errorf("UsernameKey(%q) = %q, want that of %q", name, key, same[0])
			}
		}
	}
	if store.UsernameKey("a.b") == store.UsernameKey("a-b") || store.UsernameKey("ab") == store.UsernameKey("a.b") {
		t.Error("different names have one key")
	}
}

func TestAUserNamesKeyIsItsOwnKey(t *testing.T) {
	t.Parallel()
	runes := rapid.RuneFrom([]rune("abcXYZ019._-"), unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Devanagari, unicode.Thai, unicode.Han, unicode.Hiragana)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(runes, 1, 8, -1).Draw(t, "name")
		key := store.UsernameKey(name)
		if key == "" {
			t.Skip("not a user name")
		}
		if !utf8.ValidString(key) || strings.ContainsAny(key, "@ \x00") {
			t.Fatalf("key %q", key)
		}
		if store.UsernameKey(key) != key {
			t.Fatalf("key of %q is %q, whose key is %q", name, key, store.UsernameKey(key))
		}
		capitals := strings.ToUpper(name)
		if upper := store.UsernameKey(capitals); upper != "" && upper != key && strings.EqualFold(capitals, name) {
			t.Fatalf("key of %q is %q, in capitals %q", name, key, upper)
		}
	})
}

func TestAnEmailAddressIsCheckedLightly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	taken := func(email string) error {
		_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: "owner", DisplayName: "x", Email: email, PasswordHash: "hash"})
		return err
	}
	for _, email := range []string{"", "  ", "a@b", "first.last+tag@mail.example.org", "jürgen@müller.example", "o'brien@example.org", "a@xn--mller-kva.example"} {
		if err := taken(email); errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q: %v, want it to be valid", email, err)
		}
	}
	for _, email := range []string{"a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b..c", "a@.b", "a\x00@b", "a\n@b", "\xff@b", `"a"@b`, "a@[::1]", "Ada <a@b>", "a b@c", "a@b@", "a@-b", "a@b-.c", "a\u00a0b@c", "a@b\u200bc", "a@" + strings.Repeat("b", 64),
		strings.Repeat("a", 65) + "@b", "a@" + strings.Repeat("b", 260)} {
		if invalid, ok := errors.AsType[*store.InvalidError](taken(email)); !ok || invalid.Field != "email" {
			t.Errorf("%q was taken for an address", email)
		}
	}
}

func TestAnEmailAddressHasOneAccountHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, same := range [][]string{
		{"Ada@Example.org", "ada@example.ORG", "ａｄａ@example.org", " ada@example.org "},
		{"jürgen@müller.example", "JU\u0308RGEN@MÜLLER.EXAMPLE", "jürgen@mu\u0308ller.example"},
		{"straße@example.org", "STRASSE@example.org"},
	} {
		for j, email := range same {
			name := string(rune('a'+i)) + string(rune('a'+j))
			_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: name, DisplayName: "x", Email: email, PasswordHash: "hash"})
			taken, isTaken := errors.AsType[*store.TakenError](err)
			if fine := j == 0 && err == nil || j > 0 && isTaken && taken.Field == "email"; !fine {
				t.Errorf("%q: %v", email, err)
			}
			if user, _, err := w.UserByLogin(w.ctx(), email); err != nil || user.Email != same[0] {
				t.Errorf("sign in as %q: %+v, %v", email, user, err)
			}
		}
	}
}

func TestATextIsVisibleWhenAnyOfItsCharactersIs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a": true, ".": true, "\u200b.": true, "👍": true, "❤\ufe0f": true, "\uf8ff": true, "é": true, "क\u093f": true,
		"\U0001faea": true, // an emoji younger than some tables
		"":           false, " \n": false, "\u200b": false, "\u200d\u2060": false, "\ufeff": false, "\u00ad": false, "\ufe0f": false,
		"\u3164": false, "\u115f": false, "\u2800": false, "\u034f": false, "\U000e0041": false, "\x07": false,
	} {
		if got := store.Visible(text); got != want {
			t.Errorf("%+q: %v, want %v", text, got, want)
		}
	}
}
