package app

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"chatd/store/storetest"
)

const newPassword = "an even better password"

func TestPeopleChangeTheirNameAndEverybodySeesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	hers, his := ana.streams("ndjson"), ben.streams("ndjson")
	var me Me
	ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"display_name": " Benjamin "}, &me)
	if me.DisplayName != "Benjamin" || me.ID != ben.me.ID {
		t.Errorf("now %+v", me)
	}
	if news := hers.news(workspaceTopic, "user-changed"); news.User.DisplayName != "Benjamin" {
		t.Errorf("Ana hears of %+v", news.User)
	}
	if news := his.news(userTopic(ben.me.ID), "me-changed"); news.User.DisplayName != "Benjamin" {
		t.Errorf("Ben hears of %+v", news.User)
	}
	ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{}, &me)
	checkProblem(t, ben.do("PATCH", "/api/v1/me", map[string]any{"display_name": " "}), http.StatusUnprocessableEntity, "1 to 80")
	checkProblem(t, ben.do("PATCH", "/api/v1/me", map[string]any{"username": "eve"}), http.StatusUnprocessableEntity, "not known")
}

func TestAnotherAddressTakesTheCurrentPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	change := func(email, with string) map[string]any {
		return map[string]any{"email": email, "current_password": with}
	}
	checkProblem(t, ana.do("PATCH", "/api/v1/me", map[string]any{"email": "ana@example.org"}), http.StatusUnprocessableEntity, "current password")
	checkProblem(t, ana.do("PATCH", "/api/v1/me", change("ana@example.org", "not this")), http.StatusUnprocessableEntity, "not your current password")
	var me Me
	ana.must(http.StatusOK, "PATCH", "/api/v1/me", change("Ana@Example.org", password), &me)
	if me.Email != "Ana@Example.org" {
		t.Errorf("now %+v", me)
	}
	w.visitor().must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana@example.org", password), nil)
	checkProblem(t, ana.do("PATCH", "/api/v1/me", change("nonsense", password)), http.StatusUnprocessableEntity, "e-mail")
	got := ana.brings("ben").do("PATCH", "/api/v1/me", change("ANA@example.org", password))
	checkProblem(t, got, http.StatusConflict, "already has an account")
	ana.must(http.StatusOK, "PATCH", "/api/v1/me", change("", password), &me)
	if me.Email != "" {
		t.Errorf("now %+v", me)
	}
}

func TestANewPasswordSignsOutEveryOtherBrowserOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	_, secret := ana.newToken("read-write")
	ben := ana.brings("ben").streams("ndjson")
	own, script := ana.streams("ndjson"), ana.script(secret).streams("ndjson")
	laptop := ana.signsInAgain()
	near := laptop.streams("ndjson")
	elsewhere := *ana
	elsewhere.world = there
	far := elsewhere.signsInAgain().streams("iframe")

	var changed struct{ Ended, Tokens int }
	ana.must(http.StatusOK, "PUT", "/api/v1/me/password",
		map[string]any{"current_password": password, "new_password": newPassword}, &changed)
	if changed.Ended != 2 || changed.Tokens != 1 {
		t.Errorf("changed %+v", changed)
	}
	near.ends("password-changed")
	far.ends("password-changed")
	if laptop.state().SignedIn {
		t.Error("the laptop's session still works")
	}
	room := ana.room("general")
	ben.says(room.ID, "still there?")
	own.news(roomTopic(room.ID), "message")
	script.news(roomTopic(room.ID), "message")

	w := here.visitor()
	w.must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	w.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", newPassword), nil)
}

func TestANewPasswordTakesTheCurrentOneAndFollowsTheRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	other := ana.signsInAgain()
	for _, c := range []struct{ current, new, field, says string }{
		{"not this one", newPassword, "current_password", "not your current password"},
		{"", newPassword, "current_password", "current password"},
		{password, "short", "new_password", "8 characters"},
		{password, strings.Repeat("x", 1001), "new_password", "too long"},
	} {
		got := ana.do("PUT", "/api/v1/me/password", map[string]any{"current_password": c.current, "new_password": c.new})
		checkProblem(t, got, http.StatusUnprocessableEntity, c.says)
		if !strings.Contains(got.body, `"body.`+c.field+`"`) {
			t.Errorf("the field is not named: %s", got.body)
		}
	}
	if !other.state().SignedIn {
		t.Error("a refused change signed the other browser out")
	}
}

func TestTheCurrentPasswordIsNotGuessedThroughAForgottenBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for i := range freeTries {
		path, method := "/api/v1/me/password", "PUT"
		body := map[string]any{"current_password": "guess", "new_password": newPassword}
		if i%2 == 0 {
			path, method, body = "/api/v1/me", "PATCH", map[string]any{"current_password": "guess", "email": "eve@example.org"}
		}
		ana.must(http.StatusUnprocessableEntity, method, path, body, nil)
	}
	w.waitsLonger(w.app.throttle, throttledUser(ana.me.ID), "127.0.0.1")
	body := map[string]any{"current_password": password, "new_password": newPassword}
	ana.must(http.StatusTooManyRequests, "PUT", "/api/v1/me/password", body, nil)
	checkProblem(t, ana.do("PATCH", "/api/v1/me", map[string]any{"current_password": password, "email": "eve@example.org"}),
		http.StatusTooManyRequests, "wrong password")
	// The sign-in counts logins as they are typed, whoever has them, and so on its own.
	w.visitor().must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
}

func TestASignInMovesThePasswordToTodaysCost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	stored := func() string {
		hash, err := w.store.PasswordHash(t.Context(), ana.me.ID)
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	before := stored()
	w.visitor().must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	if stored() != before {
		t.Fatal("hashed anew without a reason")
	}
	dearer := newWorldOn(t, w.store, func(c *Config) { c.HashParams = HashParams{Memory: 128, Passes: 2, Threads: 1} })
	dearer.visitor().must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", signInBody("ana", "not this one"), nil)
	if stored() != before {
		t.Fatal("hashed anew with a wrong password")
	}
	dearer.visitor().must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	if after := stored(); !strings.Contains(after, "m=128,t=2") {
		t.Fatalf("the hash is %s", after)
	}
	dearer.visitor().must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	if !ana.state().SignedIn {
		t.Error("hashing anew signed Ana out")
	}
}

// Each replaces the hash that the others have verified the password against.
func TestManySignInsAtOnceSucceedWhenTheHashIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.owner()
	for round := range 3 {
		dearer := newWorldOn(t, w.store, func(c *Config) { c.HashParams = HashParams{Memory: 64, Passes: uint32(2 + round), Threads: 1} })
		var all sync.WaitGroup
		for range 10 {
			visitor := dearer.visitor()
			all.Go(func() {
				if got := visitor.do("POST", "/api/v1/sign-in", signInBody("ana", password)); got.StatusCode != http.StatusOK {
					t.Errorf("%s: %s", got.Status, got.body)
				}
			})
		}
		all.Wait()
	}
}

// swapping hashes passwords and replaces the user's stored hash meanwhile, the
// first time, as a sign-in does.
func (w *world) swapping(user int64, old, replacement string) {
	var once sync.Once
	derive := w.app.hasher.derive
	w.app.hasher.derive = func(password, salt []byte, p HashParams, length int) []byte {
		once.Do(func() {
			if err := w.store.Rehash(context.Background(), user, old, replacement); err != nil {
				w.t.Error(err)
			}
		})
		return derive(password, salt, p, length)
	}
}

func TestAHashThatIsReplacedMeanwhileIsReadAgain(t *testing.T) {
	t.Parallel()
	other, err := NewHasher(cheap, 1).Hash(t.Context(), "somebody's new one")
	if err != nil {
		t.Fatal(err)
	}
	same, err := NewHasher(cheap, 1).Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		replacement     string
		signIn, changes int
	}{
		{same, http.StatusOK, http.StatusOK},
		{other, http.StatusUnauthorized, http.StatusUnprocessableEntity},
	} {
		w := newWorld(t)
		ana := w.owner()
		first, err := w.store.PasswordHash(t.Context(), ana.me.ID)
		if err != nil {
			t.Fatal(err)
		}
		w.swapping(ana.me.ID, first, c.replacement)
		w.visitor().must(c.signIn, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)

		if err := w.store.Rehash(t.Context(), ana.me.ID, c.replacement, first); err != nil {
			t.Fatal(err)
		}
		w.swapping(ana.me.ID, first, c.replacement)
		ana.must(c.changes, "PUT", "/api/v1/me/password", map[string]any{"current_password": password, "new_password": newPassword}, nil)
	}
}

func TestNobodyChangesTheirPasswordAllTheTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	body := map[string]any{"current_password": password, "new_password": password}
	for range 5 {
		ana.must(http.StatusOK, "PUT", "/api/v1/me/password", body, nil)
	}
	got := ana.do("PUT", "/api/v1/me/password", body)
	checkProblem(t, got, http.StatusTooManyRequests, "very often")
	if got.Header.Get("Retry-After") == "" {
		t.Error("429 without Retry-After")
	}
}

// The sign-in checks the password and then makes the session; in between comes
// the change.
func TestNoSessionComesAfterAChangeOfThePasswordThatItWasBegunWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	old, err := w.store.PasswordHash(t.Context(), ana.me.ID)
	if err != nil {
		t.Fatal(err)
	}
	ana.must(http.StatusOK, "PUT", "/api/v1/me/password",
		map[string]any{"current_password": password, "new_password": newPassword}, nil)
	late := w.visitor()
	ctx, err := w.app.sessions.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	b := Browser{r: late.request("POST", "/api/v1/sign-in", nil)}
	if err := w.app.startSession(ctx, b, ana.me.ID, old); err == nil {
		t.Error("the session was made")
	}
}
