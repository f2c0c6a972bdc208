package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	return []option{{name: "force", help: "replace what is there", set: func(c *config) { c.force = true }}}
}

// restore loads an archive into the database.
func restore(ctx context.Context, cfg config, args []string, stdin io.Reader, stdout io.Writer) error {
	name, in := "standard input", stdin
	if args[0] != "-" {
		file, err := openUntil(ctx, args[0])
		if err != nil {
			return err
		}
		defer file.Close()
		name, in = args[0], file
	}
	if err := checkReadable(name, in); err != nil {
		return err
	}
	input := readUntil(ctx, in)
	defer input.Close()
	from, err := archive.NewReader(input)
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
	contents, err = restoreInto(ctx, cfg, db, from)
	if _, ok := errors.AsType[*store.OccupiedError](err); ok {
		return contents, fmt.Errorf("%w; add --force to put the backup in its place, which removes what is there", err)
	}
	if isUnusable(err) {
		return contents, err
	}
	return contents, explainCommand(ctx, err, db.address)
}

// restoreInto loads the archive, once it is sure that no chatd runs any more. One
// that has stopped keeps its lease for a while, so that its people do not seem
// to leave when it starts again; that time is waited for.
func restoreInto(ctx context.Context, cfg config, db *database, from *archive.Reader) (store.Contents, error) {
	options := store.RestoreOptions{Replace: cfg.force, Alone: db.cluster != nil}
	contents, err := store.Restore(ctx, db.address, from, options)
	running, ok := errors.AsType[*store.RunningError](err)
	if !ok || running.Lease <= 0 {
		return contents, err
	}
	cfg.log.Info("chatd ran until a moment ago; waiting to be sure that it has stopped", "seconds", int(running.Lease.Seconds())+1)
	wait := time.NewTimer(running.Lease + time.Second)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return contents, ctx.Err()
	case <-wait.C:
		// Nothing of the archive was read: the refusal came first.
		return store.Restore(ctx, db.address, from, options)
	}
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

// unusable names the archive that is wrong, or cannot be read.
func unusable(name string, err error) error {
	if isUnusable(err) {
		return fmt.Errorf("%s %w; nothing was changed", name, err)
	}
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		return fileFailure(file)
	}
	return err
}
