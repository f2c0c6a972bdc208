package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
)

// Reader reads an archive from its beginning to its end and believes nothing
// of what it says. Whatever it is given, it needs little memory.
type Reader struct {
	head Head
	in   *bufio.Reader
	zip  *gzip.Reader
	tar  *tar.Reader
	sum  hash.Hash
	// rows is the number of rows of each table.
	rows map[string]int64
	// err is why there is no more to read; io.EOF after a good archive.
	err error

	// next is the entry that was found but not begun; nil inside of one.
	next *tar.Header
	// waiting is the tables of the head that have not come yet.
	waiting []Table
	// table is the present one, of which so many pieces were begun and so many
	// rows were read; empty between tables.
	table  string
	chunks int
	read   int64
	// left is what is left of the present piece, row the size of the present
	// row so far.
	left int64
	row  int
}

// NewReader begins to read an archive: its head.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10), sum: sha256.New(), rows: map[string]int64{}}
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

// Head is what the archive says of itself.
func (r *Reader) Head() Head { return r.head }

// Err is what is wrong with the archive, as far as it was read.
func (r *Reader) Err() error {
	if r.err == io.EOF { //nolint:errorlint // our own mark, never wrapped
		return nil
	}
	return r.err
}

// Rows is the number of rows of a table that was read.
func (r *Reader) Rows(table string) int64 { return r.rows[table] }

// Next goes to the next table that has rows, past what was not read of the
// one before. After the last one, when the whole archive was found good, it
// returns io.EOF.
func (r *Reader) Next() (table string, err error) {
	if r.table != "" {
		_, _ = io.Copy(io.Discard, r) // its error stays in r.err
	}
	switch {
	case r.err != nil:
		return "", r.err
	case r.next.Name == endName:
		return "", r.fail(r.finish())
	}
	table, _ = tableOf(r.next.Name)
	i := slices.IndexFunc(r.waiting, func(t Table) bool { return t.Name == table })
	if i < 0 {
		return "", r.fail(fmt.Errorf("%w (%.100q does not belong where it is)", ErrDamaged, r.next.Name))
	}
	r.waiting = r.waiting[i+1:]
	r.table, r.chunks, r.read = table, 0, 0
	return table, nil
}

// Read reads rows of the present table, up to io.EOF at its end.
func (r *Reader) Read(p []byte) (int, error) {
	for r.err == nil && r.table != "" && r.left == 0 {
		if err := r.turn(); err != nil {
			return 0, r.fail(err)
		}
	}
	switch {
	case r.err != nil:
		return 0, r.err
	case r.table == "":
		return 0, io.EOF
	}
	n, err := r.tar.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	_, _ = r.sum.Write(p[:n]) // never fails
	if err == nil || errors.Is(err, io.EOF) && r.left == 0 {
		err = r.count(p[:n])
	}
	return n, r.fail(err)
}

// turn begins the next piece of the present table, or ends the table.
func (r *Reader) turn() error {
	if r.next == nil {
		if err := r.advance(); err != nil {
			return err
		}
	}
	if r.next.Name == chunkName(r.table, r.chunks+1) {
		r.chunks++
		r.left = r.next.Size
		return r.enter(chunkMax)
	}
	if r.row > 0 {
		return fmt.Errorf("%w (the table %s ends in the middle of a row)", ErrDamaged, r.table)
	}
	r.rows[r.table] = r.read
	r.table = ""
	return nil
}

// count takes note of the rows that were read.
func (r *Reader) count(p []byte) error {
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n') + 1
		if end == 0 {
			r.row += len(p)
			break
		}
		r.read++
		r.row = 0
		p = p[end:]
	}
	if r.row > rowMax {
		return fmt.Errorf("%w (a row of the table %s is longer than any can be)", ErrDamaged, r.table)
	}
	return nil
}

// advance finds the next entry.
func (r *Reader) advance() error {
	next, err := r.tar.Next()
	switch {
	case errors.Is(err, io.EOF):
		return ErrCut
	case err != nil:
		return err
	}
	r.next = next
	if next.Typeflag != tar.TypeReg || len(next.PAXRecords) > 0 {
		return fmt.Errorf("%w (%.100q is no ordinary file)", ErrDamaged, next.Name)
	}
	return nil
}

// enter begins the entry that was found, unless it is absurdly large.
func (r *Reader) enter(limit int64) error {
	if r.next.Size > limit {
		return fmt.Errorf("%w (%.100q is larger than it can be)", ErrDamaged, r.next.Name)
	}
	addToSum(r.sum, r.next.Name, r.next.Size)
	r.next = nil
	return nil
}

// fail keeps the first error, in our words. Errors of the medium stay as they
// are.
func (r *Reader) fail(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == nil:
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = ErrCut
	case errors.As(err, &corrupt), errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, tar.ErrHeader):
		err = fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	if r.err == nil {
		r.err = err
	}
	return err
}
