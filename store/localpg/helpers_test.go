package localpg

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// configFor gives up durability against power cuts, which no test has.
func configFor(log io.Writer, dir string) Config {
	return Config{DataDir: dir, Settings: map[string]string{"fsync": "off"}, Log: slog.New(slog.NewTextHandler(log, nil))}
}

// folder is a temporary folder that every account can pass.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, path := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(path, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// template is a data folder that tests copy, which is faster than initdb.
var template struct {
	once sync.Once
	dir  string
	err  error
}

// seed fills a data folder that does not exist yet with a new cluster.
func seed(t *testing.T, dir string) {
	t.Helper()
	template.once.Do(func() {
		template.dir, template.err = os.MkdirTemp("", "chatd-template-") //nolint:usetesting // outlives this test
		if template.err != nil {
			return
		}
		if template.err = os.Chmod(template.dir, 0o711); template.err != nil {
			return
		}
		var c *Cluster
		if c, template.err = Start(context.Background(), configFor(t.Output(), template.dir)); template.err == nil {
			template.err = c.Stop(context.Background())
		}
	})
	if template.err != nil {
		t.Fatal(template.err)
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	copyTree(t, filepath.Join(template.dir, "postgres"), dir)
}

// copyTree copies with owners and rights. A process of its own does it: a file
// that we had open for writing could be inherited by a program started just
// then, and not be run until that one ends.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "cp", "-Rp", from, to).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
}

// startNew starts a new cluster and stops it after the test.
func startNew(t *testing.T) *Cluster {
	t.Helper()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	return start(t, dir)
}

// start starts a cluster and stops it after the test.
func start(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), configFor(t.Output(), dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// run runs a statement on the cluster.
func run(t *testing.T, c *Cluster, sql string) {
	t.Helper()
	conn := connect(t, c)
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// ask reads one value as text.
func ask(t *testing.T, c *Cluster, sql string) string {
	t.Helper()
	var answer string
	if err := connect(t, c).QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func connect(t *testing.T, c *Cluster) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// wantRefusal fails unless err is one sentence with all the parts.
func wantRefusal(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("it started")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not say %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error %q has more than one line", err)
	}
}

// quickly tries a start until it takes less than three seconds, and fails when it
// never does: one that is slow may be so by chance, on a busy machine.
func quickly(t *testing.T, what string, try func() time.Duration) {
	t.Helper()
	const limit = 3 * time.Second
	var all []time.Duration
	for range 5 {
		took := try()
		if took < limit {
			return
		}
		all = append(all, took.Round(time.Millisecond))
	}
	t.Errorf("%s took %v, want less than %v", what, all, limit)
}

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-limit:
			t.Fatalf("still not so after 30 s: %s", what)
		case <-tick.C:
		}
	}
}
