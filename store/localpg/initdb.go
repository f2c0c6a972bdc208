package localpg

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// newPrefix names data directories that initdb has not finished.
const newPrefix = "postgres.new-"

// initialise makes the data directory when there is none. initdb works under
// another name, so one that was interrupted is never taken for a cluster.
func (c *Cluster) initialise(ctx context.Context) error {
	c.removeUnfinished()
	if _, exists, err := dataVersion(c.pgData); exists || err != nil {
		return err
	}
	c.cfg.Log.Info("making a new database", "folder", c.pgData, "postgresql", c.binaries.major)
	dir, err := os.MkdirTemp(c.cfg.DataDir, newPrefix+"*")
	if err == nil {
		err = c.account.own(dir)
	}
	if err != nil {
		return fmt.Errorf("the data folder %s cannot be written (%w); set CHATD_DATA to a folder that you can write to", c.cfg.DataDir, cause(err))
	}
	if err := c.initdb(ctx, dir); err != nil {
		return err
	}
	// An empty folder of that name may be there; rmdir removes nothing else.
	_ = os.Remove(c.pgData)
	if err := os.Rename(dir, c.pgData); err != nil {
		return fmt.Errorf("the new database cannot be moved to %s: %w", c.pgData, cause(err))
	}
	return syncDir(c.cfg.DataDir)
}

// removeUnfinished removes what interrupted calls of initdb left. A directory
// that a server ever ran in has a postmaster.opts and is left alone.
func (c *Cluster) removeUnfinished() {
	leftovers, _ := filepath.Glob(filepath.Join(c.cfg.DataDir, newPrefix+"*"))
	for _, dir := range leftovers {
		if fileExists(filepath.Join(dir, "postmaster.opts")) {
			c.cfg.Log.Warn("a data directory under a temporary name was used by a server and is left alone", "folder", dir)
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			c.cfg.Log.Warn("the rest of an interrupted first start could not be removed", "folder", dir, "error", err)
		}
	}
}

// initdb runs initdb with the first locale that this machine has.
func (c *Cluster) initdb(ctx context.Context, dir string) error {
	base := []string{
		"--pgdata=" + dir, "--username=" + role, "--encoding=UTF8", "--data-checksums",
		"--auth-local=peer", "--auth-host=reject", "--no-instructions",
	}
	if c.cfg.Settings["fsync"] == "off" {
		base = append(base, "--no-sync")
	}
	var problem string
	for _, locale := range locales(c.binaries.major) {
		out, err := runUntil(ctx, c.account.command(c.cfg.DataDir, c.binaries.initdb(), append(base, locale...)...))
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		problem = firstError(out, err)
		if !strings.Contains(string(out), "locale") {
			break
		}
	}
	return fmt.Errorf("PostgreSQL could not make a database in %s: %s", c.cfg.DataDir, problem)
}

// locales lists the arguments that give UTF-8 character classes and an order
// by code point, the preferred first. Not every system has C.UTF-8; the
// provider built into PostgreSQL 17 and later needs none.
func locales(major int) [][]string {
	list := [][]string{{"--locale=C.UTF-8"}}
	if major >= 17 {
		list = append(list, []string{"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"})
	}
	return append(list,
		[]string{"--locale=C", "--lc-ctype=en_US.UTF-8"},
		[]string{"--locale=C", "--lc-ctype=UTF-8"})
}

// syncDir makes a rename in dir durable.
func syncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}

// runUntil runs a command to its end, or ends it when ctx does.
func runUntil(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer stop()
	err := cmd.Wait()
	return out.Bytes(), err
}
