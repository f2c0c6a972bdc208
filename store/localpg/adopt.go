package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// adoptionCheck is how often a postmaster that is not our child is looked at.
const adoptionCheck = 100 * time.Millisecond

// adopt takes over the postmaster that a killed chatd left behind. It returns
// nil when there is none. One that cannot be used (changed: it runs with older
// settings) is stopped.
func (c *Cluster) adopt(ctx context.Context, changed bool) (*postmaster, error) {
	running, ok := readPidFile(filepath.Join(c.pgData, "postmaster.pid"))
	if !ok || !c.serves(running.pid) {
		return nil, nil
	}
	p := newPostmaster(running.pid)
	go c.watch(p)
	unfit := c.unfit(ctx, p, running.socketDir, changed)
	if unfit == nil {
		c.cfg.Log.Info("took over the PostgreSQL that an earlier chatd left behind", "process", p.pid)
		return p, nil
	}
	c.cfg.Log.Info("stopping the PostgreSQL that an earlier chatd left behind", "process", p.pid, "reason", unfit)
	if err := p.stop(ctx); err != nil {
		return nil, err
	}
	return nil, ctx.Err()
}

// unfit says why a postmaster cannot be used: it was not started as we would
// start it, or does not let us in. It is nil when the postmaster can be used.
func (c *Cluster) unfit(ctx context.Context, p *postmaster, socketDir string, changed bool) error {
	if changed {
		return errors.New("it runs with other settings")
	}
	if err := c.checkPrivate(socketDir); err != nil {
		return err
	}
	c.socketDir = socketDir
	recorded, err := os.ReadFile(filepath.Join(c.pgData, "postmaster.opts"))
	if err != nil {
		return err
	}
	if command := c.commandLine(); strings.TrimSpace(string(recorded)) != command {
		return fmt.Errorf("it was started as %s and not as %s", bytes.TrimSpace(recorded), command)
	}
	return c.answers(ctx, p)
}

// commandLine is how a postmaster that we start records its start.
func (c *Cluster) commandLine() string {
	line := c.binaries.postgres()
	for _, argument := range c.arguments() {
		line += ` "` + argument + `"`
	}
	return line
}

// answers waits until the postmaster, which may be recovering, lets us in and
// says that it serves our data directory.
func (c *Cluster) answers(ctx context.Context, p *postmaster) error {
	if err := c.waitReady(ctx, p); err != nil {
		return err
	}
	conn, err := c.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var dir string
	if err := conn.QueryRow(ctx, "show data_directory").Scan(&dir); err != nil {
		return err
	}
	if !sameFile(dir, c.pgData) {
		return fmt.Errorf("it serves %s", dir)
	}
	return nil
}

// watch looks whether an adopted postmaster still runs.
func (c *Cluster) watch(p *postmaster) {
	ticker := time.NewTicker(adoptionCheck)
	defer ticker.Stop()
	for {
		select {
		case <-p.forget:
			return
		case <-ticker.C:
			if !c.serves(p.pid) {
				close(p.gone)
				return
			}
		}
	}
}

// serves reports whether the process is a PostgreSQL server of our account in
// our data directory. A process id alone says little: it may have been given
// to another program since.
func (c *Cluster) serves(pid int) bool {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	return runsIn(pid, c.account.uid, c.pgData)
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
