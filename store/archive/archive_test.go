package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chatd/store/archive"
)

// tables is what an archive holds: the rows of each table.
type tables map[string]string

// head names the tables of the tests.
func head() archive.Head {
	return archive.Head{
		Program: "1.2.3", Schema: 2, At: time.Date(2025, 11, 22, 13, 0, 0, 0, time.UTC),
		Tables: []archive.Table{
			{Name: "people", Columns: []string{"id", "name"}},
			{Name: "empty", Columns: []string{"id"}},
			{Name: "lines", Columns: []string{"id", "body"}},
		},
		Sequences: []archive.Sequence{{Table: "lines", Column: "id", Next: 3}},
	}
}

// write makes an archive.
func write(t testing.TB, content tables) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := archive.NewWriter(&out, head())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range head().Tables {
		err := w.Table(table.Name, func(rows io.Writer) error {
			for row := range strings.Lines(content[table.Name]) {
				if _, err := io.WriteString(rows, row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// read reads a whole archive.
func read(in io.Reader) (tables, error) {
	r, err := archive.NewReader(in)
	if err != nil {
		return nil, err
	}
	content := tables{}
	for {
		table, err := r.Next()
		if errors.Is(err, io.EOF) {
			return content, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		if rows := r.Rows(table); rows != int64(bytes.Count(text, []byte{'\n'})) {
			return nil, fmt.Errorf("%s: %d rows are counted", table, rows)
		}
		content[table] = string(text)
	}
}

// small is an archive whose every byte can be tried.
func small(t testing.TB) (content tables, text []byte) {
	t.Helper()
	content = tables{"people": "1\tAna\n2\tBo\n", "lines": "1\tdo you know why `ls` shows nothing?\n2\t\\N\n"}
	return content, write(t, content)
}

// known reports whether an error is one that a person gets a sentence for.
func known(err error) bool {
	for _, e := range []error{archive.ErrForeign, archive.ErrCut, archive.ErrDamaged, archive.ErrNewerFormat} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func TestWhatIsReadIsWhatWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		content := tables{}
		for _, table := range []string{"people", "lines"} {
			rows := rapid.SliceOfN(rapid.StringMatching(`[a-zäß\t\\]{0,20}`), 0, 30).Draw(rt, table)
			if len(rows) > 0 {
				content[table] = strings.Join(rows, "\n") + "\n"
			}
		}
		got, err := read(bytes.NewReader(write(t, content)))
		if err != nil {
			rt.Fatal(err)
		}
		if !maps.Equal(got, content) {
			rt.Errorf("read %q, want %q", got, content)
		}
	})
}

func TestTheHeadIsKept(t *testing.T) {
	t.Parallel()
	_, text := small(t)
	r, err := archive.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := head()
	want.Format = archive.Format
	if got := fmt.Sprint(r.Head()); got != fmt.Sprint(want) {
		t.Errorf("the head is %s, want %v", got, want)
	}
}

func TestATableThatIsNotReadIsCheckedAllTheSame(t *testing.T) {
	t.Parallel()
	_, text := small(t)
	r, err := archive.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for {
		name, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if fmt.Sprint(names) != "[people lines]" || r.Rows("people") != 2 || r.Err() != nil {
		t.Errorf("tables %v with %d people, error %v", names, r.Rows("people"), r.Err())
	}
}

func TestAnArchiveThatIsCutAnywhereIsNoticed(t *testing.T) {
	t.Parallel()
	_, text := small(t)
	for n := range text {
		if _, err := read(bytes.NewReader(text[:n])); !errors.Is(err, archive.ErrCut) {
			t.Errorf("cut after %d of %d bytes: %v", n, len(text), err)
		}
	}
}

func TestAFlippedBitIsNoticedOrChangesNothing(t *testing.T) {
	t.Parallel()
	content, text := small(t)
	harmless := 0
	for i := range 8 * len(text) {
		changed := bytes.Clone(text)
		changed[i/8] ^= 1 << (i % 8)
		got, err := read(bytes.NewReader(changed))
		switch {
		case err == nil && maps.Equal(got, content):
			harmless++
		case err == nil:
			t.Errorf("bit %d makes it %q, which nobody notices", i, got)
		case !known(err):
			t.Errorf("bit %d: %v", i, err)
		}
	}
	// Time, flags and system in gzip's own head, and what fills up a byte.
	if harmless > 8*8 {
		t.Errorf("%d bits do not matter", harmless)
	}
}

func TestALongTableComesInPieces(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for rows.Len() < 11<<20 {
		fmt.Fprintf(&rows, "%d\t%s\n", random.Uint64(), strings.Repeat("word ", random.IntN(1000)))
	}
	content := tables{"lines": rows.String()}
	text := write(t, content)
	if pieces := len(names(t, text)) - 2; pieces != 3 {
		t.Errorf("11 MB are in %d pieces, want 3", pieces)
	}
	got, err := read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(got, content) {
		t.Error("the table is another one")
	}
}

func TestARowThatCouldNotBeReadAgainIsNotWritten(t *testing.T) {
	t.Parallel()
	w, err := archive.NewWriter(io.Discard, head())
	if err != nil {
		t.Fatal(err)
	}
	err = w.Table("people", func(rows io.Writer) error {
		_, err := io.WriteString(rows, strings.Repeat("a", 2<<20)+"\n")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "people") {
		t.Errorf("error: %v", err)
	}
}

func TestErrorsOfTheMediumStayAsTheyAre(t *testing.T) {
	t.Parallel()
	_, text := small(t)
	broken := errors.New("input/output error")
	for n := range text {
		in := io.MultiReader(bytes.NewReader(text[:n]), failing{broken})
		if _, err := read(in); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// failing is a disk that cannot be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzReader(f *testing.F) {
	_, text := small(f)
	f.Add(text)
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := read(bytes.NewReader(text)); err != nil && !known(err) {
			t.Error(err)
		}
	})
}
