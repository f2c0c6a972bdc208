// Package localpg runs chatd's own PostgreSQL from the binaries installed on
// the machine: one cluster in chatd's data folder, reached by a unix socket
// that only chatd's account can open.
//
// It never deletes or re-initialises a data directory. Every error is a
// sentence for the person who starts chatd and names the way out.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	// role and database are the names of chatd's superuser and database.
	role     = "chatd"
	database = "chatd"
	// fastStop is how long a fast shutdown may take when the context of Stop
	// sets no earlier limit.
	fastStop = 30 * time.Second
	// immediateStop is how long an immediate shutdown may take.
	immediateStop = 10 * time.Second
)

// Config says where the cluster lives and how it runs.
type Config struct {
	// DataDir is chatd's data folder. PostgreSQL's files are in its subfolder
	// "postgres"; both are made when missing.
	DataDir string
	// BinDir is the folder of the PostgreSQL binaries. Empty: search.
	BinDir string
	// User is the account PostgreSQL runs as when chatd runs as root. Empty:
	// the owner of an existing data directory, else the first of chatd,
	// postgres and nobody that exists.
	User string
	// SocketDir holds the unix socket. Empty: a short private folder under
	// /run or /tmp.
	SocketDir string
	// Command says that a command uses the cluster for a while and that nobody
	// serves from it. Start then waits for other commands to finish, and tells
	// those who find the data in use.
	Command bool
	// Settings are added to PostgreSQL's configuration.
	Settings map[string]string
	// Log receives what the supervisor does. Nil: nothing is logged.
	Log *slog.Logger
}

// Cluster is a running private PostgreSQL. A postmaster that dies is started
// again until Stop.
type Cluster struct {
	// Static after Start.
	cfg       Config
	account   account
	binaries  binaries
	folder    *os.Root // cfg.DataDir
	lock      *os.File
	pgData    string
	socketDir string
	// attached says that the cluster is another chatd's to run and to stop.
	attached bool

	stopping chan struct{} // closed by Stop
	done     chan struct{} // closed by the supervisor when it has ended
	stopOnce sync.Once
	stopErr  error // what Stop returned

	// Owned by the supervisor while it runs, by Start before and Stop after.
	server *postmaster
}

// Start starts the cluster, or takes over the postmaster that a killed chatd
// left behind, and returns when it accepts connections. The first start makes
// the data directory.
//
// When another chatd has the data the error is an [InUseError].
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	c, err := newCluster(cfg)
	if err != nil {
		return nil, err
	}
	if err := c.open(ctx); err != nil {
		c.release()
		return nil, err
	}
	go c.supervise() //nolint:contextcheck // the supervisor outlives the context of Start
	return c, nil
}

func newCluster(cfg Config) (*Cluster, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return nil, fmt.Errorf("the data folder %q cannot be found: %w", cfg.DataDir, err)
	}
	cfg.DataDir = dir
	return &Cluster{
		cfg:      cfg,
		pgData:   filepath.Join(dir, "postgres"),
		stopping: make(chan struct{}),
		done:     make(chan struct{}),
	}, nil
}

// URL is the connection string of chatd's database. It stays valid when the
// postmaster is started again.
func (c *Cluster) URL() string { return c.url(database) }

// Stop ends the cluster: a fast shutdown, and an immediate one when ctx ends
// or 30 seconds have passed. Further calls return what the first one did. A
// cluster that was only attached to goes on.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.attached {
		return nil
	}
	c.stopOnce.Do(func() {
		close(c.stopping)
		<-c.done
		if c.server != nil {
			c.stopErr = c.server.stop(ctx)
		}
		if c.stopErr == nil {
			c.removeSocket()
		}
		c.release()
	})
	return c.stopErr
}

// open does the work of Start up to the first connection.
func (c *Cluster) open(ctx context.Context) error {
	if err := c.prepareDataDir(ctx); err != nil {
		return err
	}
	if err := c.chooseBinaries(ctx); err != nil {
		return err
	}
	if err := c.account.checkReach(c.binaries, c.cfg.DataDir); err != nil {
		return err
	}
	if err := c.initialise(ctx); err != nil {
		return err
	}
	changed, err := c.configure()
	if err != nil {
		return err
	}
	server, err := c.adopt(ctx, changed)
	if err != nil {
		return err
	}
	if server == nil {
		if err := c.chooseSocketDir(); err != nil {
			return err
		}
		if server, err = c.launchPatiently(ctx); err != nil {
			return err
		}
	}
	if err := c.ensureDatabase(ctx); err != nil {
		return errors.Join(err, server.stop(context.WithoutCancel(ctx)))
	}
	c.server = server
	return nil
}

// release gives up what Start took, apart from the postmaster.
func (c *Cluster) release() {
	if c.socketDir != "" && c.cfg.SocketDir == "" {
		// Fails, as it should, while a postmaster's socket is still there.
		_ = os.Remove(c.socketDir)
	}
	if c.lock != nil {
		// Closing alone would leave it with a program that is just being started.
		_ = syscall.Flock(int(c.lock.Fd()), syscall.LOCK_UN)
		_ = c.lock.Close()
	}
	if c.folder != nil {
		_ = c.folder.Close()
	}
}

// supervise starts the postmaster again whenever it dies by itself, and keeps
// its log short.
func (c *Cluster) supervise() {
	defer close(c.done)
	rotation := time.NewTicker(time.Minute)
	defer rotation.Stop()
	for {
		select {
		case <-c.stopping:
			return
		case <-rotation.C:
			c.rotateLog()
		case <-c.server.gone:
			c.cfg.Log.Warn("PostgreSQL has ended by itself; starting it again")
			if !c.restart() {
				return
			}
		}
	}
}

// restart tries until the postmaster runs (true) or Stop is called (false).
// The first tries may fail because backends of the dead postmaster still hold
// its shared memory.
func (c *Cluster) restart() bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	watcher := make(chan struct{})
	defer func() { cancel(); <-watcher }()
	go func() {
		defer close(watcher)
		select {
		case <-c.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		server, err := c.launch(ctx)
		if err == nil {
			c.server = server
			c.cfg.Log.Info("PostgreSQL runs again")
			return true
		}
		if wait > time.Second {
			c.cfg.Log.Error("PostgreSQL could not be started again; trying on", "error", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return false
		}
	}
}

// url is the connection string of a database of the cluster.
func (c *Cluster) url(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(role),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {c.socketDir}, "port": {socketPort}}.Encode(),
	}
	return u.String()
}
