package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"
)

// printHelp prints what chatd can do, or what the command can that args name.
func printHelp(_ context.Context, _ config, args []string, _ io.Reader, stdout io.Writer) error {
	if len(args) == 0 {
		_, err := io.WriteString(stdout, help())
		return err
	}
	if len(following(args)) > 0 {
		_, err := io.WriteString(stdout, helpOf(args))
		return err
	}
	c, rest, err := find(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%q is too much; write chatd help %s", rest[0], c.name)
	}
	_, err = io.WriteString(stdout, c.help())
	return err
}

// help is the text of chatd help.
func help() string {
	var b strings.Builder
	b.WriteString("chatd serves team chat in a browser.\n\n")
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		if !strings.HasPrefix(c.name, adminGroup) {
			fmt.Fprintf(table, "  %s\t%s\n", c.usage(), c.summary)
		}
	}
	fmt.Fprintf(table, "  chatd %sCOMMAND\tlook after people, rooms and invites; chatd help admin shows how\n", adminGroup)
	_ = table.Flush()
	b.WriteString("\nSettings, the same for all commands, as flags or in the environment:\n\n")
	for _, s := range settings {
		name := ""
		if s.flag != "" {
			name = "--" + s.flag
		}
		fmt.Fprintf(table, "  %s\t%s\t%s", name, s.env, s.help)
		if s.fallback != "" {
			fmt.Fprintf(table, " (default %s)", s.fallback)
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush()
	b.WriteString("\nEach can stand in a file as well, which the same name with _FILE at its end names:\n" +
		"CHATD_DATABASE_PASSWORD_FILE=/run/secrets/database.\n")
	return b.String()
}

// helpOf is the text of chatd help for a group of commands.
func helpOf(group []string) string {
	var b strings.Builder
	prefix := strings.Join(group, " ") + " "
	fmt.Fprintf(&b, "chatd %sCOMMAND\n\n", prefix)
	if strings.HasPrefix(prefix, adminGroup) {
		fmt.Fprintf(&b, "%s\n\n", adminDetails)
	}
	for _, c := range commands() {
		if strings.HasPrefix(c.name, prefix) {
			fmt.Fprintf(&b, "  %s\n      %s\n", c.usage(), c.summary)
		}
	}
	fmt.Fprintf(&b, "\nchatd help %sand the rest of the name says more about one of them.\n", prefix)
	return b.String()
}

// help is the text of chatd help for one command.
func (c command) help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s%s.\n", c.usage(), strings.ToUpper(c.summary[:1]), c.summary[1:])
	if c.details != "" {
		fmt.Fprintf(&b, "\n%s\n", c.details)
	}
	if len(c.options) > 0 {
		b.WriteString("\n")
		for _, o := range c.options {
			fmt.Fprintf(&b, "  %-16s %s\n", o.usage(), o.help)
		}
	}
	if !c.bare {
		b.WriteString("\nIt takes the settings that chatd help shows, as flags or in the environment.\n")
	}
	return b.String()
}

// printVersion prints the version.
func printVersion(_ context.Context, _ config, _ []string, _ io.Reader, stdout io.Writer) error {
	_, err := fmt.Fprintln(stdout, "chatd", version())
	return err
}

// release is the version that the builder named: the Dockerfile, by
// -ldflags "-X main.release=…". Empty: not named.
var release string

// version names this build: what the builder said, the module's version, or
// the commit it was built from.
func version() string {
	name := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		name = info.Main.Version
	}
	return cmp.Or(release, name) + " " + runtime.Version()
}
