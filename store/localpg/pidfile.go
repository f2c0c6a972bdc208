package localpg

import (
	"os"
	"strconv"
	"strings"
)

// pidFile is what a postmaster says about itself in postmaster.pid: a line
// each for its process id, data directory, start, port, socket folder, TCP
// address, shared memory and status.
type pidFile struct {
	pid       int
	socketDir string
	// ready says that it accepts connections.
	ready bool
}

// readPidFile reads a postmaster.pid; ok is false when there is none, or one
// that is just being written.
func readPidFile(path string) (f pidFile, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(text), "\n")
	if f.pid, err = strconv.Atoi(strings.TrimSpace(lines[0])); err != nil || f.pid <= 0 {
		return pidFile{}, false
	}
	if len(lines) > 4 {
		f.socketDir = lines[4]
	}
	f.ready = len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
	return f, true
}
