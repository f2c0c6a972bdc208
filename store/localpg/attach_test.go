package localpg

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// attach reaches a cluster as a command does.
func attach(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Attach(t.Context(), configFor(t.Output(), dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

// refusedAttach reaches a cluster that must not be reached.
func refusedAttach(t *testing.T, dir string) error {
	t.Helper()
	c, err := Attach(t.Context(), configFor(t.Output(), dir))
	if err == nil {
		stop(t, c)
	}
	return err
}

func TestACommandUsesThePostgreSQLOfTheChatdThatServes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	owner := start(t, dir)
	run(t, owner, "create table kept as select 'here' as what")
	for range 2 {
		command := attach(t, dir)
		if got := ask(t, command, "select what from kept"); got != "here" {
			t.Errorf("the command finds %q", got)
		}
		stop(t, command)
	}
	if got := ask(t, owner, "select what from kept"); got != "here" {
		t.Errorf("after the commands it holds %q", got)
	}
}

func TestACommandStartsPostgreSQLWhenNobodyServes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	command := attach(t, dir)
	postmaster := postmasterPID(t, command)
	if got := ask(t, command, "select 'here'"); got != "here" {
		t.Errorf("it says %q", got)
	}
	_, err := Start(t.Context(), configFor(t.Output(), dir))
	wantRefusal(t, err, "a command of chatd (process", "try again when it has finished")
	if inUse, ok := errors.AsType[*InUseError](err); !ok || !inUse.Command || inUse.PID != os.Getpid() {
		t.Errorf("the error is %+v", inUse)
	}
	stop(t, command)
	if command.serves(postmaster) {
		t.Error("PostgreSQL still runs after the command")
	}
}

func TestASecondCommandFollowsTheFirst(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	first := attach(t, dir)
	reached := make(chan *Cluster, 1)
	go func() {
		second, err := Attach(t.Context(), configFor(t.Output(), dir))
		if err != nil {
			t.Errorf("the second: %v", err)
		}
		reached <- second
	}()
	for range 20 {
		ask(t, first, "select pg_sleep(0.05)::text") // nobody takes it away
	}
	select {
	case <-reached:
		t.Error("the second did not wait")
	default:
	}
	stop(t, first)
	if second := <-reached; second != nil {
		if got := ask(t, second, "select 'here'"); got != "here" {
			t.Errorf("it says %q", got)
		}
		stop(t, second)
	}
}

func TestACommandTakesOverWhatAKilledChatdLeft(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	leave(t, dir)
	command := attach(t, dir)
	postmaster := postmasterPID(t, command)
	ask(t, command, "select 'here'")
	stop(t, command)
	if command.serves(postmaster) {
		t.Error("PostgreSQL still runs after the command")
	}
}

func TestACommandMakesNoNewCluster(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	wantRefusal(t, refusedAttach(t, dir), "there is no data of chatd in "+dir, "CHATD_DATA", "CHATD_DATABASE_URL")
	if _, err := os.Stat(dir); err == nil {
		t.Error("a folder was made")
	}
}

func TestACommandDoesNotWorkOnTheDataOfAnotherAccount(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	write(t, filepath.Join(dir, lockName), "")
	if os.Getuid() != 0 {
		return // only root can give a file away, and only root gets as far as this
	}
	if err := os.Chown(filepath.Join(dir, lockName), 65534, 65534); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, refusedAttach(t, dir), "belongs to the account nobody", "sudo -u nobody chatd")
	cfg := configFor(t.Output(), dir)
	cfg.Command = true
	wantRefusal(t, refusedStart(t, cfg), "belongs to the account nobody")
}

func TestACommandThatCannotReachTheServingChatdsPostgreSQLGivesUp(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	start(t, dir)
	// As from another container: the data is there, the process is not.
	elsewhere := filepath.Join(folder(t), "data")
	seed(t, elsewhere)
	if err := os.Link(filepath.Join(dir, lockName), filepath.Join(elsewhere, lockName)); err != nil {
		t.Fatal(err)
	}
	c, err := newCluster(configFor(t.Output(), elsewhere))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.attachOrStart(t.Context(), 0)
	wantRefusal(t, err, "cannot be reached from here (it is not running)", "run this command where that chatd runs")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.attachOrStart(ended, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
