package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"chatd/store"
)

const backupDetails = `It writes the whole database at one moment into one file, while chatd runs or
not. FILE must not be there yet; - means standard output. The file holds
everything that people wrote, and what signs them in: keep it as safe as the
database. chatd restore loads it.`

// backupOptions are the flags of chatd backup.
func backupOptions() []option {
	return []option{{name: "force", help: "write over FILE", set: func(c *config) { c.force = true }}}
}

// backup writes an archive of the database.
func backup(ctx context.Context, cfg config, args []string, _ io.Reader, stdout io.Writer) error {
	switch args[0] {
	case "":
		return errors.New("the name of the file is empty; write chatd backup FILE, or chatd backup - for standard output")
	case "-":
		if file, ok := stdout.(*os.File); ok {
			if isTerminal(file) {
				return errors.New("a backup is not for the eyes; name a file (chatd backup chatd.tar.gz), or lead the output into another program")
			}
			warnOfReaders(cfg.log, file)
		}
		// A reader that goes away must not end us before our PostgreSQL.
		signal.Ignore(syscall.SIGPIPE)
		contents, err := backUp(ctx, cfg, stdout)
		if err == nil {
			cfg.log.Info("backed up", "messages", contents.Messages, "people", contents.People, "rooms", contents.Rooms)
		}
		return err
	}
	file, err := createWhole(args[0], cfg.force)
	if err != nil {
		return err
	}
	defer file.discard()
	contents, err := backUp(ctx, cfg, file)
	if err != nil {
		return err
	}
	size, err := file.keep()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s holds %s (%s)\n", args[0], contents, bytesText(size))
	return nil
}

// warnOfReaders tells when standard output is a file that the shell has made
// for everybody to read.
func warnOfReaders(log *slog.Logger, file *os.File) {
	info, err := file.Stat()
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o044 != 0 {
		log.Warn("others on this machine may read the file that the backup goes into; chmod 600 it, and say umask 077 before the next backup")
	}
}

// backUp reaches the database and copies it.
func backUp(ctx context.Context, cfg config, out io.Writer) (contents store.Contents, err error) {
	db, err := reachForCommand(ctx, cfg)
	if err != nil {
		return contents, err
	}
	defer db.closeAfter(ctx, &err)
	contents, err = store.Backup(ctx, db.address, version(), out)
	return contents, explainCommand(ctx, err, db.address)
}

// bytesText is a size for people.
func bytesText(n int64) string {
	if n < 1_000_000 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
