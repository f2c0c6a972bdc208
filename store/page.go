package store

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// How many entries a page of a list has.
const (
	defaultPage = 50
	MaxPage     = 200
)

// Page says which part of a list is wanted: what follows After, the next of an
// earlier page, or the beginning when it is "". Limit 0 means 50; more than
// MaxPage means MaxPage. A list that changes meanwhile loses or repeats none of
// the entries that stay where they are.
type Page struct {
	After string
	Limit int
}

// cursor is where a page of a list ended: the last entry's place in its order.
// Lists without names leave Name empty. Callers treat it as opaque, and pass it
// on in addresses: it has at most 4000 characters, since of all characters that
// a name can have 80 of, none makes more than 33 bytes of a key.
type cursor struct {
	List string `json:"list"`
	Name string `json:"name,omitempty"`
	ID   int64  `json:"id"`
}

// from returns where the page of a list begins: after the zero cursor when it is
// the first one. An After that no page of this list has given out is an
// *InvalidError.
func (p Page) from(list string) (cursor, error) {
	if p.After == "" {
		return cursor{}, nil
	}
	invalid := wrongPlace()
	text, err := base64.RawURLEncoding.Strict().DecodeString(p.After)
	if err != nil {
		return cursor{}, invalid
	}
	var c cursor
	from := json.NewDecoder(bytes.NewReader(text))
	from.DisallowUnknownFields()
	if from.Decode(&c) != nil || from.InputOffset() != int64(len(text)) {
		return cursor{}, invalid
	}
	if c.List != list || c.ID < 1 || !utf8.Valid(text) || strings.ContainsRune(c.Name, 0) {
		return cursor{}, invalid
	}
	return c, nil
}

// wrongPlace is about an After that no page of the list has given out.
func wrongPlace() *InvalidError {
	return &InvalidError{Field: "after", Text: "This is not where a page ended. Begin with the first page."}
}

func (c cursor) encode() string {
	text, _ := json.Marshal(c) // a string and a number always work
	return base64.RawURLEncoding.EncodeToString(text)
}

// limit is how many entries the page may have.
func (p Page) limit() int { return pageLimit(p.Limit) }

func pageLimit(limit int) int {
	if limit <= 0 {
		return defaultPage
	}
	return min(limit, MaxPage)
}

// collectPage reads the rows of a page, of which there is one more than the
// limit when something follows. read returns an entry and its place in the
// order of the list, which only the database knows: it alone says what lower
// case is.
func collectPage[T any](rows pgx.Rows, p Page, list string, read func(pgx.Row) (T, cursor, error)) (entries []T, next string, err error) {
	defer rows.Close()
	var last cursor
	for rows.Next() {
		entry, place, err := read(rows)
		switch {
		case err != nil:
			return nil, "", err
		case len(entries) == p.limit():
			last.List = list
			next = last.encode()
		default:
			entries, last = append(entries, entry), place
		}
	}
	return entries, next, rows.Err()
}
