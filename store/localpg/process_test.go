package localpg

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// process is the test program playing another program.
type process struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	stdout *bufio.Reader
}

// play starts the test program with one more variable in its environment, as
// another user when we are root.
func play(t *testing.T, uid int, variable string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	if uid != os.Getuid() {
		// The test program is in a folder that is closed to others.
		path := filepath.Join(folder(t), "program")
		copyTree(t, os.Args[0], path)
		cmd = exec.Command(path)
	}
	cmd.Env = append(os.Environ(), variable)
	cmd.Dir = "/"
	if uid != os.Getuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &process{cmd: cmd, stdin: stdin, stdout: bufio.NewReader(stdout)}
}

// line waits for the next line that the process prints.
func (p *process) line(t *testing.T) string {
	t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// end lets the process finish by itself.
func (p *process) end() error {
	_ = p.stdin.Close()
	return p.cmd.Wait()
}

// kill ends the process as kill -9 does.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// leave starts an owner of a new cluster and kills it as kill -9 does; its
// postmaster stays. It returns the owner's URL.
func leave(t *testing.T, dir string) string {
	t.Helper()
	seed(t, dir)
	owner := play(t, os.Getuid(), ownerVar+"="+dir)
	url := owner.line(t)
	owner.kill(t)
	if !strings.HasPrefix(url, "postgres://") {
		t.Fatalf("the owner says %q", url)
	}
	return url
}
