package presence

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Event is what a viewer is told, as it stands in the presence event. States
// hold "online" or "offline" by user id. In a snapshot they replace all that
// the viewer knew, and people who are absent are offline.
type Event struct {
	Revision string            `json:"revision"`
	Snapshot bool              `json:"snapshot"`
	States   map[string]string `json:"states"`
	Notices  []Notice          `json:"notices"`
}

// Notice is a line for people: somebody has signed in ("signed-in"), has
// signed out ("signed-out"), or is no longer there ("went-offline"). Time is
// in milliseconds since 1970.
type Notice struct {
	User   string `json:"user"`
	Notice string `json:"notice"`
	Time   int64  `json:"time"`
}

// fromNothing is the beginning of a snapshot.
const fromNothing = -1

// since returns what came after a revision; see Tracker.Since.
func (v *view) since(sight Sight, revision string) (event []byte, next string) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if !v.loaded {
		return nil, revision
	}
	from := int64(fromNothing)
	known, mark, _ := strings.Cut(revision, markSeparator)
	if epoch, number, ok := parseRevision(known); ok && epoch == v.epoch && number >= v.floor && mark == sight.Mark {
		from = number
	}
	// The viewer may come from a node that is ahead of this one.
	if from >= v.newest {
		return nil, revision
	}
	next = v.revisionLocked(sight.Mark)
	if sight.Sees == nil && sight.Mark == "" {
		return v.sharedLocked(from), next
	}
	return v.encodeLocked(from, sight), next
}

// sharedLocked encodes an event once for all who may see everybody.
func (v *view) sharedLocked(from int64) []byte {
	v.encoding.Lock()
	event, ok := v.encoded[from]
	if !ok && len(v.encoded) < keepEncoded {
		event, ok = v.encodeLocked(from, Sight{}), true
		v.encoded[from] = event
	}
	v.encoding.Unlock()
	if !ok {
		event = v.encodeLocked(from, Sight{})
	}
	return event
}

// encodeLocked returns the event for a viewer at a revision, or nil when
// nothing of it is visible.
func (v *view) encodeLocked(from int64, sight Sight) []byte {
	visible := sight.Sees
	if visible == nil {
		visible = func(int64) bool { return true }
	}
	e := Event{
		Revision: v.revisionLocked(sight.Mark),
		Snapshot: from == fromNothing,
		States:   map[string]string{},
		Notices:  []Notice{},
	}
	if e.Snapshot {
		for user := range v.online {
			if visible(user) {
				e.States[formatUser(user)] = stateOnline
			}
		}
	} else {
		for _, c := range v.ring[from-v.floor:] {
			if visible(c.user) {
				e.States[formatUser(c.user)] = c.state
				e.Notices = append(e.Notices, Notice{formatUser(c.user), c.notice, c.at.UnixMilli()})
			}
		}
		if len(e.Notices) == 0 {
			return nil
		}
	}
	encoded, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return encoded
}

func formatUser(user int64) string { return strconv.FormatInt(user, 10) }

// markSeparator stands between a revision and the mark of the viewer's sight.
const markSeparator = "~"

// revisionLocked is the newest revision, for viewers whose sight has this mark.
func (v *view) revisionLocked(mark string) string {
	revision := formatRevision(v.epoch, v.newest)
	if mark != "" {
		revision += markSeparator + mark
	}
	return revision
}

// A revision is written "epoch.number", for a limited sight with "~" and its
// mark after it. It is the same on all nodes.
func formatRevision(epoch, number int64) string {
	return strconv.FormatInt(epoch, 10) + "." + strconv.FormatInt(number, 10)
}

func parseRevision(revision string) (epoch, number int64, ok bool) {
	first, second, found := strings.Cut(revision, ".")
	epoch, err1 := strconv.ParseInt(first, 10, 64)
	number, err2 := strconv.ParseInt(second, 10, 64)
	return epoch, number, found && err1 == nil && err2 == nil && number >= 0
}
