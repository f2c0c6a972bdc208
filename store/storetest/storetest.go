// Package storetest gives tests a real PostgreSQL.
//
// The first test of a process that asks starts a throw-away cluster; each test
// gets a database of its own, copied from a migrated template. Set
// CHATD_TEST_DATABASE_URL to use a running server instead, with an account that
// may create databases.
//
// A package whose tests use it has
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
//
// Tests of package store itself are in package store_test, because storetest
// imports store.
package storetest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatd/store"
)

// limit bounds each step of setting up and cleaning up.
const limit = time.Minute

// Main runs the tests of a package, stops the cluster if one was started, and
// fails when goroutines are left. It is the whole body of TestMain and ends the
// process.
func Main(m *testing.M) {
	code := m.Run()
	if err := stopServer(); err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		code = max(code, 1)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "goroutines are left after the tests:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// URL is the connection string of a migrated database that is the test's own
// and is dropped after it.
func URL(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	s, err := startServer(ctx)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	name, err := s.create(ctx)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Errorf("storetest: %v", err)
		}
	})
	return s.url(name)
}

// Open opens a store on a database of the test's own and closes it after the
// test.
func Open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Config{URL: URL(t)})
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}
