package presence

import (
	"encoding/binary"
	"hash/fnv"
	"strconv"
	"strings"
)

// revision says what a viewer has been told: the changes up to a number, of
// the people of a circle and of a screen, and who is here of the screen's room.
// It is written "epoch.number~circle~screen-here", and the same on all nodes.
type revision struct {
	epoch, number  int64
	circle, screen string // marks
	here           string // a Here, or "" when none was told
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
	return r, found && dotted && err1 == nil && err2 == nil && r.number >= 0 && isHere(r.here)
}

// isHere keeps what a client invents out of the next revision.
func isHere(s string) bool { return strings.Trim(s, ".0123456789abcdefghijklmnopqrstuvwxyz") == "" }

// room is the one on the screen, as screenMark writes it; "" for none.
func (r revision) room() string {
	_, room, _ := strings.Cut(r.screen, ".")
	return room
}

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

// Here is who is here of a room: how many, and a mark of these people, the same on
// all nodes. Who lists them is to hear of it when others are here.
type Here struct {
	Count int
	Mark  int64
}

// String is what a revision has of it: "count.mark".
func (h Here) String() string {
	return strconv.Itoa(h.Count) + "." + strconv.FormatUint(uint64(h.Mark), 36) //nolint:gosec // any number will do
}
