// Package archive is the format of chatd's backups. It knows nothing of the
// database beyond names of tables and rows of text.
//
// An archive is a tar file compressed with gzip:
//
//	chatd-backup.json             the [Head]: versions, tables with their columns
//	tables/NAME/000001.copy       rows of a table, in PostgreSQL's text format for COPY
//	tables/NAME/000002.copy       more of them, in pieces of some MB
//	chatd-backup-end.json         the [End]: numbers of rows and a checksum of all before
//
// Tables come in the order of the head; an empty one has no piece. The folder
// files/ is kept free for what is not in the database. So tar and COPY alone
// can get at everything.
//
// The [End] finds what was cut off or changed by accident. It is no signature:
// whoever can write the archive can write another end.
package archive

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Format is the version of the format that this package writes, and the newest
// that it reads.
const Format = 1

// What is wrong with an archive. Each is the end of a sentence that begins with
// its name.
var (
	ErrForeign     = errors.New("is not a backup made by chatd")
	ErrCut         = errors.New("is cut short: it was not written or not copied to its end")
	ErrDamaged     = errors.New("is damaged")
	ErrNewerFormat = errors.New("was made by a newer chatd in a format that this one does not know; restore it with that version or a later one")
)

const (
	headName = "chatd-backup.json"
	endName  = "chatd-backup-end.json"

	// chunkSize is about how much of a table is in one piece. Both sides hold
	// one piece at most.
	chunkSize = 4 << 20
	// rowMax is the longest row of a table, in its text form.
	rowMax = 1 << 20
	// chunkMax is the largest piece that is read.
	chunkMax = chunkSize + rowMax
	// headMax is the largest head or end that is read.
	headMax = 1 << 20
)

// Head is what an archive says of itself first.
type Head struct {
	// Format is the version of the archive's format.
	Format int `json:"format"`
	// Program is the version of the chatd that made it.
	Program string `json:"chatd"`
	// Schema is the version of the tables.
	Schema int `json:"schema"`
	// At is when it was made.
	At time.Time `json:"at"`
	// Tables is what it holds, in an order in which it can be loaded.
	Tables []Table `json:"tables"`
	// Sequences is which ids come next.
	Sequences []Sequence `json:"sequences"`
}

// Table is a table and the columns of its rows.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// Sequence is the next id that a column would have been given.
type Sequence struct {
	Table  string `json:"table"`
	Column string `json:"column"`
	Next   int64  `json:"next"`
}

// End is what an archive says last.
type End struct {
	// Rows is the number of rows of each table.
	Rows map[string]int64 `json:"rows"`
	// SHA256 is the checksum of the names, sizes and contents of all entries
	// before this one, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// namePattern is what names of tables and columns look like.
var namePattern = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// check refuses a head that nothing sensible can follow.
func (h Head) check() error {
	if h.Schema < 1 {
		return fmt.Errorf("%w (its tables have the version %d)", ErrDamaged, h.Schema)
	}
	var names []string
	for _, t := range h.Tables {
		if slices.Contains(names, t.Name) {
			return fmt.Errorf("%w (it names the table %.70q twice)", ErrDamaged, t.Name)
		}
		names = append(names, t.Name)
		if len(t.Columns) == 0 {
			return fmt.Errorf("%w (the table %.70q has no columns)", ErrDamaged, t.Name)
		}
		for i, column := range t.Columns {
			if !namePattern.MatchString(t.Name) || !namePattern.MatchString(column) || slices.Contains(t.Columns[:i], column) {
				return fmt.Errorf("%w (a table cannot be %.70q with a column %.70q)", ErrDamaged, t.Name, column)
			}
		}
	}
	return nil
}

// chunkName is the path of a piece of a table, counted from 1.
func chunkName(table string, n int) string { return fmt.Sprintf("tables/%s/%06d.copy", table, n) }

// tableOf is the table that a path is a piece of.
func tableOf(name string) (table string, ok bool) {
	rest, ok := strings.CutPrefix(name, "tables/")
	table, _, slash := strings.Cut(rest, "/")
	return table, ok && slash
}
