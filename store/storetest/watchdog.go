package storetest

import (
	"io"
	"os/exec"
	"syscall"
)

// watchdog is a process that removes the cluster when the test process ends in
// any way, a SIGKILL included: it then reads the end of a pipe.
type watchdog struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// script waits for the end of its input, ends the postmaster of the cluster in
// folder $1 if it still runs, and removes the folder.
const script = `
read -r _
pidfile=$1/data/postgres/postmaster.pid
if [ -s "$pidfile" ]; then
	read -r pid <"$pidfile"
	kill -QUIT "$pid" && for _ in 1 2 3 4 5 6 7 8 9 10; do
		kill -0 "$pid" || break
		sleep 0.2
	done
fi
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`

func startWatchdog(dir string) (*watchdog, error) {
	cmd := exec.Command("/bin/sh", "-c", script, "watchdog", dir) //nolint:noctx // ends with the pipe
	cmd.Dir = "/"
	// Not in our process group: what interrupts the tests does not end it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &watchdog{cmd: cmd, pipe: pipe}, cmd.Start()
}

// end lets the watchdog clean up and waits for it.
func (w *watchdog) end() {
	_ = w.pipe.Close()
	// Its folder is temporary: what it could not remove is no failure.
	_ = w.cmd.Wait()
}
