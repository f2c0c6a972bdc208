package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"strings"
	"testing"

	"chatd/store/archive"
)

// entry is an entry of an archive that nobody's Writer made.
type entry struct {
	tar.Header
	content string
}

func file(name, content string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o600}, content}
}

const (
	headFile = "chatd-backup.json"
	endFile  = "chatd-backup-end.json"
	goodHead = `{"format": 1, "schema": 1, "tables": [{"name": "people", "columns": ["id"]}]}`
)

// pack makes a compressed tar file.
func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for _, e := range entries {
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// names lists the entries of an archive.
func names(t testing.TB, text []byte) []string {
	t.Helper()
	zipped, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(zipped)
	var list []string
	for {
		next, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, next.Name)
	}
}

func TestWhatIsNoBackupIsRefused(t *testing.T) {
	t.Parallel()
	var zipped, gzipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	if w, err := z.Create(headFile); err != nil {
		t.Fatal(err)
	} else if _, err := io.WriteString(w, goodHead); err != nil {
		t.Fatal(err)
	}
	g := gzip.NewWriter(&gzipped)
	_, err := io.WriteString(g, "dear diary")
	if err := errors.Join(err, z.Close(), g.Close()); err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string][]byte{
		"a text":            []byte("dear diary"),
		"a zip":             zipped.Bytes(),
		"a dump of pg_dump": []byte("PGDMP\x01\x0f\x00"),
		"a compressed text": gzipped.Bytes(),
		"an empty tar":      pack(t),
		"another tar":       pack(t, file("README.md", "# chatd")),
		"one with our head elsewhere": pack(t,
			file("files/a", "a"), file(headFile, goodHead)),
		"one with our head in a folder": pack(t, file("./"+headFile, goodHead)),
		"a folder":                      pack(t, entry{tar.Header{Typeflag: tar.TypeDir, Name: "src/"}, ""}, file("src/a", "a")),
		"one of git":                    pack(t, entry{tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": "1"}}, ""}, file("a", "a")),
		"one with extended headers":     pack(t, entry{tar.Header{Typeflag: tar.TypeReg, Name: "a", PAXRecords: map[string]string{"SCHILY.xattr.user.a": "1"}}, ""}),
	} {
		if _, err := read(bytes.NewReader(text)); !errors.Is(err, archive.ErrForeign) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAFormatOfTheFutureIsRefused(t *testing.T) {
	t.Parallel()
	text := pack(t, file(headFile, `{"format": 2, "tables": "all"}`), file("rows", "2"))
	if _, err := read(bytes.NewReader(text)); !errors.Is(err, archive.ErrNewerFormat) {
		t.Error(err)
	}
}

func TestAnArchiveThatHoldsWhatItShouldNotIsRefused(t *testing.T) {
	t.Parallel()
	rows := file("tables/people/000001.copy", "1\n")
	with := func(more ...entry) []byte { return pack(t, append([]entry{file(headFile, goodHead)}, more...)...) }
	withHead := func(head string) []byte { return pack(t, file(headFile, head)) }
	link := entry{tar.Header{Typeflag: tar.TypeSymlink, Name: "tables/people/000001.copy", Linkname: "/etc/passwd"}, ""}
	extended := rows
	extended.PAXRecords = map[string]string{"CHATD.secret": "1"}

	for what, text := range map[string][]byte{
		"a path that leads out":       with(file("../../etc/passwd", "root")),
		"a path from the root":        with(file("/tables/people/000001.copy", "1\n")),
		"a path that turns":           with(file("tables/people/../000001.copy", "1\n")),
		"a link":                      with(link),
		"a folder":                    with(entry{tar.Header{Typeflag: tar.TypeDir, Name: "tables/"}, ""}),
		"an extended header":          with(extended),
		"an unknown table":            with(file("tables/secrets/000001.copy", "1\n")),
		"pieces in another order":     with(file("tables/people/000002.copy", "1\n"), rows),
		"a piece twice":               with(rows, rows),
		"a second head":               with(file(headFile, goodHead)),
		"a row without its end":       with(file("tables/people/000001.copy", "1\n2"), file(endFile, "{}")),
		"an endless row":              with(file("tables/people/000001.copy", strings.Repeat("1", 3<<20))),
		"an endless piece":            with(file("tables/people/000001.copy", strings.Repeat("1\n", 5<<20))),
		"an endless head":             withHead(goodHead + strings.Repeat(" ", 2<<20)),
		"a head that is no JSON":      withHead("format: 1"),
		"a head of another shape":     withHead(`{"format": 1, "tables": 7}`),
		"a head without a format":     withHead(`{"tables": []}`),
		"a version below all":         withHead(`{"format": 1, "schema": -1, "tables": []}`),
		"a table twice":               withHead(`{"format": 1, "schema": 1, "tables": [{"name": "a", "columns": ["b"]}, {"name": "a", "columns": ["b"]}]}`),
		"a table without columns":     withHead(`{"format": 1, "schema": 1, "tables": [{"name": "a"}]}`),
		"a table with an odd name":    withHead(`{"format": 1, "schema": 1, "tables": [{"name": "a\"; drop table b; --", "columns": ["b"]}]}`),
		"a column with an odd name":   withHead(`{"format": 1, "schema": 1, "tables": [{"name": "a", "columns": ["b) from stdin; --"]}]}`),
		"a column twice":              withHead(`{"format": 1, "schema": 1, "tables": [{"name": "a", "columns": ["b", "b"]}]}`),
		"an end that is no JSON":      with(rows, file(endFile, "good")),
		"an end with another sum":     with(rows, file(endFile, `{"rows": {"people": 1}, "sha256": "00"}`)),
		"an endless end":              with(rows, file(endFile, strings.Repeat(" ", 2<<20))),
		"something after the archive": append(write(t, tables{}), 0),
		"an archive after it":         append(write(t, tables{}), write(t, tables{})...),
	} {
		if _, err := read(bytes.NewReader(text)); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := read(bytes.NewReader(with(rows))); !errors.Is(err, archive.ErrCut) {
		t.Errorf("no end: %v", err)
	}
}

// repacked is an archive whose tar has more at its end.
func repacked(t *testing.T, more []byte) []byte {
	t.Helper()
	_, text := small(t)
	unzipped, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	_, err = io.Copy(zipped, io.MultiReader(unzipped, bytes.NewReader(more)))
	if err := errors.Join(err, zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAnArchiveMayEndWithTheZerosOfTar(t *testing.T) {
	t.Parallel()
	want, _ := small(t)
	for _, n := range []int{0, 1, 512, 10240 - 512} {
		if got, err := read(bytes.NewReader(repacked(t, make([]byte, n)))); err != nil || !maps.Equal(got, want) {
			t.Errorf("%d zeros: %q, %v", n, got, err)
		}
		if _, err := read(bytes.NewReader(repacked(t, append(make([]byte, n), 'a')))); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%d zeros and something: %v", n, err)
		}
	}
	text := repacked(t, make([]byte, 8192))
	for n := range text {
		if _, err := read(bytes.NewReader(text[:n])); !errors.Is(err, archive.ErrCut) {
			t.Errorf("cut after %d of %d bytes: %v", n, len(text), err)
		}
	}
}

// bomb is an endless file of so many bytes, compressed.
func bomb(t *testing.T, size int64) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for _, e := range []entry{file(headFile, goodHead), {Header: tar.Header{Typeflag: tar.TypeReg, Name: "tables/people/000001.copy", Size: size}}} {
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.CopyN(w, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestABombIsRefusedInLittleMemory(t *testing.T) {
	text := bomb(t, 256<<20)
	if len(text) > 1<<20 {
		t.Fatalf("the bomb has %d bytes", len(text))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := archive.NewReader(bytes.NewReader(text))
	for err == nil {
		_, err = r.Next()
	}
	runtime.ReadMemStats(&after)
	if !errors.Is(err, archive.ErrDamaged) {
		t.Error(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("it took %d bytes to notice", used)
	}
}

func TestALongArchiveNeedsLittleMemory(t *testing.T) {
	pass, out := io.Pipe()
	written := make(chan error, 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	go func() { written <- writeLong(out, 50_000) }()
	r, err := archive.NewReader(pass)
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if rows := r.Rows("lines"); rows != 50_000 {
		t.Errorf("%d rows", rows)
	}
	// Some 50 MB of rows went through.
	if used := after.TotalAlloc - before.TotalAlloc; used > 20<<20 {
		t.Errorf("it took %d bytes", used)
	}
}

// writeLong writes an archive with n rows of a thousand bytes.
func writeLong(out *io.PipeWriter, n int) error {
	w, err := archive.NewWriter(out, head())
	if err != nil {
		return err
	}
	row := []byte(strings.Repeat("word ", 200) + "\n")
	for _, table := range head().Tables {
		err := w.Table(table.Name, func(rows io.Writer) error {
			for range n {
				if _, err := rows.Write(row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", table.Name, err)
		}
	}
	return errors.Join(w.Close(), out.Close())
}
