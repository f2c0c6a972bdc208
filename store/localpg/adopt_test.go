package localpg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestThePostmasterOfAKilledOwnerIsTakenOver(t *testing.T) {
	t.Parallel()
	quickly(t, "taking over", func() time.Duration { return takeOver(t) })
}

// takeOver leaves a postmaster, takes it over, and tells how long that took.
func takeOver(t *testing.T) time.Duration {
	t.Helper()
	dir := filepath.Join(folder(t), "data")
	url := leave(t, dir)
	old, _ := readPidFile(filepath.Join(dir, "postgres", "postmaster.pid"))

	began := time.Now()
	c := start(t, dir)
	took := time.Since(began)
	if c.URL() != url {
		t.Errorf("it runs at %s, want the old %s", c.URL(), url)
	}
	if ask(t, c, "select 'works'") != "works" {
		t.Error("it does not work")
	}
	pid := postmasterPID(t, c)
	if pid != old.pid {
		t.Errorf("the postmaster is process %d, want the old one, %d", pid, old.pid)
	}
	stop(t, c)
	if c.serves(pid) {
		t.Error("the postmaster still runs after Stop")
	}
	return took
}

func TestAnAdoptedPostmasterThatDiesIsStartedAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	leave(t, dir)
	c := start(t, dir)
	old := postmasterPID(t, c)
	killPostmaster(t, c)
	eventually(t, "a new postmaster answers", func() bool {
		now, ok := readPidFile(filepath.Join(c.pgData, "postmaster.pid"))
		return ok && now.pid != old && answersAgain(t, c)
	})
}

func TestALeftPostmasterWithOtherSettingsIsReplaced(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	leave(t, dir)
	cfg := configFor(t.Output(), dir)
	cfg.Settings["work_mem"] = "5MB"
	c, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	if got := ask(t, c, "show work_mem"); got != "5MB" {
		t.Errorf("work_mem is %s, want 5MB", got)
	}
}

func TestALeftPostmasterWhoseSocketIsGoneIsReplaced(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	leave(t, dir)
	left, _ := readPidFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	if err := os.RemoveAll(left.socketDir); err != nil {
		t.Fatal(err)
	}
	if ask(t, start(t, dir), "select 'works'") != "works" {
		t.Error("it does not work")
	}
}

func TestProcessesOfAKilledPostmasterAreWaitedFor(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	conn, err := pgx.Connect(t.Context(), leave(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var backend int
	if err := conn.QueryRow(t.Context(), "select pg_backend_pid()").Scan(&backend); err != nil {
		t.Fatal(err)
	}
	left, _ := readPidFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	// In this order: a backend that runs notices at once that its postmaster is dead.
	if err := syscall.Kill(backend, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(left.pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	started := make(chan *Cluster, 1)
	go func() {
		c, err := Start(t.Context(), configFor(t.Output(), dir))
		if err != nil {
			t.Error(err)
		}
		started <- c
	}()
	defer func() { // whatever the test finds
		if err := syscall.Kill(backend, syscall.SIGCONT); err != nil {
			t.Error(err)
		}
		if c := <-started; c != nil {
			stop(t, c)
		}
	}()
	eventually(t, "a start was refused", func() bool {
		log, _ := os.ReadFile(filepath.Join(dir, logName))
		return strings.Contains(string(log), "pre-existing shared memory block")
	})
}

func TestAProcessIdThatAnotherProgramHasNowIsNotTaken(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n/tmp\n\n", os.Getpid(), filepath.Join(dir, "postgres"))
	path := filepath.Join(dir, "postgres", "postmaster.pid")
	if err := os.WriteFile(path, []byte(stale), 0o644); err != nil {
		t.Fatal(err)
	}
	if ask(t, start(t, dir), "select 'works'") != "works" {
		t.Error("it does not work")
	}
}

func TestAPidFileThatSaysNothingIsNoServer(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "x\n", "-1\n/data\n", "0\n"} {
		path := filepath.Join(t.TempDir(), "postmaster.pid")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if f, ok := readPidFile(path); ok {
			t.Errorf("%q is read as process %d", text, f.pid)
		}
	}
}

func TestAnInterruptedFirstStartIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	var dir string
	// On a busy machine initdb may be ready before its owner is killed.
	for try, inTime := 0, false; !inTime; try++ {
		dir = filepath.Join(folder(t), "data")
		owner := play(t, os.Getuid(), ownerVar+"="+dir)
		eventually(t, "initdb has begun", func() bool { return len(unfinished(t, dir)) > 0 })
		owner.kill(t)
		_, exists, err := dataVersion(filepath.Join(dir, "postgres"))
		if inTime = !exists; err != nil || exists && try == 4 {
			t.Fatalf("the half-made directory counts as a cluster (%v)", err)
		}
		if exists {
			stop(t, start(t, dir)) // what the owner has started ends
		}
	}
	if ask(t, start(t, dir), "select 'works'") != "works" {
		t.Error("it does not work")
	}
	if left := unfinished(t, dir); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestAnUnfinishedDirectoryThatAServerUsedIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	used := filepath.Join(dir, newPrefix+"1")
	if err := os.Rename(filepath.Join(dir, "postgres"), used); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
	if _, exists, err := dataVersion(used); !exists || err != nil {
		t.Errorf("the data in %s is gone (%v)", used, err)
	}
}

func unfinished(t *testing.T, dir string) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, newPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}
