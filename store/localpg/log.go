package localpg

import (
	"bytes"
	"fmt"
	"strings"
)

// logName is PostgreSQL's log in the data folder.
const logName = "postgres.log"

// maxLog is the size in bytes at which PostgreSQL's log is put aside.
const maxLog = 8 << 20

// rotateLog puts a long log aside. The running server keeps appending to the
// same file, so it is copied and emptied.
func (c *Cluster) rotateLog() {
	info, err := c.folder.Stat(logName)
	if err != nil || info.Size() < maxLog {
		return
	}
	text, err := c.folder.ReadFile(logName)
	if err == nil {
		err = c.folder.WriteFile(logName+".old", text, 0o600)
	}
	if err == nil {
		// O_TRUNC empties it; the server goes on appending.
		err = c.folder.WriteFile(logName, nil, 0o600)
	}
	if err != nil {
		c.cfg.Log.Warn("PostgreSQL's log could not be put aside", "folder", c.cfg.DataDir, "error", err)
	}
}

// logProblem is what the server said, from the given offset of its log on,
// about why it ended: the postmaster itself or one of its processes.
func (c *Cluster) logProblem(from int64, pid int) string {
	text, err := c.folder.ReadFile(logName)
	if err != nil || int64(len(text)) <= from {
		return "it said nothing"
	}
	text = text[from:]
	mark := fmt.Appendf(nil, "[%d]", pid)
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, mark) && bytes.Contains(line, []byte("FATAL:")) {
			return firstError(line, nil)
		}
	}
	return firstError(text, nil)
}

// firstError finds the line of a program's output that tells why it failed.
func firstError(out []byte, err error) string {
	last := ""
	for line := range bytes.Lines(out) {
		text := strings.TrimSpace(string(line))
		for _, mark := range []string{"FATAL:", "PANIC:", "error:"} {
			if _, after, found := strings.Cut(text, mark); found {
				return strings.TrimSpace(after)
			}
		}
		if text != "" {
			last = text
		}
	}
	if last == "" && err != nil {
		return err.Error()
	}
	return last
}
