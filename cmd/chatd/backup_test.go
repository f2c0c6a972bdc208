package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"chatd/store/storetest"
)

// says posts a message in the person's first room.
func (b *browser) says(t *testing.T, text string) {
	t.Helper()
	b.must(t, http.MethodPost, "/api/v1/rooms/"+b.room(t)+"/messages", map[string]any{"body": text})
}

// hears is what the person's first room holds, as the API answers it.
func (b *browser) hears(t *testing.T) string {
	t.Helper()
	return b.must(t, http.MethodGet, "/api/v1/rooms/"+b.room(t)+"/messages", nil)
}

func TestABackupOfARunningChatdBringsEverythingBackAfterALoss(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "chatd.tar.gz")
	chatd := serving(t, "CHATD_DATA="+data)
	ana := chatd.setUp(t)
	ana.says(t, "before the backup")
	said := does(t, "", []string{"backup", file}, "CHATD_DATA="+data)
	if want := file + " holds 1 message, 1 person, 1 room ("; !strings.HasPrefix(said, want) {
		t.Errorf("it says %q, want %q", said, want)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the backup is %v: %v", info, err)
	}
	ana.says(t, "after the backup")

	refused := fails(t, []string{"restore", "--force", file}, "CHATD_DATA="+data)
	if want := fmt.Sprintf("chatd (process %d) is running on the data in %s; stop it first", chatd.cmd.Process.Pid, data); refused != want {
		t.Errorf("while chatd runs: %q, want %q", refused, want)
	}
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
	refused = fails(t, []string{"restore", file}, "CHATD_DATA="+data)
	if want := "the database holds the workspace “Harbour” (1 person and 2 messages); add --force"; !strings.HasPrefix(refused, want) {
		t.Errorf("over data: %q, want %q", refused, want)
	}

	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	said = does(t, "", []string{"restore", file}, "CHATD_DATA="+data)
	if !strings.HasPrefix(said, "restored 1 message, 1 person, 1 room as of 20") {
		t.Errorf("it says %q", said)
	}
	wantStopped(t, data)
	ana.base = serving(t, "CHATD_DATA="+data).url
	ana.says(t, "after the restore")
	heard := ana.hears(t) // she is still signed in
	if !strings.Contains(heard, "before the backup") || strings.Contains(heard, "after the backup") || !strings.Contains(heard, "after the restore") {
		t.Errorf("the room holds %s", heard)
	}
}

// wantStopped fails when the private PostgreSQL of a data folder still runs.
func wantStopped(t *testing.T, data string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(data, "postgres", "postmaster.pid")); err == nil {
		t.Error("PostgreSQL still runs")
	}
}

func TestBackupsOfAStoppedChatdDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	data := filepath.Join(dir, "data")
	chatd := serving(t, "CHATD_DATA="+data)
	chatd.setUp(t).says(t, "hello")
	chatd.end(t, syscall.SIGTERM)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			file := filepath.Join(dir, fmt.Sprint(i))
			cmd := invocation(t, []string{"backup", file}, "CHATD_DATA="+data, mainVar+"="+mainWithInput)
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "1 message") {
				t.Errorf("backup %d says %q: %v", i, out, err)
			}
		})
	}
	all.Wait()
	wantStopped(t, data)
	chatd = serving(t, "CHATD_DATA="+data)
	does(t, "", []string{"backup", filepath.Join(dir, "running")}, "CHATD_DATA="+data)
	if status, _ := chatd.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("after a backup chatd answers %d", status)
	}
}

func TestABackupOfADatabaseOfYourOwn(t *testing.T) {
	t.Parallel()
	address := "CHATD_DATABASE_URL=" + storetest.URL(t)
	chatd := serving(t, address)
	chatd.setUp(t).says(t, "hello")
	archive := does(t, "", []string{"backup", "-"}, address)
	refused := failsWith(t, archive, []string{"restore", "-", "--force"}, address)
	if !strings.Contains(refused, "chatd is running on the database; stop it first") {
		t.Errorf("while chatd runs: %q", refused)
	}
	chatd.end(t, syscall.SIGTERM)

	other := "CHATD_DATABASE_URL=" + storetest.URL(t)
	if said := does(t, archive, []string{"restore", "-"}, other); !strings.HasPrefix(said, "restored 1 message, 1 person, 1 room") {
		t.Errorf("it says %q", said)
	}
	refused = failsWith(t, archive, []string{"restore", "-"}, other)
	if !strings.Contains(refused, "“Harbour”") || !strings.Contains(refused, "--force") {
		t.Errorf("over data: %q", refused)
	}
	does(t, archive, []string{"restore", "-", "--force"}, other)
}

func TestABackupIsNotWrittenOverAFile(t *testing.T) {
	t.Parallel()
	address := "CHATD_DATABASE_URL=" + storetest.URL(t)
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"":                               "the name of the file is empty",
		file:                             "is there already; choose another name, or write over it with --force",
		link:                             "is no ordinary file",
		dir:                              "is no ordinary file",
		filepath.Join(dir, "no", "file"): "cannot be written (no such file or directory)",
	} {
		if refused := fails(t, []string{"backup", name}, address); !strings.Contains(refused, want) {
			t.Errorf("%s: %q, want %q", name, refused, want)
		}
	}
	if refused := fails(t, []string{"backup", "--force", file}, "CHATD_DATABASE_URL=postgres://chatd@127.0.0.1:1/chat"); !strings.Contains(refused, "cannot be reached") {
		t.Errorf("without a database: %q", refused)
	}
	if text, err := os.ReadFile(file); string(text) != "precious" {
		t.Errorf("the file holds %q (%v)", text, err)
	}
	does(t, "", []string{"backup", "--force", file}, address)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("beside the backup there are %v (%v)", entries, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 || info.Size() < 100 {
		t.Errorf("the backup is %v (%v)", info, err)
	}
}

// backsUpTo runs backup - with a file as standard output, and returns what it logs.
func backsUpTo(t *testing.T, out *os.File, address string) (logged string) {
	t.Helper()
	cmd := invocation(t, []string{"backup", "-"}, address)
	holdInput(t, cmd)
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("%v: %s", err, &stderr)
	}
	return stderr.String()
}

func TestABackupToStandardOutputWarnsOfAFileThatOthersMayRead(t *testing.T) {
	t.Parallel()
	address := "CHATD_DATABASE_URL=" + storetest.URL(t)
	dir := t.TempDir()
	for mode, warns := range map[os.FileMode]bool{0o600: false, 0o640: true, 0o604: true} {
		out, err := os.OpenFile(filepath.Join(dir, mode.String()), os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if err := out.Chmod(mode); err != nil {
			t.Fatal(err)
		}
		if logged := backsUpTo(t, out, address); strings.Contains(logged, "umask 077") != warns {
			t.Errorf("%v: it logs %q", mode, logged)
		}
	}
}

func TestABackupMayGoNowhere(t *testing.T) {
	t.Parallel()
	out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if logged := backsUpTo(t, out, "CHATD_DATABASE_URL="+storetest.URL(t)); strings.Contains(logged, "umask") {
		t.Errorf("it logs %q", logged)
	}
}

func TestStandardOutputIsCalledSo(t *testing.T) {
	t.Parallel()
	cmd := invocation(t, []string{"backup", "-"}, "CHATD_DATABASE_URL="+storetest.URL(t))
	holdInput(t, cmd)
	broken, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	broken.Close()
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &stderr
	if err := cmd.Run(); err == nil || !strings.Contains(stderr.String(), "chatd: standard output failed (write: broken pipe)") {
		t.Errorf("it says %q (%v)", &stderr, err)
	}
}

func TestATerminalIsOneThatAnswersAsOne(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{os.DevNull: false, "/dev/ptmx": true, "backup_test.go": false} {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if got := isTerminal(file); got != want {
			t.Errorf("%s is a terminal: %v", name, got)
		}
	}
}
