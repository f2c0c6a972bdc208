package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever acts is neither deactivated nor suspended. A statement that asks only
// whether an account is closed is about somebody whom others see, or to whom
// something is done.
func TestWhatLetsSomebodyActAsksWhetherTheyAreSuspendedToo(t *testing.T) {
	t.Parallel()
	whyClosedAlone := map[string]string{
		"accounts.go":        "who signs in is told that they are suspended",
		"active.go":          "here it is",
		"direct.go":          "those who are written to",
		"manage.go":          "the owners, who are looked at then",
		"memberships.go":     "who is added",
		"mentionable.go":     "who is mentioned",
		"password.go":        "whose password is reset",
		"people.go":          "a list",
		"presence_people.go": "a list",
		"seen.go":            "a list",
		"visible.go":         "a list",
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		asks := strings.Contains(string(text), "deactivated_at is null")
		if strings.HasSuffix(file, "_test.go") || asks == (whyClosedAlone[file] != "") {
			continue
		}
		t.Errorf("%s asks whether an account is closed: %v (%s); should it be active?", file, asks, whyClosedAlone[file])
	}
}
