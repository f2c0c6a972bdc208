package localpg

import (
	"context"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

// The test program plays other programs when one of these is set.
const (
	ownerVar  = "CHATD_TEST_OWNER"  // folder: run the cluster until stdin ends
	clientVar = "CHATD_TEST_CLIENT" // URL: try to connect
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerVar); dir != "" {
		os.Exit(playOwner(dir))
	}
	if url := os.Getenv(clientVar); url != "" {
		os.Exit(playClient(url))
	}
	code := m.Run()
	if template.dir != "" {
		_ = os.RemoveAll(template.dir)
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, "goroutines are left after the tests:", err)
		code = 1
	}
	os.Exit(code)
}

// playOwner is a chatd reduced to its cluster.
func playOwner(dir string) int {
	syscall.Umask(0o077) // as careful administrators have it
	ctx := context.Background()
	c, err := Start(ctx, configFor(os.Stderr, dir))
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	fmt.Println(c.URL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := c.Stop(ctx); err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

func playClient(url string) int {
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return errorCode(conn.Close(context.Background()))
}

func errorCode(err error) int {
	if err != nil {
		return 1
	}
	return 0
}
