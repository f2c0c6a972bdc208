package localpg

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestASecondStartFindsTheDataOfTheFirst(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "new", "data")
	first := start(t, dir)
	run(t, first, "create table kept as select 'still here' as what")
	stop(t, first)
	quickly(t, "the second start", func() time.Duration {
		began := time.Now()
		second := start(t, dir)
		took := time.Since(began)
		if got := ask(t, second, "select what from kept"); got != "still here" {
			t.Errorf("the table holds %q", got)
		}
		stop(t, second)
		return took
	})
}

func TestAStrictUmaskDoesNotLockPostgreSQLOut(t *testing.T) {
	t.Parallel()
	owner := play(t, os.Getuid(), ownerVar+"="+filepath.Join(folder(t), "new", "data"))
	said := owner.line(t)
	if err := owner.end(); err != nil {
		t.Fatalf("the owner says %q and ends with %v", said, err)
	}
}

func TestTheClusterIsMadeAsDesigned(t *testing.T) {
	t.Parallel()
	c := startNew(t)
	for question, want := range map[string]string{
		"show listen_addresses":                        "",
		"show data_checksums":                          "on",
		"show server_encoding":                         "UTF8",
		"select ('É' ~* 'é')::text":                    "true",
		"select ('a' < 'B' collate \"default\")::text": "false",
		"show config_file":                             filepath.Join(c.cfg.DataDir, confFile),
		"show max_connections":                         "60",
		"show idle_in_transaction_session_timeout":     "1min",
		"select current_user::text":                    "chatd",
		"select current_database()::text":              "chatd",
	} {
		if got := ask(t, c, question); got != want {
			t.Errorf("%s: got %q, want %q", question, got, want)
		}
	}
}

func TestADeadPostmasterIsStartedAgain(t *testing.T) {
	t.Parallel()
	c := startNew(t)
	run(t, c, "create table kept as select 'still here' as what")
	for range 3 {
		killPostmaster(t, c)
		eventually(t, "the database answers again", func() bool { return answersAgain(t, c) })
		if got := ask(t, c, "select what from kept"); got != "still here" {
			t.Errorf("the table holds %q", got)
		}
	}
}

func TestStopEndsAClusterThatIsJustBeingStartedAgain(t *testing.T) {
	t.Parallel()
	c := startNew(t)
	killPostmaster(t, c)
	stop(t, c)
	if _, ok := readPidFile(filepath.Join(c.pgData, "postmaster.pid")); ok {
		if pid := postmasterPID(t, c); c.serves(pid) {
			t.Errorf("postmaster %d still runs after Stop", pid)
		}
	}
}

func TestStopDoesNotWaitForClients(t *testing.T) {
	t.Parallel()
	c := startNew(t)
	conn := connect(t, c)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "create table unfinished ()"); err != nil {
		t.Fatal(err)
	}
	stop(t, c)
}

func TestStopWithoutTimeLeftIsImmediateAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	first := start(t, dir)
	run(t, first, "create table kept as select 'still here' as what")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := first.Stop(ended); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, start(t, dir), "select what from kept"); got != "still here" {
		t.Errorf("the table holds %q", got)
	}
}

func TestOnlyOneOfManyOwnersGetsTheData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	var started atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			c, err := Start(t.Context(), configFor(t.Output(), dir))
			if err == nil {
				started.Add(1)
				t.Cleanup(func() { stop(t, c) })
			} else if !strings.Contains(err.Error(), "another chatd (process") {
				t.Errorf("a refused owner is told %q", err)
			}
		})
	}
	all.Wait()
	if started.Load() != 1 {
		t.Errorf("%d owners started, want 1", started.Load())
	}
}

func TestASecondOwnerIsToldWhoTheFirstIs(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	owner := play(t, os.Getuid(), ownerVar+"="+dir)
	owner.line(t)
	_, err := Start(t.Context(), configFor(t.Output(), dir))
	wantRefusal(t, err, "another chatd", dir, "CHATD_DATA")
	if err := owner.end(); err != nil {
		t.Fatal(err)
	}
}

func TestAStartThatIsCalledOffLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, err := Start(ctx, configFor(t.Output(), dir))
	if err == nil {
		stop(t, c)
		t.Fatal("it started")
	}
	if _, ok := readPidFile(filepath.Join(dir, "postgres", "postmaster.pid")); ok {
		t.Error("a postmaster was left running")
	}
	start(t, dir)
}

func TestALongLogIsPutAside(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	stop(t, start(t, dir))
	path := filepath.Join(dir, logName)
	if err := os.Truncate(path, maxLog+1); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
	now, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.Stat(path + ".old")
	if err != nil {
		t.Fatal(err)
	}
	if now.Size() > maxLog/2 || old.Size() != maxLog+1 {
		t.Errorf("the log has %d bytes and the old one %d", now.Size(), old.Size())
	}
}

// killPostmaster ends the postmaster as kill -9 does.
func killPostmaster(t *testing.T, c *Cluster) {
	t.Helper()
	if err := syscall.Kill(postmasterPID(t, c), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func postmasterPID(t *testing.T, c *Cluster) int {
	t.Helper()
	running, ok := readPidFile(filepath.Join(c.pgData, "postmaster.pid"))
	if !ok {
		t.Fatal("there is no postmaster.pid")
	}
	return running.pid
}

// answersAgain tries to connect to a cluster that may be down.
func answersAgain(t *testing.T, c *Cluster) bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		return false
	}
	defer conn.Close(context.Background())
	var one int
	return conn.QueryRow(t.Context(), "select 1").Scan(&one) == nil
}
