package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"chatd/store"
	"chatd/store/archive"
	"chatd/store/localpg"
)

const restoreDetails = `It loads what chatd backup wrote; - means standard input. chatd must not be
running meanwhile. Either everything is loaded or nothing is changed. Where
there is a workspace already, --force puts the backup in its place. Open pages
go on by themselves when chatd runs again, with what the backup holds.`

// restoreOptions are the flags of chatd restore.
func restoreOptions() []option {
	return []option{{"force", "replace what is there", func(c *config) { c.force = true }}}
}

// restore loads an archive into the database.
func restore(ctx context.Context, cfg config, args []string, stdin io.Reader, stdout io.Writer) error {
	name, in := "standard input", stdin
	if args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return fmt.Errorf("the backup cannot be read: %w", err)
		}
		defer file.Close()
		name, in = args[0], file
	}
	from, err := archive.NewReader(in)
	if err != nil {
		return unusable(name, err)
	}
	contents, err := load(ctx, cfg, from)
	if err != nil {
		return unusable(name, err)
	}
	fmt.Fprintf(stdout, "restored %s as of %s\n", contents, contents.At.UTC().Format(time.DateTime+" UTC"))
	return nil
}

// load puts the archive into the database.
func load(ctx context.Context, cfg config, from *archive.Reader) (contents store.Contents, err error) {
	db, err := reachAlone(ctx, cfg)
	if inUse, ok := errors.AsType[*localpg.InUseError](err); ok && !inUse.Command {
		return contents, fmt.Errorf("chatd (process %d) is running on the data in %s; stop it first", inUse.PID, inUse.Dir)
	}
	if err != nil {
		return contents, err
	}
	defer db.closeAfter(ctx, &err)
	contents, err = store.Restore(ctx, db.address, from, store.RestoreOptions{Replace: cfg.force, Alone: db.cluster != nil})
	if _, ok := errors.AsType[*store.OccupiedError](err); ok {
		return contents, fmt.Errorf("%w; add --force to put the backup in its place, which removes what is there", err)
	}
	if isUnusable(err) {
		return contents, err
	}
	return contents, explainCommand(ctx, err, db.address)
}

// isUnusable reports whether it is the archive that is wrong.
func isUnusable(err error) bool {
	for _, wrong := range []error{archive.ErrForeign, archive.ErrCut, archive.ErrDamaged, archive.ErrNewerFormat, store.ErrNewerBackup} {
		if errors.Is(err, wrong) {
			return true
		}
	}
	return false
}

// unusable names the archive that is wrong.
func unusable(name string, err error) error {
	if !isUnusable(err) {
		return err
	}
	return fmt.Errorf("%s %w; nothing was changed", name, err)
}
