// Command chatd serves team chat in a browser: one program and one PostgreSQL.
//
// It reads its settings from flags and from the environment; nothing else of
// chatd reads either. chatd help lists them.
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
)

func main() {
	os.Exit(start(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// start does what the command line asks and returns the exit code: 0 after a
// clean end, 1 after an error, which is told in one sentence.
func start(args, environ []string, stdout io.Writer, stderr *os.File) int {
	cfg, err := parse(args, environ)
	if err == nil {
		switch cfg.command {
		case "help":
			fmt.Fprint(stdout, usage())
		case "version":
			fmt.Fprintln(stdout, "chatd", version())
		default:
			cfg.log = newLogger(stderr, cfg.logLevel)
			ctx, cancel := untilSignal()
			defer cancel()
			err = run(ctx, cfg, stdout)
			if ctx.Err() != nil && errors.Is(err, context.Canceled) {
				err = nil // stopped while it was still starting
			}
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "chatd: %s\n", strings.Join(strings.Fields(err.Error()), " "))
		return 1
	}
	return 0
}

// newLogger writes text for people on a terminal and JSON for programs.
func newLogger(out *os.File, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if info, err := out.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
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
