package storetest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// victimVar makes the test program start a server and wait to be killed.
const victimVar = "CHATD_TEST_VICTIM"

func TestMain(m *testing.M) {
	if os.Getenv(victimVar) != "" {
		playVictim()
	}
	Main(m)
}

// playVictim prints where its cluster is and waits.
func playVictim() {
	s, err := startServer(context.Background())
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(s.cluster.dir)
	select {}
}

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	for _, name := range []string{"one", "another", "third"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			conn := connect(t, URL(t))
			var topics int
			if err := conn.QueryRow(ctx, "select count(*) from topics").Scan(&topics); err != nil {
				t.Fatal(err)
			}
			if topics != 1 {
				t.Errorf("a new database has %d topics, want the workspace's alone", topics)
			}
			if _, err := conn.Exec(ctx, "insert into topics (kind) values ('room')"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestADatabaseIsDroppedAfterItsTest(t *testing.T) {
	var gone string
	t.Run("inner", func(t *testing.T) { gone = URL(t) })
	if conn, err := pgx.Connect(t.Context(), gone); err == nil {
		_ = conn.Close(t.Context())
		t.Error("the database is still there after its test")
	}
}

func TestOpenGivesAWorkingStore(t *testing.T) {
	if _, err := Open(t).CheckIdentity(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAKilledTestProcessLeavesNothingBehind(t *testing.T) {
	t.Setenv("CHATD_TEST_DATABASE_URL", "")
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), victimVar+"=1")
	stdout, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(line)
	pid := postmasterPID(t, dir)
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait()
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for exists(dir) || syscall.Kill(pid, 0) == nil {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("after 30 s folder %s (there: %t) or process %d is left", dir, exists(dir), pid)
		}
	}
}

func postmasterPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(dir + "/data/postgres/postmaster.pid")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func BenchmarkURL(b *testing.B) {
	for b.Loop() {
		URL(b)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
