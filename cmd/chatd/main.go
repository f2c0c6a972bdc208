// Command chatd serves team chat in a browser: one program and one PostgreSQL.
//
// It reads its settings from flags, the environment and the files that the
// environment names; nothing else of chatd reads any of them. chatd help lists
// commands and settings.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	os.Exit(start(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// start does what the command line asks and returns the exit code: 0 after a
// clean end, 1 after an error, which is told in one sentence.
func start(args, environ []string, stdin io.Reader, stdout io.Writer, stderr *os.File) int {
	c, err := parse(args, environ)
	if err == nil {
		c.cfg.log = newLogger(stderr, c.cfg.logLevel)
		ctx, cancel := untilSignal()
		defer cancel()
		err = c.command.run(ctx, c.cfg, c.args, stdin, stdout)
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = errInterrupted
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "chatd: %s\n", strings.Join(strings.Fields(err.Error()), " "))
		return 1
	}
	return 0
}

// errInterrupted is the end of a command that a signal stopped before it was
// done.
var errInterrupted = errors.New("stopped before it was done")

// newLogger writes text for people on a terminal and JSON for programs.
func newLogger(out *os.File, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if isTerminal(out) {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
}

// isTerminal reports whether people sit at the other end of a file. It asks for
// the size of the window, which of all devices only a terminal has.
func isTerminal(file *os.File) bool {
	raw, err := file.SyscallConn()
	if err != nil {
		return false
	}
	var no error
	err = raw.Control(func(fd uintptr) { _, no = unix.IoctlGetWinsize(int(fd), unix.TIOCGWINSZ) })
	return err == nil && no == nil
}

// untilSignal is a context that ends with the first signal to stop. A second
// signal ends the program at once.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(1)
	}()
	return ctx, cancel
}
