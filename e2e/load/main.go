package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	debug.SetGCPercent(400) // the server needs the processor more than we the memory
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// errViolated means that chatd broke a promise; the lines say which.
var errViolated = errors.New("there were violations")

// options are the flags that hold for all scenarios.
type options struct {
	chatd string // the program to start
	given given
}

// command runs what the command line asks for.
func command(ctx context.Context, args []string) error {
	var o options
	var p params
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.StringVar(&o.chatd, "chatd", "bin/chatd", "the chatd to start")
	flags.StringVar(&o.given.url, "url", "", "a chatd that runs, instead of starting one; with -database")
	flags.StringVar(&o.given.database, "database", "", "its database, which is filled; or an empty one for the chatd that is started")
	flags.IntVar(&o.given.pid, "pid", 0, "its process, when that is on this machine")
	flags.StringVar(&o.given.metrics, "metrics", "", "the address of its metrics")
	flags.IntVar(&p.Listeners, "n", 0, "listeners")
	flags.StringVar(&p.Mode, "mode", "", "iframe, ndjson or long-poll; mixed in restart")
	flags.IntVar(&p.Members, "members", 0, "listeners in each room")
	flags.IntVar(&p.Messages, "messages", 0, "messages to send")
	flags.Float64Var(&p.Rate, "rate", 0, "messages a second; people who come a second in presence")
	flags.IntVar(&p.Size, "size", 0, "bytes of a message")
	flags.IntVar(&p.Watchers, "watchers", 0, "listeners who are there before all others, in presence")
	flags.BoolVar(&p.Blind, "blind", false, "listeners who do not ask for presence")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch flags.Arg(0) {
	case "all":
		return runAll(ctx, o)
	case "table":
		return printTable(flags.Arg(1), os.Stdout)
	default:
		s, ok := scenarios[flags.Arg(0)]
		if !ok {
			return fmt.Errorf("there is no scenario %q; see go doc ./e2e/load", flags.Arg(0))
		}
		return runOne(ctx, o, s, p)
	}
}

// runOne runs a scenario in a database of its own.
func runOne(ctx context.Context, o options, s scenario, p params) error {
	place, err := openPlace(ctx, o)
	if err != nil {
		return err
	}
	defer place.close(ctx)
	return place.measure(ctx, s, p)
}

// runAll runs the long forms of all scenarios, one after the other.
func runAll(ctx context.Context, o options) error {
	place, err := openPlace(ctx, o)
	if err != nil {
		return err
	}
	defer place.close(ctx)
	var failed error
	for _, form := range longForms {
		if err := place.measure(ctx, scenarios[form.scenario], form.params); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", form.scenario, err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return failed
}

// measure runs a scenario and prints its line.
func (p *place) measure(ctx context.Context, s scenario, given params) error {
	database, err := p.database(ctx)
	if err != nil {
		return err
	}
	w, err := newWorld(ctx, p.options, database)
	if err != nil {
		return err
	}
	defer w.close(ctx)
	result := s.measure(ctx, w, given)
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		return err
	}
	if !result.OK {
		return errViolated
	}
	return nil
}

func note(format string, args ...any) { fmt.Fprintf(os.Stderr, "load: "+format+"\n", args...) }
