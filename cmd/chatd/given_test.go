package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAPipeInThePlaceOfAFileIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/null"} {
		refused := make(chan error, 1)
		go func() {
			_, err := parse([]string{"config"}, []string{"CHATD_LOG_FILE=" + path})
			refused <- err
		}()
		select {
		case err := <-refused:
			if err == nil || !strings.Contains(err.Error(), "CHATD_LOG_FILE names "+path+", which is no ordinary file") {
				t.Errorf("%s: the error is %v", path, err)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s is still being opened after 30 s", path)
		}
	}
}

func TestALinkToAFileIsRead(t *testing.T) {
	t.Parallel()
	// Kubernetes links value to ..data/value, and ..data to a folder.
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "..now"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "..now", "log"), []byte("warn\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"..data": "..now", "log": "..data/log"} {
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := readValue(filepath.Join(folder, "log")); err != nil || got != "warn" {
		t.Errorf("it holds %q (%v)", got, err)
	}
}

func TestControlCharactersAreRefusedWhereverTheyComeFrom(t *testing.T) {
	t.Parallel()
	for bad, want := range map[string]string{
		"/a\nb": "holds a line break", "/a\rb": "holds a line break",
		"/a\x00": "character U+0000", "/\x1b[2J": "character U+001B", "/\u009b2J": "character U+009B",
	} {
		for from, about := range map[string]struct{ args, environ []string }{
			"CHATD_DATA (--data) ":   {[]string{"--data", bad}, nil},
			"CHATD_DATA ":            {nil, []string{"CHATD_DATA=" + bad}},
			"CHATD_DATA_FILE ":       {nil, []string{"CHATD_DATA_FILE=" + bad}},
			"CHATD_DATA_FILE names ": {nil, []string{"CHATD_DATA_FILE=" + holding(t, bad+"\n")}},
		} {
			_, err := parse(about.args, about.environ)
			if err == nil || !strings.HasPrefix(err.Error(), from) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), bad) {
				t.Errorf("%q: the error is %v, want %s… %s", bad, err, from, want)
			}
		}
	}
}

func TestABadValueInAFileIsNotShown(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"CHATD_ADDR":            {"4711", "sesame", "localhost:sesame"},
		"CHATD_METRICS_ADDR":    {"4711", "sesame", "localhost:sesame"},
		"CHATD_DATABASE_URL":    {"sesame", "postgres://ana:sesame%zz@host/chat", "postgres://host/chat?connect_timeout=sesame"},
		"CHATD_PUBLIC_URL":      {"sesame", "https://ana:sesame@host", "https://host/sesame?", "https://sésame*", "https://host:4711471", "https://sesame.4711"},
		"CHATD_TRUSTED_PROXIES": {"sesame", "127.0.0.1,sesame"},
		"CHATD_LOG":             {"sesame"},
	} {
		for _, value := range values {
			path := holding(t, value+"\n")
			_, err := parse(nil, []string{name + "_FILE=" + path})
			if err == nil || !strings.HasPrefix(err.Error(), name) {
				t.Fatalf("%s with %s: the error is %v", name, value, err)
			}
			rest := strings.ReplaceAll(err.Error(), path, "")
			if strings.Contains(rest, "same") || strings.Contains(rest, "4711") {
				t.Errorf("%s with %s: the error is %v", name, value, err)
			}
		}
	}
}

func TestWhatStandsBeforeAnAtIsNotShown(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"loud":                          `"loud"`,
		"https://u:secret@host/":        `"https://xxxxx@host/"`,
		"https://u:sec@ret/a?b@host":    `"https://xxxxx@host"`,
		"u:secret@host":                 `"xxxxx@host"`,
		"postgres://u:secret%zz@host:1": `"postgres://xxxxx@host:1"`,
	} {
		if got := (given{value, "environment"}).shown(); got != want {
			t.Errorf("%s is shown as %s, want %s", value, got, want)
		}
	}
}
