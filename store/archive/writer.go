package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// Writer writes an archive.
type Writer struct {
	head  Head
	out   *gzip.Writer
	tar   *tar.Writer
	sum   hash.Hash
	rows  map[string]int64
	chunk bytes.Buffer
}

// NewWriter begins an archive. Format and place of the head are the writer's.
func NewWriter(out io.Writer, head Head) (*Writer, error) {
	head.Format = Format
	if err := head.check(); err != nil {
		return nil, fmt.Errorf("the archive %w", err)
	}
	w := &Writer{head: head, out: gzip.NewWriter(out), sum: sha256.New(), rows: map[string]int64{}}
	w.tar = tar.NewWriter(w.out)
	w.chunk.Grow(chunkMax)
	return w, w.encode(headName, head)
}

// Table adds the rows that fill writes, each ended by a line feed and in one
// call of Write. Tables are added in the order of the head.
func (w *Writer) Table(name string, fill func(io.Writer) error) error {
	t := &tableWriter{Writer: w, name: name}
	if err := fill(t); err != nil {
		return err
	}
	w.rows[name] = t.rows
	return t.flush()
}

// Rows is the number of rows of a table that was added.
func (w *Writer) Rows(table string) int64 { return w.rows[table] }

// Close ends the archive. It does not close what it was written to.
func (w *Writer) Close() error {
	end := End{Rows: w.rows, SHA256: hex.EncodeToString(w.sum.Sum(nil))}
	if err := w.encode(endName, end); err != nil {
		return err
	}
	if err := w.tar.Close(); err != nil {
		return err
	}
	return w.out.Close()
}

// encode adds an entry of JSON.
func (w *Writer) encode(name string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return w.add(name, append(text, '\n'))
}

func (w *Writer) add(name string, content []byte) error {
	addToSum(w.sum, name, int64(len(content)))
	_, _ = w.sum.Write(content) // never fails
	err := w.tar.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o600, ModTime: w.head.At, Format: tar.FormatUSTAR,
	})
	if err != nil {
		return err
	}
	_, err = w.tar.Write(content)
	return err
}

// addToSum makes the checksum tell where one entry ends and the next begins.
func addToSum(sum hash.Hash, name string, size int64) {
	fmt.Fprintf(sum, "%s\n%d\n", name, size)
}

// tableWriter cuts the rows of a table into pieces.
type tableWriter struct {
	*Writer
	name   string
	rows   int64
	chunks int
}

func (t *tableWriter) Write(rows []byte) (int, error) {
	if len(rows) > rowMax {
		return 0, fmt.Errorf("a row of the table %s has %d bytes, more than an archive can hold", t.name, len(rows))
	}
	t.rows += int64(bytes.Count(rows, []byte{'\n'}))
	t.chunk.Write(rows)
	if t.chunk.Len() >= chunkSize {
		return len(rows), t.flush()
	}
	return len(rows), nil
}

// flush adds what is left as a piece.
func (t *tableWriter) flush() error {
	if t.chunk.Len() == 0 {
		return nil
	}
	t.chunks++
	err := t.add(chunkName(t.name, t.chunks), t.chunk.Bytes())
	t.chunk.Reset()
	return err
}
