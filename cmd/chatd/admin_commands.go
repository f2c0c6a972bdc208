package main

import (
	"context"
	"io"
	"slices"
)

// adminGroup begins the names of the commands that look after people, rooms and
// invites.
const adminGroup = "admin "

const adminDetails = `These commands look after people, rooms and invites, in the name of whoever has
access to the machine: the audit log names no person for what they do. They
work while chatd runs, where it shows in open pages within two seconds, and
while it does not. LOGIN is a user name or an e-mail address, ROOM the id or
the name of a room. With --json they answer with what the API answers with.`

// jsonOption is of every admin command.
var jsonOption = option{name: "json", help: "answer for machines", set: func(c *config) { c.json = true }}

// adminCommand makes a command of the group.
func adminCommand(name, args, summary, details string, act func(context.Context, *desk, []string) error, options ...option) command {
	return command{
		name: adminGroup + name, args: args, summary: summary, details: details,
		options: append(slices.Clone(options), jsonOption),
		run: func(ctx context.Context, cfg config, args []string, stdin io.Reader, stdout io.Writer) error {
			return administer(ctx, cfg, stdin, stdout, func(ctx context.Context, d *desk) error { return act(ctx, d, args) })
		},
	}
}

// adminCommands are the commands of the group, in the order in which help shows
// them.
func adminCommands() []command {
	return slices.Concat(
		[]command{{
			name: adminGroup + "reset-password", args: "LOGIN", summary: "give somebody a new password",
			details: resetDetails, options: []option{jsonOption}, run: resetPassword,
		}},
		userCommands(), roomCommands(), inviteCommands(), auditCommands(),
		[]command{adminCommand("stats", "", "show what the workspace amounts to", statsDetails, showStats)},
	)
}

// Options that several commands have.
var (
	searchOption = option{name: "search", value: "TEXT", help: "only those with this in a name, whatever the case"}
	limitOption  = option{name: "limit", value: "N", help: "how many at most"}
	reasonOption = option{name: "reason", value: "TEXT", help: "why; it stands in the audit log, and whoever it concerns is told"}
)
