package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// patience is how long the last processes of a killed postmaster are waited for.
const patience = 15 * time.Second

// postmaster is one run of the server.
type postmaster struct {
	pid int
	// gone is closed when the process has ended.
	gone chan struct{}
	// forget is closed by stop: nobody waits for gone any more.
	forget     chan struct{}
	forgetOnce sync.Once
}

func newPostmaster(pid int) *postmaster {
	return &postmaster{pid: pid, gone: make(chan struct{}), forget: make(chan struct{})}
}

// launch starts a postmaster and waits until it accepts connections, however
// long its recovery takes. When it fails no postmaster is left running.
func (c *Cluster) launch(ctx context.Context) (*postmaster, error) {
	c.removeStale()
	// Programs that tidy up /tmp may have removed it since the last time.
	if err := c.makePrivate(c.socketDir); err != nil {
		return nil, fmt.Errorf("the folder of PostgreSQL's socket cannot be made: %w", err)
	}
	c.rotateLog()
	log, err := c.folder.OpenFile(logName, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be written (%w); set CHATD_DATA to a folder that you can write to", c.cfg.DataDir, cause(err))
	}
	defer log.Close()
	logged, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	cmd := c.account.command(c.pgData, c.binaries.postgres(), c.arguments()...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s cannot be started: %w", c.binaries.postgres(), err)
	}
	p := newPostmaster(cmd.Process.Pid)
	go func() {
		// How it ended stands in its log.
		_ = cmd.Wait()
		close(p.gone)
	}()
	err = c.waitReady(ctx, p)
	if errors.Is(err, errEnded) {
		problem := c.logProblem(logged, p.pid)
		if strings.Contains(problem, "pre-existing shared memory block") {
			return nil, errInUse
		}
		return nil, fmt.Errorf("PostgreSQL could not start: %s (its log is %s)", problem, filepath.Join(c.cfg.DataDir, logName))
	}
	if err != nil {
		return nil, errors.Join(err, p.stop(context.WithoutCancel(ctx)))
	}
	return p, nil
}

// removeStale removes what a killed postmaster left where PostgreSQL would take
// its process id for a living server's: another program may have it now, or
// nobody has taken the dead process off the list. Processes that still use the
// data are found by their shared memory.
func (c *Cluster) removeStale() {
	path := filepath.Join(c.pgData, "postmaster.pid")
	if f, ok := readPidFile(path); ok && !c.serves(f.pid) {
		_ = os.Remove(path)
	}
	c.removeSocket()
}

var (
	errEnded = errors.New("the postmaster has ended")
	errInUse = errors.New("processes of a PostgreSQL that was killed still use the data; end them, or wait and try again")
)

// launchPatiently is launch, but waits a while for the last processes of a
// postmaster that was killed. They notice its death by themselves.
func (c *Cluster) launchPatiently(ctx context.Context) (*postmaster, error) {
	limit := time.After(patience)
	for {
		p, err := c.launch(ctx)
		if !errors.Is(err, errInUse) {
			return p, err
		}
		select {
		case <-limit:
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// waitReady waits until p accepts connections, ends, or ctx ends.
func (c *Cluster) waitReady(ctx context.Context, p *postmaster) error {
	began := time.Now()
	told := false
	for {
		if f, ok := readPidFile(filepath.Join(c.pgData, "postmaster.pid")); ok && f.pid == p.pid && f.ready {
			conn, err := c.connect(ctx, "postgres")
			if err == nil {
				return conn.Close(ctx)
			}
			if refused(err) {
				return fmt.Errorf("PostgreSQL in %s does not let chatd in: %w", c.pgData, err)
			}
		}
		if !told && time.Since(began) > 5*time.Second {
			told = true
			c.cfg.Log.Info("PostgreSQL is recovering; this can take a while after a crash")
		}
		select {
		case <-p.gone:
			return errEnded
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// connect opens a connection to one of the cluster's databases.
func (c *Cluster) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return pgx.Connect(ctx, c.url(database))
}

// refused tells a server that rejects us from one that is not up yet.
func refused(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && strings.HasPrefix(pgErr.Code, "28")
}

// ensureDatabase makes chatd's database in a new cluster.
func (c *Cluster) ensureDatabase(ctx context.Context) error {
	conn, err := c.connect(ctx, "postgres")
	if err != nil {
		return fmt.Errorf("PostgreSQL cannot be reached: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var exists bool
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", database).Scan(&exists)
	if err == nil && !exists {
		_, err = conn.Exec(ctx, "create database "+database)
	}
	if err != nil {
		return fmt.Errorf("chatd's database cannot be made: %w", err)
	}
	return nil
}

// stop ends the postmaster: fast, then at once.
func (p *postmaster) stop(ctx context.Context) error {
	defer p.forgetOnce.Do(func() { close(p.forget) })
	ctx, cancel := context.WithTimeout(ctx, fastStop)
	defer cancel()
	p.signal(syscall.SIGINT)
	select {
	case <-p.gone:
		return nil
	case <-ctx.Done():
	}
	p.signal(syscall.SIGQUIT)
	select {
	case <-p.gone:
		return nil
	case <-time.After(immediateStop):
		return fmt.Errorf("PostgreSQL (process %d) does not stop; the next start of chatd takes it over", p.pid)
	}
}

// signal sends a signal unless the process is known to be gone.
func (p *postmaster) signal(sig syscall.Signal) {
	select {
	case <-p.gone:
	default:
		_ = syscall.Kill(p.pid, sig)
	}
}
