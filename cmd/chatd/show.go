package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
)

// showConfig prints the settings in force and what follows from them. It asks
// neither the database nor the network.
func showConfig(_ context.Context, cfg config, _ []string, _ io.Reader, stdout io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	for _, s := range settings {
		value, from := s.fallback, "default"
		if g, ok := cfg.given[s.env]; ok {
			value, from = g.value, g.from
		}
		if s.shown != nil {
			value = s.shown(cfg, value)
		}
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.env, value, from)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(stdout, "\n%s", cfg.consequences())
	return err
}

// consequences is what the settings mean, in sentences.
func (c config) consequences() string {
	var text string
	say := func(format string, args ...any) { text += fmt.Sprintf(format+"\n", args...) }
	switch {
	case c.databaseURL != "":
		say("chatd uses %s and runs no PostgreSQL of its own.", placeOf(c.databaseURL))
	case c.data == "":
		say("There is no home folder to keep the data in; set CHATD_DATA.")
	default:
		say("chatd runs a PostgreSQL of its own, with its data in %s.", filepath.Join(c.data, "postgres"))
	}
	if c.publicURL == nil {
		say("People may open chatd at any address that leads to it.")
	} else {
		say("People open chatd at %s.", c.publicURL)
	}
	if c.metricsAddr == "" {
		say("There are no metrics.")
	} else {
		say("Metrics are at http://%s/metrics.", reachable(c.metricsAddr))
	}
	return text
}
