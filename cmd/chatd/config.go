package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// call is what the command line asks for.
type call struct {
	command command
	args    []string
	cfg     config
}

// parse reads the command line and the environment. A flag wins over the
// environment; an empty variable counts as not set.
func parse(args, environ []string) (call, error) {
	line, err := readLine(args)
	if err != nil {
		return call{}, err
	}
	if line.help && len(line.words) > 0 && len(following(line.words)) > 0 {
		return asHelp(command{name: strings.Join(line.words, " ")})
	}
	c, rest, err := find(line.words)
	switch {
	case err != nil:
		return call{}, err
	case line.help:
		return asHelp(c)
	}
	if err := c.checkArgs(rest); err != nil {
		return call{}, err
	}
	result := call{command: c, args: rest}
	if err := line.applyOptions(c, &result.cfg); err != nil || c.bare {
		return result, err
	}
	given, err := environment(environ, line.values)
	if err != nil {
		return call{}, err
	}
	result.cfg.given = given
	return result, result.cfg.apply()
}

// asHelp is chatd help for a command whose flags ask for help.
func asHelp(about command) (call, error) {
	c, _, err := find([]string{"help"})
	result := call{command: c}
	if about.name != "serve" {
		result.args = strings.Fields(about.name)
	}
	return result, err
}

// apply gives each setting its value.
func (c *config) apply() error {
	for _, s := range settings {
		g, ok := c.given[s.env]
		if !ok {
			g.value = s.fallback
		}
		if err := s.set(c, g); err != nil {
			return fmt.Errorf("%s %w", s.names(), err)
		}
	}
	return c.combine()
}

// names is how errors call a setting.
func (s setting) names() string {
	if s.flag == "" {
		return s.env
	}
	return fmt.Sprintf("%s (--%s)", s.env, s.flag)
}

// commandLine is a command line taken apart.
type commandLine struct {
	words   []string          // what is no flag, in order
	values  map[string]string // of settings, by the name in the environment
	options []string          // flags that belong to commands
	asked   map[string]string // the values of those that have one
	help    bool
}

// readLine takes the command line apart. Flags may stand before, between and
// after the words.
func readLine(args []string) (commandLine, error) {
	line := commandLine{values: map[string]string{}, asked: map[string]string{}}
	flags, names := line.flags()
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return line, flagError(err, names)
		}
		args = flags.Args()
		if len(args) > 0 {
			line.words = append(line.words, args[0])
			args = args[1:]
		}
	}
	return line, nil
}

// flags is every flag that there is, and their names.
func (line *commandLine) flags() (flags *flag.FlagSet, names []string) {
	flags = flag.NewFlagSet("chatd", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, s := range settings {
		if s.flag == "" {
			continue
		}
		names = append(names, s.flag)
		flags.Func(s.flag, s.help, func(value string) error {
			line.values[s.env] = value
			return nil
		})
	}
	for _, c := range commands() {
		for _, o := range c.options {
			if slices.Contains(names, o.name) {
				continue
			}
			names = append(names, o.name)
			line.define(flags, o)
		}
	}
	for _, name := range []string{"help", "h"} {
		flags.BoolFunc(name, "", func(string) error {
			line.help = true
			return nil
		})
	}
	return flags, append(names, "help")
}

// define makes the flag of an option known.
func (line *commandLine) define(flags *flag.FlagSet, o option) {
	if o.value != "" {
		flags.Func(o.name, o.help, func(value string) error {
			line.options = append(line.options, o.name)
			line.asked[o.name] = value
			return nil
		})
		return
	}
	flags.BoolFunc(o.name, o.help, func(value string) error {
		if on, err := strconv.ParseBool(value); err != nil || !on {
			return errors.New("the flag takes no value")
		}
		line.options = append(line.options, o.name)
		return nil
	})
}

// flagError says in our words what is wrong with a flag.
func flagError(err error, names []string) error {
	if unknown, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		near, _ := nearest(unknown, names)
		return fmt.Errorf("there is no flag --%s; did you mean --%s?", unknown, near)
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: -"); ok {
		return fmt.Errorf("the flag --%s needs a value; chatd help shows what it means", name)
	}
	return err
}

// applyOptions sets the command's own flags, and refuses those of others.
func (line commandLine) applyOptions(c command, cfg *config) error {
	for _, name := range line.options {
		i := slices.IndexFunc(c.options, func(o option) bool { return o.name == name })
		if i < 0 {
			return fmt.Errorf("chatd %s has no flag --%s; chatd help %s shows what it takes", c.name, name, c.name)
		}
		if set := c.options[i].set; set != nil {
			set(cfg)
		}
	}
	cfg.asked = line.asked
	return nil
}
