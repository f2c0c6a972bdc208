package main

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"chatd/store/storetest"
)

func TestAPasswordIsResetWhileChatdRuns(t *testing.T) {
	t.Parallel()
	data := "CHATD_DATA=" + filepath.Join(folder(t), "data")
	chatd := serving(t, data)
	ana := chatd.setUp(t)
	said := does(t, "", []string{"admin", "reset-password", "ana"}, data)
	found := regexp.MustCompile(`^The new password of Ana \(ana\) is ([a-z2-7-]{23})\nOne session or access token has ended\.\n$`).FindStringSubmatch(said)
	if found == nil {
		t.Fatalf("it says %q", said)
	}
	eventually(t, "her session has ended", func() bool {
		status, _ := ana.do(t, http.MethodGet, "/api/v1/overview", nil)
		return status == http.StatusUnauthorized
	})
	if status := chatd.signIn(t, anasPassword); status != http.StatusUnauthorized {
		t.Errorf("with the old password: %d", status)
	}
	if status := chatd.signIn(t, found[1]); status != http.StatusOK {
		t.Errorf("with the new password: %d", status)
	}
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
}

func TestAPasswordIsResetWhileChatdDoesNotRun(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	data := "CHATD_DATA=" + dir
	chatd := serving(t, data)
	chatd.setUp(t)
	chatd.end(t, syscall.SIGTERM)
	said := does(t, "another password\r\nand more\n", []string{"admin", "reset-password", anasEmail}, data)
	if said != "Ana (ana) has the new password.\nOne session or access token has ended.\n" {
		t.Errorf("it says %q", said)
	}
	chatd = serving(t, data)
	if status := chatd.signIn(t, "another password"); status != http.StatusOK {
		t.Errorf("with the new password: %d", status)
	}
	if status := chatd.signIn(t, anasPassword); status != http.StatusUnauthorized {
		t.Errorf("with the old password: %d", status)
	}
}

func TestAPasswordIsNotResetForNothing(t *testing.T) {
	t.Parallel()
	database := "CHATD_DATABASE_URL=" + storetest.URL(t)
	chatd := serving(t, database)
	chatd.setUp(t)
	for name, tt := range map[string]struct{ login, input, want string }{
		"nobody has this name":      {"bea", "a fine password\n", `nobody has the user name or e-mail address "bea"`},
		"the password is too short": {"ana", "short\n", "too short"},
		"the password is empty":     {"ana", "\n", "too short"},
	} {
		t.Run(name, func(t *testing.T) {
			sentence := failsWith(t, tt.input, []string{"admin", "reset-password", tt.login}, database, "CHATD_LOG=error")
			if !strings.Contains(sentence, tt.want) {
				t.Errorf("it says %q", sentence)
			}
		})
	}
	if status := chatd.signIn(t, anasPassword); status != http.StatusOK {
		t.Errorf("with the password that she has: %d", status)
	}
}

func TestTheFirstSignalEndsTheWaitForAPassword(t *testing.T) {
	t.Parallel()
	cmd := invocation(t, []string{"admin", "reset-password", "ana"}, "CHATD_DATABASE_URL=postgres://127.0.0.1:1/chat", mainVar+"="+mainWithInput)
	holdInput(t, cmd)
	said := &output{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	eventually(t, "it reads the password", func() bool { return strings.Contains(said.String(), "reading the new password") })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.HasSuffix(said.String(), "chatd: stopped before it was done\n") {
		t.Errorf("the exit code is %d, and it says %s", code, said)
	}
}
