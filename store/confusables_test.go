package store_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"chatd/store"
)

func TestNamesThatLookAlikeHaveOneSkeleton(t *testing.T) {
	t.Parallel()
	for _, alike := range [][]string{
		{"paypal", "PAYPAL", "paypaI", "payp\u0430l", "\u0440\u0430\u0443\u0440\u0430\u0406"}, // Cyrillic letters
		{"Ivan", "lvan", "1van", "IVAN"},
		{"bob0", "bobo", "BOBO", "b\u03bfb0"}, // a Greek omicron
		{"modern", "rnodern", "modem"},
		{"\u0412ob", "Bob"},             // a Cyrillic capital Ve
		{"j\u00fcrgen", "ju\u0308rgen"}, // composed and not
		{"\u0391da", "\u0410da", "Ada"}, // Greek and Cyrillic capitals
	} {
		for _, name := range alike[1:] {
			if got, want := store.Skeleton(name), store.Skeleton(alike[0]); got != want {
				t.Errorf("%q has skeleton %q, %q has %q", name, got, alike[0], want)
			}
		}
	}
	different := []string{"ada", "adam", "Ali", "All", "ian", "lan", "мария", "марина", "王小明", "王小朋", "a.b", "a-b", "a_b", "jurgen", "jürgen"}
	for i, a := range different {
		for _, b := range different[:i] {
			if store.Skeleton(a) == store.Skeleton(b) {
				t.Errorf("%q and %q have one skeleton", a, b)
			}
		}
	}
}

func TestACharacterHasTheSkeletonOfWhatItLooksLike(t *testing.T) {
	t.Parallel()
	looks := store.Confusables()
	if len(looks) < 1900 {
		t.Fatalf("the table has %d characters", len(looks))
	}
	for r, look := range looks {
		// Where Unicode's table leads to a character that looks like another
		// one, its algorithm goes one step and no further.
		if strings.ContainsFunc(norm.NFD.String(look), func(r rune) bool { return looks[r] != "" }) {
			continue
		}
		if got, want := store.Skeleton(string(r)), store.Skeleton(look); got == "" || got != want {
			t.Errorf("%q has skeleton %q, what it looks like, %q, has %q", r, got, look, want)
		}
	}
}

func TestAUserNameThatLooksLikeSomebodysIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	signUp := func(name string) error {
		_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: name, DisplayName: "x", PasswordHash: "hash"})
		return err
	}
	for _, name := range []string{"paypal", "Ivan", "жора"} {
		w.ok(signUp(name))
	}
	for _, name := range []string{"paypaI", "\u0440\u0430\u0443\u0440\u0430\u0406", "PAYPA1", "lvan", "1VAN", "жopa", "0wner", "owпer"} {
		err := signUp(name)
		taken, isTaken := errors.AsType[*store.TakenError](err)
		mixed, isMixed := errors.AsType[*store.InvalidError](err)
		refused := isTaken && taken.Field == "username" || isMixed && strings.Contains(mixed.Text, "one script")
		if !refused {
			t.Errorf("%q: %v, want it to be refused", name, err)
		}
	}
	for _, name := range []string{"paypals", "iva", "жоржа"} {
		w.ok(signUp(name))
	}
}

func TestOfManySignUpsThatLookAlikeOneSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	looks := []string{"scope", "ѕсоре", "sc0pe", "SCOPE"}
	w.oneTook(together(8, func(i int) error {
		_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: looks[i%len(looks)], DisplayName: "x", PasswordHash: "hash"})
		return err
	}), "username")
}

func TestAUserNameIsWrittenInOneScript(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"omega", "Ωμέγα", "мария7", "東京tower", "りんごアップルjp", "김kim金", "देवी", "ㄅㄆzhu注"} {
		if err := store.ValidUsername(name); err != nil {
			t.Errorf("%q: %v, want it to be valid", name, err)
		}
	}
	for _, name := range []string{"Ωmega", "p\u0430ypal", "кот-cat", "さくら김", "देवीa"} {
		err := store.ValidUsername(name)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || !strings.Contains(invalid.Text, "one script") {
			t.Errorf("%q: %v, want an InvalidError that says why", name, err)
		}
		if store.UsernameKey(name) == "" {
			t.Errorf("%q: somebody who has it already could not sign in", name)
		}
	}
}
