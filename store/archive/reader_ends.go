package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
)

// open reads up to the first table.
func (r *Reader) open() error {
	magic, err := r.in.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !bytes.HasPrefix([]byte{0x1f, 0x8b}, magic) {
		return ErrForeign
	}
	if r.zip, err = gzip.NewReader(r.in); err != nil {
		if errors.Is(err, io.EOF) {
			return ErrCut
		}
		return r.fail(err)
	}
	// One stream is one archive; what follows it is looked at in the end.
	r.zip.Multistream(false)
	r.tar = tar.NewReader(r.zip)
	if err := r.readHead(); err != nil {
		return r.fail(err)
	}
	r.waiting = r.head.Tables
	for _, t := range r.head.Tables {
		r.rows[t.Name] = 0
	}
	return r.fail(r.advance())
}

// readHead reads the first entry.
func (r *Reader) readHead() error {
	err := r.advance()
	if r.next != nil && r.next.Name != headName {
		return ErrForeign // also when it is a folder, say
	}
	if err != nil {
		// What ends well, or has no beginning, was no archive of ours.
		if _, end := r.zip.Read(make([]byte, 1)); errors.Is(end, io.EOF) || errors.Is(err, tar.ErrHeader) {
			return ErrForeign
		}
		return err
	}
	text, err := r.readEntry()
	if err != nil {
		return err
	}
	// The version first: what else a newer format holds may be of another shape.
	var version struct{ Format int }
	if err := json.Unmarshal(text, &version); err != nil || version.Format < 1 {
		return fmt.Errorf("%w (its head cannot be read)", ErrDamaged)
	}
	if version.Format > Format {
		return ErrNewerFormat
	}
	if err := json.Unmarshal(text, &r.head); err != nil {
		return fmt.Errorf("%w (its head cannot be read)", ErrDamaged)
	}
	return r.head.check()
}

// readEntry reads a whole entry of JSON.
func (r *Reader) readEntry() ([]byte, error) {
	if err := r.enter(headMax); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r.tar)
	_, _ = r.sum.Write(text) // never fails
	return text, err
}

// finish reads the last entry and compares. It returns io.EOF when everything
// is as it should be.
func (r *Reader) finish() error {
	sum := hex.EncodeToString(r.sum.Sum(nil))
	text, err := r.readEntry()
	if err != nil {
		return err
	}
	var end End
	if err := json.Unmarshal(text, &end); err != nil {
		return fmt.Errorf("%w (its end cannot be read)", ErrDamaged)
	}
	if end.SHA256 != sum || !maps.Equal(end.Rows, r.rows) {
		return fmt.Errorf("%w (its content is not what was written)", ErrDamaged)
	}
	if err := r.tarEnds(); err != nil {
		return err
	}
	return io.EOF
}

// tarEnds makes sure that nothing follows, and lets gzip compare its own
// checksum.
func (r *Reader) tarEnds() error {
	_, err := r.tar.Next()
	if errors.Is(err, io.EOF) {
		err = r.skipPadding()
	}
	if errors.Is(err, io.EOF) {
		_, err = r.in.ReadByte()
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return fmt.Errorf("%w (something follows its end)", ErrDamaged)
	default:
		return err
	}
}

// skipPadding reads the zeros with which tar fills up its last record. It
// returns nil when something else is there.
func (r *Reader) skipPadding() error {
	padding := make([]byte, 512)
	for {
		n, err := r.zip.Read(padding)
		if len(bytes.Trim(padding[:n], "\x00")) > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
