package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"chatd/store/storetest"
)

// begin starts a command that is to be interrupted.
func begin(t *testing.T, cmd *exec.Cmd) (said *output) {
	t.Helper()
	said = &output{}
	cmd.Stderr = said
	if cmd.Stdin == nil {
		holdInput(t, cmd)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return said
}

// wantInterrupted sends one signal, at which the command must end.
func wantInterrupted(t *testing.T, cmd *exec.Cmd, said *output) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if want := "chatd: stopped before it was done\n"; said.String() != want {
		t.Errorf("it says %q, want %q", said, want)
	}
}

func TestARestoreThatWaitsForItsArchiveEndsAtTheFirstSignal(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := invocation(t, []string{"restore", fifo}, "CHATD_DATABASE_URL="+storetest.URL(t))
	said := begin(t, cmd)
	var silent *os.File
	eventually(t, "it has opened the pipe", func() (ok bool) {
		var err error
		silent, err = os.OpenFile(fifo, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		return err == nil
	})
	defer silent.Close()
	wantInterrupted(t, cmd, said)
}

func TestARestoreThatWaitsForMoreEndsAtTheFirstSignal(t *testing.T) {
	t.Parallel()
	source, target := storetest.URL(t), storetest.URL(t)
	fillWithTalk(t, source, "From the backup", 10_000)
	archive := does(t, "", []string{"backup", "-"}, "CHATD_DATABASE_URL="+source)
	cmd := invocation(t, []string{"restore", "-"}, "CHATD_DATABASE_URL="+target, mainVar+"="+mainWithInput)
	silent, more, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer more.Close()
	cmd.Stdin = silent
	said := begin(t, cmd)
	silent.Close()
	if _, err := more.WriteString(archive[:len(archive)/2]); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is in the middle of its work", func() bool {
		return asked(t, target, `select count(*) from pg_stat_activity
			where datname = current_database() and application_name = 'chatd restore' and wait_event = 'ClientRead' and query like 'copy%'`) == 1
	})
	wantInterrupted(t, cmd, said)
	if n := asked(t, target, `select count(*) from messages`); n != 0 {
		t.Errorf("there are %d messages", n)
	}
}

func TestOpeningAPipeWithoutAnybodyEndsWithItsContext(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := openUntil(ctx, fifo); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
	eventually(t, "the opening is over as well", func() bool {
		writer, err := os.OpenFile(fifo, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err == nil {
			_ = writer.Close()
		}
		return err == nil
	})
}
