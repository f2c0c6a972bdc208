package localpg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// refusedStart starts a cluster that must not start.
func refusedStart(t *testing.T, cfg Config) error {
	t.Helper()
	c, err := Start(t.Context(), cfg)
	if err == nil {
		stop(t, c)
	}
	return err
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestDataOfAnotherMajorVersionIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	c := start(t, dir)
	run(t, c, "create table kept as select 'still here' as what")
	stop(t, c)
	path := filepath.Join(dir, "postgres", "PG_VERSION")
	version, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, "14\n")
	wantRefusal(t, refusedStart(t, configFor(t.Output(), dir)), "PostgreSQL 14", "this machine has", "install PostgreSQL 14", "pg_upgrade")

	write(t, path, string(version))
	if got := ask(t, start(t, dir), "select what from kept"); got != "still here" {
		t.Errorf("the table holds %q", got)
	}
}

func TestAClusterThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	write(t, filepath.Join(dir, "postgres", "postgresql.auto.conf"), "shared_buffers = 'plenty'\n")
	wantRefusal(t, refusedStart(t, configFor(t.Output(), dir)), "PostgreSQL could not start", "contains errors", filepath.Join(dir, logName))
}

func TestADataDirectoryWithAnUnreadableVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	write(t, filepath.Join(dir, "postgres", "PG_VERSION"), "fifteen")
	own(t, filepath.Join(dir, "postgres"))
	wantRefusal(t, refusedStart(t, configFor(t.Output(), dir)), "does not name a version", "CHATD_DATA")
}

func TestAFolderWithOtherFilesIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	write(t, filepath.Join(dir, "thesis.txt"), "words")
	wantRefusal(t, refusedStart(t, configFor(t.Output(), dir)), dir, "thesis.txt", "CHATD_DATA")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v now (%v)", entries, err)
	}
}

func TestAForeignFolderInPlaceOfTheDatabaseIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	path := filepath.Join(dir, "postgres", "thesis.txt")
	write(t, path, "words")
	own(t, filepath.Join(dir, "postgres"))
	wantRefusal(t, refusedStart(t, configFor(t.Output(), dir)), "not a PostgreSQL data directory", "CHATD_DATA")
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestADataDirectoryInPlaceOfTheFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	write(t, filepath.Join(dir, "PG_VERSION"), "15\n")
	wantRefusal(t, refusedStart(t, configFor(t.Output(), dir)), "is a PostgreSQL data directory", "CHATD_DATABASE_URL")
}

func TestAFileInPlaceOfTheFolderIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(folder(t), "data")
	write(t, path, "")
	wantRefusal(t, refusedStart(t, configFor(t.Output(), path)), path, "not a directory", "CHATD_DATA")
}

func TestAnEmptyDatabaseFolderIsUsed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	if err := os.MkdirAll(filepath.Join(dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	own(t, filepath.Join(dir, "postgres"))
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

func TestALongPathIsNoProblemForTheSocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), strings.Repeat("long", 20), strings.Repeat("path", 20), "with a 'quote' and \\", "data")
	if ask(t, start(t, dir), "select 'works'") != "works" {
		t.Error("it does not work")
	}
}

func TestASocketFolderThatIsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	cfg := configFor(t.Output(), filepath.Join(folder(t), "data"))
	cfg.SocketDir = "/tmp/" + strings.Repeat("x", 100)
	wantRefusal(t, refusedStart(t, cfg), "too long")
}

func TestASocketFolderThatSomebodyElseMadeIsNotUsed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	first := start(t, dir)
	usual := first.socketDir
	stop(t, first)
	if err := os.Mkdir(usual, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(usual) })
	c := start(t, dir)
	if c.socketDir == usual {
		t.Errorf("the socket is in %s, which is open to everybody", usual)
	}
	info, err := os.Stat(c.socketDir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder has the rights %v", info.Mode())
	}
}

func TestAFolderWithoutBinariesIsRefused(t *testing.T) {
	t.Parallel()
	cfg := configFor(t.Output(), filepath.Join(folder(t), "data"))
	cfg.BinDir = t.TempDir()
	wantRefusal(t, refusedStart(t, cfg), "CHATD_PG_BIN", cfg.BinDir)
}

func TestAMachineWithoutPostgreSQLIsToldHowToInstallIt(t *testing.T) {
	places := usualPlaces
	usualPlaces = nil
	t.Cleanup(func() { usualPlaces = places })
	t.Setenv("PATH", t.TempDir())
	wantRefusal(t, refusedStart(t, configFor(t.Output(), filepath.Join(folder(t), "data"))),
		"not installed", installCommand(0), "CHATD_PG_BIN", "CHATD_DATABASE_URL")
}

func TestTheNewestPostgreSQLThatFitsIsChosen(t *testing.T) {
	t.Parallel()
	found := []binaries{{"/19", 19}, {"/17", 17}, {"/16", 16}, {"/14", 14}}
	for _, tt := range []struct {
		data, want int // 0: no data yet, none fits
	}{{0, 17}, {16, 16}, {17, 17}, {15, 0}} {
		b, ok := pick(found, tt.data, tt.data != 0)
		if ok != (tt.want != 0) || b.major != tt.want {
			t.Errorf("for data of %d: chose %d, want %d", tt.data, b.major, tt.want)
		}
	}
}

func TestAnOldPostgreSQLAloneIsRefused(t *testing.T) {
	t.Parallel()
	cfg := configFor(t.Output(), filepath.Join(folder(t), "data"))
	cfg.BinDir = folder(t)
	write(t, filepath.Join(cfg.BinDir, "initdb"), "#!/bin/sh\n")
	write(t, filepath.Join(cfg.BinDir, "postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 14.2'\n")
	wantRefusal(t, refusedStart(t, cfg), "needs PostgreSQL 15 to 18", "has 14")
}
