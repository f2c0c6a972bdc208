package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"chatd/store/storetest"
)

// mainVar makes the test program be chatd.
const mainVar = "CHATD_TEST_MAIN"

// mainWithInput says that standard input is chatd's; else it is open as long
// as the test runs.
const mainWithInput = "with input"

func TestMain(m *testing.M) {
	switch os.Getenv(mainVar) {
	case "":
	case mainWithInput:
		main()
	default:
		go endWithParent()
		main()
	}
	storetest.Main(m)
}

// endWithParent stops chatd, and with it its PostgreSQL, when the test process
// has ended in any way.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
}

// output is what a program has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// program is a running chatd.
type program struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr *output
	url    string
}

// invocation is chatd on a free port with the given settings (NAME=value), and
// nothing else of our environment.
func invocation(t *testing.T, args []string, settings ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append([]string{mainVar + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "CHATD_ADDR=localhost:0", "CHATD_METRICS_ADDR=off"}, settings...)
	return cmd
}

// holdInput makes chatd end with this process.
func holdInput(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	// Wait closes our end of the pipe.
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
}

// fails runs chatd to its end, which must be one sentence and exit code 1, and
// returns the sentence.
func fails(t *testing.T, args []string, settings ...string) string {
	t.Helper()
	cmd := invocation(t, args, settings...)
	holdInput(t, cmd)
	return failure(t, cmd)
}

// failsWith is fails with a text as standard input.
func failsWith(t *testing.T, input string, args []string, settings ...string) string {
	t.Helper()
	cmd := invocation(t, args, append(settings, mainVar+"="+mainWithInput)...)
	cmd.Stdin = strings.NewReader(input)
	return failure(t, cmd)
}

func failure(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("the exit code is %d (%v), want 1", code, err)
	}
	if stdout.Len() > 0 {
		t.Errorf("standard output says %q", &stdout)
	}
	sentence, ok := strings.CutPrefix(stderr.String(), "chatd: ")
	if !ok || strings.Count(sentence, "\n") != 1 {
		t.Errorf("standard error is not one sentence: %q", &stderr)
	}
	return strings.TrimSpace(sentence)
}

// does runs chatd to its end, which must be a good one, with a text as standard
// input, and returns what it prints.
func does(t *testing.T, input string, args []string, settings ...string) string {
	t.Helper()
	cmd := invocation(t, args, append(settings, mainVar+"="+mainWithInput)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("chatd %s: %v: %s", strings.Join(args, " "), err, &stderr)
	}
	return stdout.String()
}

// serving starts chatd on a free port and waits until it is ready. It is
// stopped after the test if it still runs.
func serving(t *testing.T, settings ...string) *program {
	t.Helper()
	cmd := invocation(t, nil, settings...)
	holdInput(t, cmd)
	p := &program{cmd: cmd, stderr: &output{}}
	cmd.Stderr = p.stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			_ = cmd.Wait()
		}
	})
	p.stdout = bufio.NewReader(pipe)
	ready := p.line(t)
	var ok bool
	if p.url, ok = strings.CutPrefix(ready, "chatd is ready at "); !ok {
		_ = cmd.Wait()
		t.Fatalf("chatd says %q and %q", ready, p.stderr)
	}
	return p
}

// line waits for the next line of standard output; it is empty at the end.
func (p *program) line(t *testing.T) string {
	t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func (p *program) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// end sends a signal and waits for the end.
func (p *program) end(t *testing.T, sig syscall.Signal) (code int) {
	t.Helper()
	p.signal(t, sig)
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

// get asks chatd for a page of the API; status is 0 when it does not answer.
func (p *program) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}

// folder is a temporary folder that PostgreSQL's account can pass.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, path := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(path, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	eventuallyWithin(t, 30*time.Second, what, done)
}

func eventuallyWithin(t *testing.T, limit time.Duration, what string, done func() bool) {
	t.Helper()
	over := time.After(limit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-over:
			t.Fatalf("still not so after %v: %s", limit, what)
		case <-tick.C:
		}
	}
}
