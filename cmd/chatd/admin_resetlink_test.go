package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"chatd/store/storetest"
)

func TestALinkForANewPasswordLetsTheOnlyOwnerInAgain(t *testing.T) {
	t.Parallel()
	database := "CHATD_DATABASE_URL=" + storetest.URL(t)
	chatd := serving(t, database)
	chatd.setUp(t)
	said := does(t, "", words("admin users reset-link ana"), database)
	first := regexp.MustCompile(`^The link for Ana \(ana\) is good until \d{4}-\d\d-\d\d \d\d:\d\d: /reset/(\S+)\n$`).FindStringSubmatch(said)
	if first == nil {
		t.Fatalf("it says %q", said)
	}
	made := reads[struct {
		Username  string    `json:"username"`
		URL       string    `json:"url"`
		ExpiresAt time.Time `json:"expires_at"`
	}](t, words("admin users reset-link "+anasEmail+" --public-url https://chat.example.org/x"), database)
	token, ok := strings.CutPrefix(made.URL, "https://chat.example.org/x/reset/")
	if left := time.Until(made.ExpiresAt); !ok || made.Username != "ana" || left < 23*time.Hour || left > 25*time.Hour {
		t.Fatalf("%+v", made)
	}
	visitor := chatd.browser(t)
	for _, use := range []struct {
		token  string
		status int
	}{{first[1], http.StatusGone}, {token, http.StatusNoContent}, {token, http.StatusGone}} {
		status, _ := visitor.do(t, http.MethodPost, "/api/v1/password-resets", map[string]any{"token": use.token, "password": "another password"})
		if status != use.status {
			t.Errorf("%s: %d, want %d", use.token, status, use.status)
		}
	}
	if status := chatd.signIn(t, "another password"); status != http.StatusOK {
		t.Errorf("with the new password: %d", status)
	}
	if got := strings.Join(acts(t, database), " "); got != "reset-link-made reset-link-made" {
		t.Errorf("the audit log has %s", got)
	}
	if sentence := failsWith(t, "", words("admin users reset-link bea"), database, "CHATD_LOG=error"); !strings.Contains(sentence, `"bea"`) {
		t.Errorf("for nobody it says %q", sentence)
	}
}
