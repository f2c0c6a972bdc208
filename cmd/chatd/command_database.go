package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"chatd/store/localpg"
)

// openForCommand opens the database for a command, also beside a chatd that
// serves from it: the private PostgreSQL is then that chatd's, else one that
// runs until close. The tables are brought up to date.
func openForCommand(ctx context.Context, cfg config) (*database, error) {
	return reachAndOpen(ctx, cfg, localpg.Attach)
}

// reachForCommand is openForCommand without the store, for a command that
// takes the tables as they are.
func reachForCommand(ctx context.Context, cfg config) (*database, error) {
	return reach(ctx, cfg, localpg.Attach)
}

// reachAlone reaches the database for a command beside which nobody may use
// it. With a private PostgreSQL that is so until close; of a database of one's
// own the store has to make sure.
func reachAlone(ctx context.Context, cfg config) (*database, error) {
	return reach(ctx, cfg, func(ctx context.Context, private localpg.Config) (*localpg.Cluster, error) {
		private.Command = true
		return localpg.Start(ctx, private)
	})
}

// closeAfter is close at the end of a command, adding to its error.
func (db *database) closeAfter(ctx context.Context, err *error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	*err = errors.Join(*err, db.close(ctx))
}

// classShutdown begins the SQLSTATEs of a server that stops or has lost its
// mind.
const classShutdown = "57P"

// explainCommand is explain for work that takes long enough for something to
// happen meanwhile.
func explainCommand(ctx context.Context, err error, address string) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		return fileFailure(file)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return explain(err, address)
	}
	refused, ok := errors.AsType[*pgconn.PgError](err)
	_, lost := errors.AsType[*net.OpError](err)
	if ok && strings.HasPrefix(refused.Code, classShutdown) || lost || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("PostgreSQL was stopped or the connection to it was lost (perhaps chatd was stopped, and its PostgreSQL with it); try again")
	}
	return explain(err, address)
}

// fileFailure says which file failed and how.
func fileFailure(file *fs.PathError) error {
	name := file.Path
	switch name {
	case os.Stdin.Name():
		name = "standard input"
	case os.Stdout.Name():
		name = "standard output"
	}
	return fmt.Errorf("%s failed (%s: %w)", name, file.Op, file.Err)
}
