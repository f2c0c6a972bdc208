package localpg

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// attachWithin is how long the PostgreSQL of a serving chatd is waited for,
// which may be starting or recovering.
const attachWithin = 30 * time.Second

// Attach reaches the cluster for a command: that of the chatd that serves from
// the data at the moment, which goes on after Stop, else one that it starts
// for the time of the command. Two commands that start it follow each other.
// It makes no new cluster.
func Attach(ctx context.Context, cfg Config) (*Cluster, error) {
	cfg.Command = true
	c, err := newCluster(cfg)
	if err != nil {
		return nil, err
	}
	if _, exists, err := dataVersion(c.pgData); err != nil {
		return nil, err
	} else if !exists {
		return nil, fmt.Errorf("there is no data of chatd in %s; set CHATD_DATA to its data folder, or CHATD_DATABASE_URL to its database", c.cfg.DataDir)
	}
	if err := checkOwner(c.cfg.DataDir); err != nil {
		return nil, err
	}
	return c.attachOrStart(ctx, attachWithin)
}

// attachOrStart tries until it can be told who runs the cluster.
func (c *Cluster) attachOrStart(ctx context.Context, patience time.Duration) (*Cluster, error) {
	limit := time.After(patience)
	for {
		holder, ok := serving(c.cfg.DataDir)
		if !ok {
			started, err := Start(ctx, c.cfg)
			if holder, ok = errors.AsType[*InUseError](err); !ok {
				return started, err
			}
			// Somebody has begun to serve just now.
		}
		why := c.attach(ctx)
		if why == nil {
			return c, nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-limit:
			return nil, fmt.Errorf("the PostgreSQL of the chatd that uses the data in %s (process %d) cannot be reached from here (%w); run this command where that chatd runs, or stop it first", holder.Dir, holder.PID, why)
		}
	}
}

// attach connects to the postmaster that another chatd runs.
func (c *Cluster) attach(ctx context.Context) (err error) {
	if c.account, err = chooseAccount(c.cfg.User, c.pgData); err != nil {
		return err
	}
	running, ok := readPidFile(filepath.Join(c.pgData, "postmaster.pid"))
	if !ok || !c.serves(running.pid) {
		return errors.New("it is not running")
	}
	if err := c.checkPrivate(running.socketDir); err != nil {
		return err
	}
	c.socketDir = running.socketDir
	p := newPostmaster(running.pid)
	defer p.forgetOnce.Do(func() { close(p.forget) })
	go c.watch(p)
	if err := c.answers(ctx, p); err != nil {
		return err
	}
	c.attached = true
	return nil
}
