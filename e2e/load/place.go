package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store"
	"chatd/store/localpg"
)

// stopLimit bounds the end of what we have started.
const stopLimit = 40 * time.Second

// place is where databases come from: a PostgreSQL of our own, with the
// settings that chatd gives its private one, or one database that was given.
type place struct {
	options options
	cluster *localpg.Cluster // nil when the database was given
	dir     string
	made    int
}

func openPlace(ctx context.Context, o options) (*place, error) {
	p := &place{options: o}
	if o.given.url != "" && o.given.database == "" {
		return nil, fmt.Errorf("-url needs -database")
	}
	if o.given.database != "" {
		return p, nil
	}
	var err error
	if p.dir, err = os.MkdirTemp("", "chatd-load-"); err != nil {
		return nil, err
	}
	// PostgreSQL's account passes it.
	if err = os.Chmod(p.dir, 0o711); err == nil {
		p.cluster, err = localpg.Start(ctx, localpg.Config{
			DataDir: p.dir + "/data", SocketDir: p.dir + "/run", BinDir: os.Getenv("CHATD_PG_BIN"),
		})
	}
	if err != nil {
		_ = os.RemoveAll(p.dir)
		return nil, err
	}
	return p, nil
}

func (p *place) close(ctx context.Context) {
	if p.cluster == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	if err := p.cluster.Stop(ctx); err != nil {
		note("PostgreSQL was not stopped: %v", err)
	}
	_ = os.RemoveAll(p.dir)
}

// database is the address of a migrated database for one scenario.
func (p *place) database(ctx context.Context) (string, error) {
	address := p.options.given.database
	if p.cluster != nil {
		p.made++
		name := fmt.Sprintf("load%d", p.made)
		if err := execute(ctx, p.cluster.URL(), "create database "+name); err != nil {
			return "", err
		}
		u, err := url.Parse(p.cluster.URL())
		if err != nil {
			return "", err
		}
		u.Path = "/" + name
		address = u.String()
	}
	return address, store.Migrate(ctx, address)
}

func execute(ctx context.Context, address, sql string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}
