package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// fileSuffix makes of a setting's name that of the file that holds its value.
const fileSuffix = "_FILE"

// fileLimit bounds the files that hold values.
const fileLimit = 64 << 10

// given is a value and where it comes from.
type given struct {
	value string
	// from is "flag", "environment" or "file PATH".
	from string
}

// inFile is the file that the value was read from.
func (g given) inFile() (path string, ok bool) { return strings.CutPrefix(g.from, "file ") }

// shown is the value as errors show it. Of a file that is nothing: it may be
// the wrong one, with a secret in it. What stands before an @ may be a password.
func (g given) shown() string {
	if path, ok := g.inFile(); ok {
		return "the value in " + path
	}
	at := strings.LastIndex(g.value, "@")
	if at < 0 {
		return strconv.Quote(g.value)
	}
	scheme, _, ok := strings.Cut(g.value[:at], "://")
	if !ok {
		return strconv.Quote(hidden + g.value[at:])
	}
	return strconv.Quote(scheme + "://" + hidden + g.value[at:])
}

// environment picks the settings out of the environment and out of the files
// that it names, and puts the values of flags over them. A name that looks
// like a setting and is none is an error: it is a slip of the keyboard.
func environment(environ []string, flags map[string]string) (map[string]given, error) {
	variables, err := variablesOf(environ)
	if err != nil {
		return nil, err
	}
	values := map[string]given{}
	for _, s := range settings {
		value, direct := variables[s.env]
		path, inFile := variables[s.env+fileSuffix]
		fromFlag, byFlag := flags[s.env]
		switch {
		case direct && inFile:
			return nil, fmt.Errorf("%s and %s are both set; remove one of them", s.env, s.env+fileSuffix)
		case byFlag:
			if err := plain(fromFlag); err != nil {
				return nil, fmt.Errorf("%s %w", s.names(), err)
			}
			values[s.env] = given{fromFlag, "flag"}
		case direct:
			values[s.env] = given{value, "environment"}
		case inFile:
			if value, err = readValue(path); err != nil {
				return nil, fmt.Errorf("%s names %s, %w", s.env+fileSuffix, path, err)
			}
			if err := plain(value); err != nil {
				return nil, fmt.Errorf("%s names %s, whose value %w", s.env+fileSuffix, path, err)
			}
			values[s.env] = given{value, "file " + path}
		}
	}
	return values, nil
}

// variablesOf is the part of the environment that is meant for chatd.
func variablesOf(environ []string) (map[string]string, error) {
	var names []string
	for _, s := range settings {
		names = append(names, s.env, s.env+fileSuffix)
	}
	variables := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "CHATD_") || strings.HasPrefix(name, "CHATD_TEST_") ||
			slices.Contains(elsewhere, name) || value == "" {
			continue
		}
		near, exact := nearest(name, names)
		if !exact {
			return nil, fmt.Errorf("there is no setting %s; did you mean %s?", name, near)
		}
		if err := plain(value); err != nil {
			return nil, fmt.Errorf("%s %w", name, err)
		}
		variables[name] = value
	}
	return variables, nil
}

// plain refuses control characters: no setting has a use for them, and a
// terminal would obey them where the value is shown.
func plain(value string) error {
	at := strings.IndexFunc(value, unicode.IsControl)
	if at < 0 {
		return nil
	}
	r, _ := utf8.DecodeRuneInString(value[at:])
	if r == '\n' || r == '\r' {
		return errors.New("holds a line break; write all of it on one line")
	}
	return fmt.Errorf("holds the control character %U; write it without", r)
}

// readValue reads a file that holds a value. The newline that editors put at
// the end does not belong to it.
func readValue(path string) (string, error) {
	// To open a pipe would wait for somebody who writes into it.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // the operator names the file
	if err != nil {
		return "", unreadable(err)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return "", unreadable(err)
	} else if !info.IsDir() && !info.Mode().IsRegular() {
		return "", errors.New("which is no ordinary file but a pipe or a device; name a file that holds the value")
	}
	text, err := io.ReadAll(io.LimitReader(file, fileLimit+1))
	if err != nil {
		return "", unreadable(err)
	}
	value, crlf := strings.CutSuffix(string(text), "\r\n")
	if !crlf {
		value = strings.TrimSuffix(value, "\n")
	}
	switch {
	case len(text) > fileLimit:
		return "", errors.New("which is larger than 64 KiB; that is no value of a setting")
	case value == "":
		return "", errors.New("which is empty; write the value into it, or remove the variable")
	default:
		return value, nil
	}
}

// unreadable says why a file cannot be read.
func unreadable(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("which does not exist; write the value into that file, or correct the name")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("which this account may not read; change the rights of the file")
	case errors.Is(err, syscall.EISDIR):
		return errors.New("which is a folder; name a file in it")
	default:
		return fmt.Errorf("which cannot be read (%w); name a file that can be read", causeOf(err))
	}
}

// causeOf is what the operating system says, without the path.
func causeOf(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
