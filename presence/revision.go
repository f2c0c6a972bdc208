package presence

import (
	"encoding/binary"
	"hash/fnv"
	"strconv"
	"strings"
)

// revision says what a viewer has been told: the changes up to a number, of
// the people of a circle and of a screen, and the count of the screen's room.
// It is written "epoch.number~circle~screen-count", and the same on all nodes.
type revision struct {
	epoch, number  int64
	circle, screen string // marks
	here           string // a count, or "" when none was told
}

// separator stands between the parts of a revision.
const separator = "~"

func (r revision) String() string {
	s := strconv.FormatInt(r.epoch, 10) + "." + strconv.FormatInt(r.number, 10) + separator + r.circle + separator + r.screen
	if r.here != "" {
		s += "-" + r.here
	}
	return s
}

func parseRevision(s string) (r revision, ok bool) {
	numbers, marks, found := strings.Cut(s, separator)
	first, second, dotted := strings.Cut(numbers, ".")
	var err1, err2 error
	r.epoch, err1 = strconv.ParseInt(first, 10, 64)
	r.number, err2 = strconv.ParseInt(second, 10, 64)
	r.circle, r.screen, _ = strings.Cut(marks, separator)
	r.screen, r.here, _ = strings.Cut(r.screen, "-")
	return r, found && dotted && err1 == nil && err2 == nil && r.number >= 0 && isCount(r.here)
}

// isCount keeps what a client invents out of the next revision.
func isCount(s string) bool { return strings.Trim(s, "0123456789") == "" }

// screenMark names what a viewer has on the screen; it is empty for nothing.
func screenMark(v Viewer) string {
	if len(v.People) == 0 && v.Room == 0 {
		return ""
	}
	sum := fnv.New64a()
	var number [8]byte
	for _, user := range v.People {
		binary.BigEndian.PutUint64(number[:], uint64(user)) //nolint:gosec // any number will do
		_, _ = sum.Write(number[:])                         // a hash takes everything
	}
	return strconv.FormatUint(sum.Sum64(), 36) + "." + strconv.FormatInt(v.Room, 10)
}

func formatCount(n int, known bool) string {
	if !known {
		return ""
	}
	return strconv.Itoa(n)
}
