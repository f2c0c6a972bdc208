package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
)

// command is one thing that chatd does. All commands take the same settings.
type command struct {
	// name is what to write after chatd: one word, or more for a command of a
	// group such as admin, or admin users.
	name string
	// args names what follows the name, for help; what stands in brackets may
	// be left out.
	args string
	// summary is what it does, in a few words.
	summary string
	// details is what else help has to say of it; may be empty.
	details string
	// options are its own flags, beside the settings.
	options []option
	// bare says that it works whatever the settings are; they are not read.
	bare bool
	// run does it. It writes to stdout what was asked for, and has cfg.log for
	// everything else.
	run func(ctx context.Context, cfg config, args []string, stdin io.Reader, stdout io.Writer) error
}

// option is a flag that belongs to some commands.
type option struct {
	name, help string
	// value names what follows the flag, which is then in config.asked; "" is a
	// flag without a value, and set takes note of it.
	value string
	set   func(*config)
}

// longestName is how many words the name of a command has at most.
const longestName = 3

// commands is everything that chatd does, in the order in which help shows it.
func commands() []command {
	return slices.Concat([]command{
		{name: "serve", summary: "serve until Ctrl-C; this is what chatd does without a command", run: serve},
		{name: "config", summary: "show the settings in force and where they come from", run: showConfig},
		{name: "backup", args: "FILE", summary: "write everything into a file, while chatd runs or not", details: backupDetails, options: backupOptions(), run: backup},
		{name: "restore", args: "FILE", summary: "load a backup, while chatd does not run", details: restoreDetails, options: restoreOptions(), run: restore},
	}, adminCommands(), []command{
		{name: "health", summary: "ask the running chatd whether it is ready", details: healthDetails, run: askHealth},
		{name: "version", summary: "print the version", bare: true, run: printVersion},
		{name: "help", args: "[COMMAND]", summary: "print this, or more about a command", bare: true, run: printHelp},
	})
}

// find picks the command that the words begin with, and returns the words that
// follow its name. No words mean serve.
func find(words []string) (command, []string, error) {
	if len(words) == 0 {
		words = []string{"serve"}
	}
	all := commands()
	for n := min(longestName, len(words)); n > 0; n-- {
		name := strings.Join(words[:n], " ")
		if i := slices.IndexFunc(all, func(c command) bool { return c.name == name }); i >= 0 {
			return all[i], words[n:], nil
		}
	}
	return command{}, nil, unknownCommand(words)
}

// unknownCommand says what was perhaps meant.
func unknownCommand(words []string) error {
	known := 0
	for known < len(words) && len(following(words[:known+1])) > 0 {
		known++
	}
	next := following(words[:known])
	if known == len(words) {
		group := strings.Join(words, " ")
		return fmt.Errorf("chatd %s needs to know what to do: %s; chatd help %s shows more", group, strings.Join(next, ", "), group)
	}
	near, _ := nearest(words[known], next)
	meant := append(slices.Clone(words[:known]), near)
	return fmt.Errorf("there is no command %q; did you mean chatd %s? chatd help shows what there is",
		strings.Join(words[:known+1], " "), strings.Join(meant, " "))
}

// following are the words that follow some words in the names of commands, each
// once.
func following(words []string) (next []string) {
	for _, c := range commands() {
		name := strings.Fields(c.name)
		if len(name) > len(words) && slices.Equal(name[:len(words)], words) && !slices.Contains(next, name[len(words)]) {
			next = append(next, name[len(words)])
		}
	}
	return next
}

// usage is how to write the command.
func (c command) usage() string {
	words := []string{"chatd", c.name}
	for _, o := range c.options {
		words = append(words, "["+o.usage()+"]")
	}
	if c.args != "" {
		words = append(words, c.args)
	}
	return strings.Join(words, " ")
}

// usage is how to write the flag.
func (o option) usage() string {
	return strings.TrimSpace("--" + o.name + " " + o.value)
}

// checkArgs refuses too few and too many words after the command's name.
func (c command) checkArgs(args []string) error {
	names := strings.Fields(c.args)
	needed := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return strings.HasPrefix(name, "[") })
	switch {
	case len(args) < len(needed):
		return fmt.Errorf("%s is missing; write %s", needed[len(args)], c.usage())
	case len(args) > len(names) && c.name == "help":
		return nil // the name of a command may have two words
	case len(args) > len(names):
		return fmt.Errorf("%q is too much; write %s", args[len(names)], c.usage())
	default:
		return nil
	}
}
