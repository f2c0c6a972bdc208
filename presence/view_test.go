package presence

import (
	"encoding/json"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// told is a presence event.
type told struct {
	Event    string            `json:"event"`
	Revision string            `json:"revision"`
	Snapshot bool              `json:"snapshot"`
	States   map[string]string `json:"states"`
	Notices  []toldNotice      `json:"notices"`
}

type toldNotice struct {
	User   string `json:"user"`
	Notice string `json:"notice"`
	Time   int64  `json:"time"`
}

// lookThrough is the plain way to what Since finds by the index: it looks
// through all changes after a revision.
func (v *view) lookThrough(a asking, from int64) told {
	inCircle := func(user int64) bool {
		return slices.ContainsFunc(a.groups, func(group []int64) bool {
			_, found := slices.BinarySearch(group, user)
			return found
		})
	}
	t := told{Event: "presence", Revision: strconv.FormatInt(v.newest, 10), States: map[string]string{}, Notices: []toldNotice{}}
	for _, c := range v.ring[from-v.floor:] {
		user := strconv.FormatInt(c.user, 10)
		if inCircle(c.user) || c.user == a.user || slices.Contains(a.people, c.user) {
			t.States[user] = c.state
		}
		if c.notice != "" && c.user != a.user && inCircle(c.user) {
			t.Notices = append(t.Notices, toldNotice{user, c.notice, c.at.UnixMilli()})
		}
	}
	return t
}

func TestTheIndexFindsWhatLookingThroughAllChangesFinds(t *testing.T) {
	t.Parallel()
	user := rapid.Int64Range(1, 12)
	rapid.Check(t, func(t *rapid.T) {
		var v view
		v.load(1, 0, nil, nil)
		rooms := map[int64][]int64{}
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				for range rapid.IntRange(1, 5).Draw(t, "changes") {
					v.apply([]change{{
						revision: v.newest + 1, user: user.Draw(t, "user"), at: time.UnixMilli(v.newest),
						state:  rapid.SampledFrom([]string{StateOnline, StateAway, StateDoNotDisturb, StateOffline}).Draw(t, "state"),
						notice: rapid.SampledFrom([]string{"", noticeSignedIn, noticeWentOffline}).Draw(t, "notice"),
						seen:   time.UnixMilli(v.newest),
					}}, time.UnixMilli(v.newest))
				}
			},
			"move": func(t *rapid.T) {
				members := rapid.SliceOfNDistinct(user, 1, 6, rapid.ID).Draw(t, "members")
				slices.Sort(members)
				rooms[rapid.Int64Range(1, 4).Draw(t, "room")] = members
			},
			"forget": func(*rapid.T) { // all but the last three
				if len(v.ring) > 3 {
					v.mu.Lock()
					v.pruneLocked(v.ring[len(v.ring)-3].seen.Add(keepFor))
					v.mu.Unlock()
				}
			},
			"": func(t *rapid.T) {
				a := asking{user: user.Draw(t, "viewer"), people: rapid.SliceOfN(user, 0, 3).Draw(t, "people")}
				for room, members := range rooms {
					if slices.Contains(members, a.user) {
						a.rooms, a.groups = append(a.rooms, room), append(a.groups, members)
					}
				}
				v.compare(t, a, rapid.Int64Range(v.floor, v.newest).Draw(t, "from"))
			},
		})
	})
}

// compare makes sure that both ways give the same.
func (v *view) compare(t *rapid.T, a asking, from int64) {
	if len(v.latest) > len(v.ring) {
		t.Fatalf("%d people have changed %d times", len(v.latest), len(v.ring))
	}
	want := v.lookThrough(a, from)
	event, _ := v.since(a, revision{epoch: 1, number: from}.String())
	if event == nil {
		if len(want.States) > 0 {
			t.Fatalf("from %d nothing was found, want %v", from, want)
		}
		return
	}
	var got told
	if err := json.Unmarshal(event, &got); err != nil {
		t.Fatalf("event %s: %v", event, err)
	}
	if !maps.Equal(got.States, want.States) || !slices.Equal(got.Notices, want.Notices) || got.Snapshot {
		t.Fatalf("from %d was found %s, want %v", from, event, want)
	}
}

// The index has of each room what nearly all ask for, and more for who asks.
func TestTheIndexFindsAllForWhoeverIsFarBehind(t *testing.T) {
	t.Parallel()
	var v view
	v.load(1, 0, nil, nil)
	const changes = moveChanges + 1000
	now := time.Now()
	for r := range int64(changes) {
		v.apply([]change{{revision: r + 1, user: 1 + r%2, state: StateOnline, notice: noticeSignedIn, at: now, seen: now}}, now)
	}
	a := asking{user: 3, rooms: []int64{10}, groups: [][]int64{{1, 3}}}
	for _, from := range []int64{changes - 10, 100, 0} {
		event, _ := v.since(a, revision{epoch: 1, number: from}.String())
		var got told
		if err := json.Unmarshal(event, &got); err != nil || int64(len(got.Notices)) != (changes-from)/2 {
			t.Errorf("from %d there are %d notices: %v", from, len(got.Notices), err)
		}
	}
}

func TestListenersAtTheSameTimeGetEveryNoticeOnceAndInOrder(t *testing.T) {
	t.Parallel()
	const listeners, changes = 6, 2000
	var v view
	v.load(1, 0, nil, nil)
	groups := [][]int64{{1, 2, 3}, {2, 3, 4, 5}}
	var all sync.WaitGroup
	for i := range int64(listeners) {
		all.Go(func() {
			a := asking{user: 100 + i, rooms: []int64{10, 11}, groups: groups}
			heard, known := int64(0), revision{epoch: 1}.String()
			for heard < changes {
				event, next := v.since(a, known)
				if known = next; event == nil {
					runtime.Gosched()
					continue
				}
				var e told
				if err := json.Unmarshal(event, &e); err != nil || e.Snapshot {
					t.Errorf("event %s: %v", event, err)
					return
				}
				for _, notice := range e.Notices {
					if heard++; notice.Time != heard {
						t.Errorf("notice %d came after %d", notice.Time, heard-1)
						return
					}
				}
			}
		})
	}
	for r := range int64(changes) {
		now := time.Now()
		v.apply([]change{{
			revision: r + 1, user: 1 + r%5, state: StateOnline, notice: noticeSignedIn, at: time.UnixMilli(r + 1), seen: now,
		}}, now)
	}
	all.Wait()
}
