package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"chatd/store/storetest"
)

// fence is a block of code of a page.
type fence struct{ language, text string }

// fences are the blocks of a page, in order.
func fences(t *testing.T, page string) (blocks []fence) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	parts := regexp.MustCompile("(?m)^ *```").Split(string(text), -1)
	if len(parts)%2 == 0 {
		t.Fatalf("%s has a block without an end", page)
	}
	for i := 1; i < len(parts); i += 2 {
		language, block, _ := strings.Cut(parts[i], "\n")
		blocks = append(blocks, fence{language, block})
	}
	return blocks
}

// shellLines are the lines of shell blocks.
func shellLines(blocks []fence) (lines []string) {
	for _, b := range blocks {
		if b.language != "sh" {
			continue
		}
		for line := range strings.Lines(b.text) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// outcome is what comes of a command of a page.
type outcome struct {
	command string   // how it begins
	says    []string // what it prints
	while   string   // what somebody says in the room again and again while it runs
	held    bool     // until Ctrl-C
}

// shell runs commands as somebody does who copies them from a page: one after
// the other, in one shell and an empty folder. Only the address is another one.
type shell struct {
	stdin     io.Writer
	out, errs *output
	pidFile   string
	commands  int
	behind    int // where the output of the command in the background begins
}

func newShell(t *testing.T, chatd *program, token string) *shell {
	t.Helper()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Fatalf("curl is missing (%v). make test installs it.", err)
	}
	dir := t.TempDir()
	s := &shell{out: &output{}, errs: &output{}, pidFile: filepath.Join(dir, "pid")}
	wrapper := fmt.Sprintf("#!/bin/sh\necho $$ >%s\nexec %s --connect-to localhost:8080:%s \"$@\"\n",
		s.pidFile, curl, strings.TrimPrefix(chatd.url, "http://"))
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(wrapper), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + dir, "TOKEN=" + token}
	cmd.Stdout, cmd.Stderr = s.out, s.errs
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stdin = stdin
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		s.interrupt()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the shell said:\n%s\n%s", s.out, s.errs)
		}
	})
	return s
}

// run runs a command and checks what comes of it.
func (s *shell) run(t *testing.T, command string, want outcome, say func(string)) {
	t.Helper()
	s.commands++
	before := len(s.out.String())
	background := strings.HasSuffix(command, "&")
	switch {
	case background:
		s.behind = before
	case command == "wait":
		before = s.behind
	}
	end := fmt.Sprintf("(command %d ended with ", s.commands)
	if _, err := fmt.Fprintf(s.stdin, "%s\necho \"%s$?)\"\n", command, end); err != nil {
		t.Fatal(err)
	}
	said := func() string { return s.out.String()[before:] }
	saysAll := func() bool {
		return !slices.ContainsFunc(want.says, func(text string) bool { return !strings.Contains(said(), text) })
	}
	eventually(t, fmt.Sprintf("%s prints %q", command, want.says), func() bool {
		ended := strings.Contains(said(), end) && !background
		if !ended && want.while != "" {
			say(want.while)
		}
		return saysAll() || ended
	})
	if !saysAll() {
		t.Fatalf("%s prints %q, want %q", command, said(), want.says)
	}
	if want.held {
		if strings.Contains(said(), end) {
			t.Errorf("%s has ended by itself", command)
		}
		s.interrupt()
	}
	eventually(t, command+" ends", func() bool { return strings.Contains(said(), end) })
	if !want.held && !strings.Contains(said(), end+"0)") {
		t.Errorf("%s has failed: %s", command, said())
	}
}

// interrupt is Ctrl-C for the newest curl.
func (s *shell) interrupt() {
	text, _ := os.ReadFile(s.pidFile)
	if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
		_ = syscall.Kill(pid, syscall.SIGINT)
	}
}

// runAll runs each command of a page, and none that nobody expects.
func (s *shell) runAll(t *testing.T, commands []string, want []outcome, say func(string)) {
	t.Helper()
	for i, command := range commands {
		if i >= len(want) || !strings.HasPrefix(command, want[i].command) {
			t.Fatalf("command %d is not one that this test knows: %s", i+1, command)
		}
		s.run(t, command, want[i], say)
	}
	if len(commands) != len(want) {
		t.Fatalf("the page has %d commands, want %d", len(commands), len(want))
	}
}

// newWorkspace sets up what the pages take for granted: ann, her password and
// the room with the id 3. It returns an access token of hers, and what sends a
// message.
func newWorkspace(t *testing.T, chatd *program) (token string, say func(string)) {
	t.Helper()
	ann := chatd.browser(t)
	ann.must(t, http.MethodPost, "/api/v1/setup", map[string]any{
		"workspace": "Harbour", "username": "ann", "display_name": "Ann", "email": "ann@example.org", "password": "correct horse battery staple",
	})
	if room := ann.room(t); room != "3" {
		t.Fatalf("the room of a new workspace has the id %s", room)
	}
	_, token = ann.token(t)
	talk := &talk{url: chatd.url + "/api/v1/rooms/3/messages", token: token}
	return token, func(body string) { talk.say(t, body) }
}

func TestTheCommandsOfTheProtocolPageDoWhatItSays(t *testing.T) {
	t.Parallel()
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t))
	token, say := newWorkspace(t, chatd)
	blocks := fences(t, "../../docs/protocol.md")
	newShell(t, chatd, token).runAll(t, shellLines(blocks), []outcome{
		{command: `CHATD=`},
		{command: `curl -N`, says: []string{`{"event":"listen-ack",`, `"at":{"room:3":[`, `{"event":"data","topic":"room:3",`, `"body":"one"`}, while: "one", held: true},
		{command: `curl -N`, says: []string{"retry: 1000\n\n", `data: {"event":"listen-ack",`, `"body":"two"`, "\n\nid: room:3@"}, while: "two", held: true},

		{command: `AT=`},
		{command: `curl -s`, says: []string{`"body":"Hello"`, `"room_id":3`}},
		{command: `curl -s`, says: []string{`{"events":[{"event":"listen-ack",`, `"mode":"poll"`, `{"event":"data",`, `"body":"Hello"`, `"next":0}`}},
		{command: `curl -s`, says: []string{`"mode":"pull"`, `{"event":"data",`, `"body":"Hello"`}},
		{command: `curl -s`, says: []string{`"mode":"pull"`, `"at":{"room:3":[`, `"body":"three"`}, while: "three"},
		{command: `curl -N`, says: []string{`"mode":"stream"`, `"body":"Hello"`, `"body":"three"`, "\n\nid: room:3@"}, held: true},

		{command: `curl -s`, says: []string{`{"event":"gap","topic":"room:3","epoch":`}},
		{command: `curl -s`, says: []string{`"messages":[`, `"position":{"epoch":`}},

		{command: `curl -s -c jar`, says: []string{`"username":"ann"`}},
		{command: `ID=`},
		{command: `curl -s -b jar`, says: []string{
			`{"event":"listen-ack","id":"`, `{"event":"gap","topic":"room:3",`, `{"event":"unread","topics":{"workspace":[`}},
		{command: `curl -s -b jar`, says: []string{`{"events":[{"event":"subscribe-ack","topics":{"workspace":[`, `{"event":"ping-ack",`}},
		{command: `curl -N -b jar`, says: []string{`"n":2`, `{"event":"gap","topic":"workspace",`, `{"event":"gap","topic":"room:3",`, `{"event":"presence",`, `"snapshot":true`, `"body":"four"`}, while: "four", held: true},
		{command: `curl -s -b jar`, says: []string{`{"events":[{"event":"leave-ack"}]}`}},

		{command: `curl -sN`, says: []string{`{"event":"listen-ack",`}},
		{command: `curl -s`},
		{command: `wait`, says: []string{`{"event":"abort","reason":"signed-out",`}},
	}, say)
	for _, b := range blocks {
		switch b.language {
		case "sh", "html":
		case "json":
			isJSON(t, b.text)
		default:
			t.Errorf("a block of the language %q is not looked at: %s", b.language, b.text)
		}
	}
}

// isJSON checks a block of JSON values.
func isJSON(t *testing.T, text string) {
	t.Helper()
	for decoder := json.NewDecoder(strings.NewReader(text)); ; {
		var value any
		switch err := decoder.Decode(&value); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.Errorf("%v in %s", err, text)
			return
		}
	}
}

func TestTheCommandsForScriptsInTheReadmeDoWhatItSays(t *testing.T) {
	t.Parallel()
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t))
	token, say := newWorkspace(t, chatd)
	lines := slices.DeleteFunc(shellLines(fences(t, "../../README.md")), func(line string) bool {
		return strings.HasPrefix(line, "make ") // other tests run these
	})
	newShell(t, chatd, token).runAll(t, lines, []outcome{
		{command: `curl `, says: []string{`"body":"The build is green."`}},
		{command: `curl -N`, says: []string{`{"event":"listen-ack",`, `"body":"Is it?"`}, while: "Is it?", held: true},
	}, say)
}
