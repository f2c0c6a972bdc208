package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"chatd/store/storetest"
)

// halfWritten is a file of which something is written.
func halfWritten(t *testing.T, name string, force bool) *wholeFile {
	t.Helper()
	file, err := createWhole(name, force)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte("whole")); err != nil {
		t.Fatal(err)
	}
	return file
}

// wantFolder fails when something else is in the folder, or the file in it
// holds something else.
func wantFolder(t *testing.T, name, content string, others ...string) {
	t.Helper()
	if text, err := os.ReadFile(name); string(text) != content {
		t.Errorf("the file holds %q (%v), want %q", text, err, content)
	}
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if want := append([]string{filepath.Base(name)}, others...); !slices.Equal(names, want) {
		t.Errorf("in the folder there are %v, want %v", names, want)
	}
}

func TestAFileIsThereOnlyWhenItIsComplete(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	file := halfWritten(t, name, false)
	if _, err := os.Stat(name); err == nil {
		t.Error("it is there before it is kept")
	}
	size, err := file.keep()
	file.discard()
	if size != 5 || err != nil {
		t.Errorf("%d bytes (%v)", size, err)
	}
	wantFolder(t, name, "whole")
	if info, err := os.Stat(name); err != nil || info.Mode() != 0o600 {
		t.Errorf("it is %v (%v)", info, err)
	}
}

func TestANameThatIsTakenMeanwhileStaysTaken(t *testing.T) {
	t.Parallel()
	for what, keep := range map[string]func(*wholeFile) error{
		"with links":    func(f *wholeFile) error { _, err := f.keep(); return err },
		"without links": func(f *wholeFile) error { return f.renameWithoutLinks() },
	} {
		name := filepath.Join(t.TempDir(), "file")
		file := halfWritten(t, name, false)
		if err := os.WriteFile(name, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := keep(file); err == nil || !strings.Contains(err.Error(), "is there already") {
			t.Errorf("%s: somebody took the name: %v", what, err)
		}
		file.discard()
		wantFolder(t, name, "precious")

		file = halfWritten(t, name, true)
		if _, err := file.keep(); err != nil {
			t.Error(err)
		}
		wantFolder(t, name, "whole")
	}
}

func TestAFileGetsItsNameAlsoWhereThereAreNoLinks(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	file := halfWritten(t, name, false)
	if err := file.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.renameWithoutLinks(); err != nil {
		t.Error(err)
	}
	wantFolder(t, name, "whole")
}

func TestNobodyElsesPartIsTouched(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name+".part", []byte("a note"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := halfWritten(t, name, false).keep(); err != nil {
		t.Error(err)
	}
	wantFolder(t, name, "whole", "file.part")
	if text, err := os.ReadFile(name + ".part"); string(text) != "a note" {
		t.Errorf("the note is %q (%v)", text, err)
	}

	pipe := filepath.Join(t.TempDir(), "file")
	if err := syscall.Mkfifo(pipe+".part", 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := halfWritten(t, pipe, false).keep(); err != nil {
		t.Error(err)
	}
	wantFolder(t, pipe, "whole", "file.part")
}

func TestABackupThatASignalStopsLeavesNothing(t *testing.T) {
	t.Parallel()
	address := storetest.URL(t)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `begin; lock table users`); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := invocation(t, []string{"backup", filepath.Join(dir, "file")}, "CHATD_DATABASE_URL="+address)
	said := begin(t, cmd)
	eventually(t, "it waits in the middle of its work", func() bool { return storetest.Waiting(t, address, "chatd backup") > 0 })
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("meanwhile there are %v (%v)", entries, err)
	}
	wantInterrupted(t, cmd, said)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("it leaves %v (%v)", entries, err)
	}
}
