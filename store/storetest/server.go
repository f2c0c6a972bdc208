package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"chatd/store"
	"chatd/store/localpg"
)

// server makes databases. There is one in a test process.
type server struct {
	base    *url.URL
	prefix  string
	cluster *throwaway // nil with CHATD_TEST_DATABASE_URL
	next    atomic.Int64
}

var (
	mu      sync.Mutex
	running *server
	failed  error
)

// startServer starts the process's server once; a failure is not tried again.
func startServer(ctx context.Context) (*server, error) {
	mu.Lock()
	defer mu.Unlock()
	if running == nil && failed == nil {
		running, failed = newServer(ctx)
	}
	return running, failed
}

// stopServer stops the process's server if there is one.
func stopServer() error {
	mu.Lock()
	defer mu.Unlock()
	if running == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	s := running
	running = nil
	if s.cluster != nil {
		return s.cluster.stop(ctx)
	}
	return s.drop(ctx, s.prefix+"template")
}

func newServer(ctx context.Context) (*server, error) {
	s := &server{prefix: "chatd_test_" + strings.ToLower(rand.Text()[:8]) + "_"}
	address := os.Getenv("CHATD_TEST_DATABASE_URL")
	if address == "" {
		cluster, err := startThrowaway(ctx)
		if err != nil {
			return nil, err
		}
		s.cluster, address = cluster, cluster.pg.URL()
	}
	if err := s.prepare(ctx, address); err != nil {
		if s.cluster != nil {
			_ = s.cluster.stop(ctx)
		}
		return nil, err
	}
	return s, nil
}

// prepare makes the migrated template.
func (s *server) prepare(ctx context.Context, address string) error {
	var err error
	if s.base, err = url.Parse(address); err != nil {
		return err
	}
	template := s.prefix + "template"
	if err := s.exec(ctx, "create database "+template); err != nil {
		return err
	}
	return store.Migrate(ctx, s.url(template))
}

// create makes a database for one test. The template is small, so writing its
// pages to the log is faster than the two checkpoints of a file copy.
func (s *server) create(ctx context.Context) (string, error) {
	name := fmt.Sprintf("%s%d", s.prefix, s.next.Add(1))
	return name, s.exec(ctx, "create database "+name+" template "+s.prefix+"template strategy wal_log")
}

// drop removes a database, and whatever is still connected to it.
func (s *server) drop(ctx context.Context, name string) error {
	return s.exec(ctx, "drop database if exists "+name+" with (force)")
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.base.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func (s *server) url(database string) string {
	u := *s.base
	u.Path = "/" + database
	return u.String()
}

// throwaway is a cluster that does not outlive the test process.
type throwaway struct {
	dir      string
	pg       *localpg.Cluster
	watchdog *watchdog
}

// startThrowaway starts a cluster in a temporary folder. It gives up
// durability for speed.
func startThrowaway(ctx context.Context) (*throwaway, error) {
	dir, err := temporaryDir()
	if err != nil {
		return nil, err
	}
	t := &throwaway{dir: dir}
	if t.watchdog, err = startWatchdog(dir); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	t.pg, err = localpg.Start(ctx, localpg.Config{
		DataDir:   dir + "/data",
		SocketDir: dir + "/run",
		BinDir:    os.Getenv("CHATD_PG_BIN"),
		Settings: map[string]string{
			"fsync":              "off",
			"full_page_writes":   "off",
			"synchronous_commit": "off",
			"max_connections":    "300",
			"shared_buffers":     "64MB",
			"autovacuum":         "off",
			"max_wal_size":       "4GB",
		},
	})
	if err != nil {
		t.watchdog.end()
		return nil, err
	}
	return t, nil
}

// stop stops the cluster and removes its folder.
func (t *throwaway) stop(ctx context.Context) error {
	err := t.pg.Stop(ctx)
	t.watchdog.end()
	return err
}

// temporaryDir makes a folder that PostgreSQL's account can enter and whose
// name is short enough for a socket in it.
func temporaryDir() (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "chatd-test-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}
