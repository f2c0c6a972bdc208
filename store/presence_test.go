package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"chatd/store"
)

const (
	nodeA = "00000000-0000-4000-8000-00000000000a"
	nodeB = "00000000-0000-4000-8000-00000000000b"

	running = time.Hour
	over    = -time.Second
)

// presence is a node that counts its turns.
type presence struct {
	*world
	node string
	turn int64
}

// settle opens and closes sessions and returns how many people changed.
func (p *presence) settle(whole bool, lease time.Duration, rows, users []int64, notices ...string) int {
	p.t.Helper()
	return p.tell(whole, lease, sessions(rows, users, notices...)...)
}

// tell is settle with all that a session can say.
func (p *presence) tell(whole bool, lease time.Duration, told ...store.CometSession) int {
	p.t.Helper()
	p.turn++
	known, changed, err := p.SettlePresence(p.ctx(), p.node, p.turn, whole, lease, told)
	p.ok(err)
	if !known {
		p.t.Fatal("the call took no effect")
	}
	return changed
}

// sessions are those of browsers; the ones with a notice close.
func sessions(rows, users []int64, notices ...string) []store.CometSession {
	list := make([]store.CometSession, len(rows))
	for i, row := range rows {
		list[i] = store.CometSession{Row: row, User: users[i], Device: "browser", Notice: notices[i]}
	}
	return list
}

func (p *presence) open(row int64, user store.User) int {
	p.t.Helper()
	return p.settle(p.turn == 0, running, []int64{row}, ids(user), "")
}

func (p *presence) close(row int64, user store.User, notice string) int {
	p.t.Helper()
	return p.settle(false, running, []int64{row}, ids(user), notice)
}

// changes are all changes after a revision, as "revision user notice".
func (p *presence) changes(after int64, name map[int64]string) (list []string) {
	p.t.Helper()
	looked, err := p.LookPresence(p.ctx(), p.node, after, func(revision, user int64, state, notice string, at time.Time) {
		list = append(list, fmt.Sprint(revision, " ", name[user], " ", state, " ", notice))
		if age := time.Since(at); age < -time.Minute || age > time.Minute {
			p.t.Errorf("the change is dated %v", at)
		}
	})
	p.ok(err)
	if looked.Newest < after+int64(len(list)) {
		p.t.Errorf("the newest revision is %d after %d changes from %d", looked.Newest, len(list), after)
	}
	return list
}

func twoPeople(t *testing.T) (a, b *presence, ana, bo store.User, name map[int64]string) {
	t.Parallel()
	w := newWorld(t)
	ana, bo = w.user("ana"), w.user("bo")
	return &presence{world: w, node: nodeA}, &presence{world: w, node: nodeB}, ana, bo,
		map[int64]string{ana.ID: "ana", bo.ID: "bo"}
}

func TestThePersonsFirstAndLastSessionOverAllNodesAreChanges(t *testing.T) {
	a, b, ana, bo, name := twoPeople(t)
	for i, step := range []struct{ got, want int }{
		{a.open(1, ana), 1},
		{a.open(2, ana), 0},
		{b.open(1, ana), 0},
		{b.open(2, bo), 1},
		{a.close(1, ana, "signed-out"), 0},
		{a.close(2, ana, "signed-out"), 0},
		{b.close(1, ana, "went-offline"), 1},
		{b.close(2, bo, "signed-out"), 1},
	} {
		if step.got != step.want {
			t.Errorf("step %d changed %d people, want %d", i, step.got, step.want)
		}
	}
	want := []string{"1 ana online signed-in", "2 bo online signed-in", "3 ana offline went-offline", "4 bo offline signed-out"}
	if got := a.changes(0, name); !slices.Equal(got, want) {
		t.Errorf("changes are %q, want %q", got, want)
	}
	if got := b.changes(3, name); !slices.Equal(got, want[3:]) {
		t.Errorf("changes after 3 are %q, want %q", got, want[3:])
	}
}

func TestTheLastClosingOfABatchSaysHowAPersonLeft(t *testing.T) {
	a, _, ana, bo, name := twoPeople(t)
	a.settle(true, running, []int64{1, 2, 3, 4}, ids(ana, ana, bo, bo), "", "", "", "")
	a.settle(false, running, []int64{1, 2, 4, 3}, ids(ana, ana, bo, bo), "went-offline", "signed-out", "signed-out", "went-offline")
	want := []string{"3 ana offline signed-out", "4 bo offline went-offline"}
	if got := a.changes(2, name); !slices.Equal(got, want) {
		t.Errorf("changes are %q, want %q", got, want)
	}
}

func TestClosingOneAndOpeningAnotherInOneBatchIsNoChange(t *testing.T) {
	a, _, ana, _, _ := twoPeople(t)
	a.open(1, ana)
	if n := a.settle(false, running, []int64{1, 2}, ids(ana, ana), "went-offline", ""); n != 0 {
		t.Errorf("%d changes", n)
	}
}

func TestARepeatedSettlementChangesNothing(t *testing.T) {
	a, _, ana, bo, _ := twoPeople(t)
	a.open(1, ana)
	for range 3 {
		if n := a.settle(false, running, []int64{1, 9}, ids(ana, bo), "", "signed-out"); n != 0 {
			t.Errorf("%d changes", n)
		}
	}
}

func TestAWholeSettlementClosesWhatItDoesNotName(t *testing.T) {
	a, b, ana, bo, name := twoPeople(t)
	a.settle(true, running, []int64{1, 2, 3}, ids(ana, bo, bo), "", "", "")
	b.open(1, ana)
	a.settle(true, running, []int64{2}, ids(bo), "signed-out")
	want := []string{"3 bo offline signed-out"} // ana is still at b
	if got := a.changes(2, name); !slices.Equal(got, want) {
		t.Errorf("changes are %q, want %q", got, want)
	}
	a.settle(true, running, []int64{4}, ids(bo), "")
	a.settle(true, running, nil, nil)
	want = []string{"4 bo online signed-in", "5 bo offline went-offline"}
	if got := a.changes(3, name); !slices.Equal(got, want) {
		t.Errorf("changes are %q, want %q", got, want)
	}
}

func TestOnlyTheNextTurnOfARunningNodeTakesEffect(t *testing.T) {
	a, _, ana, _, _ := twoPeople(t)
	a.turn = 4
	a.settle(true, running, nil, nil)
	call := func(node string, turn int64, whole bool) bool {
		known, changed, err := a.SettlePresence(a.ctx(), node, turn, whole, running, sessions([]int64{turn}, ids(ana), ""))
		a.ok(err)
		if !known && changed != 0 {
			t.Errorf("turn %d had no effect but changed %d", turn, changed)
		}
		return known
	}
	for _, c := range []struct {
		node  string
		turn  int64
		whole bool
		want  bool
	}{
		{nodeB, 1, false, false}, // not known
		{nodeA, 5, false, false}, // again
		{nodeA, 5, true, false},
		{nodeA, 4, true, false},
		{nodeA, 7, false, false}, // one is missing
		{nodeA, 6, false, true},
		{nodeA, 9, true, true},
		{nodeA, 10, false, true},
		{nodeA, 9, false, false}, // late
	} {
		if got := call(c.node, c.turn, c.whole); got != c.want {
			t.Errorf("turn %d of %s (whole: %v) took effect: %v, want %v", c.turn, c.node[35:], c.whole, got, c.want)
		}
	}
	a.turn = 10
	a.settle(false, over, nil, nil)
	if call(nodeA, 12, false) {
		t.Error("an ordinary call took effect although the lease was over")
	}
	if n := a.number(`select count(*) from nodes`); n != 1 {
		t.Errorf("there are %d nodes", n)
	}
}

func TestANodeWhoseLeaseIsOverIsRemovedWithItsPeople(t *testing.T) {
	a, b, ana, bo, name := twoPeople(t)
	a.settle(true, running, []int64{1, 2}, ids(ana, bo), "", "")
	b.open(1, bo)
	a.exec(`update users set last_seen_at = now() - interval '1 hour'`)
	expire := func() int {
		n, err := b.ExpirePresence(b.ctx(), nodeB)
		b.ok(err)
		return n
	}
	if n := expire(); n != 0 {
		t.Errorf("%d people went offline although both leases hold", n)
	}
	a.settle(false, -10*time.Minute, nil, nil)
	looked, err := b.LookPresence(b.ctx(), nodeB, 2, nil)
	if b.ok(err); !looked.Alive || !looked.Lapsed {
		t.Errorf("b sees %+v, want itself alive and another lapsed", looked)
	}
	looked, err = a.LookPresence(a.ctx(), nodeA, 2, nil)
	if a.ok(err); looked.Alive || looked.Lapsed {
		t.Errorf("a sees %+v, want neither itself alive nor another lapsed", looked)
	}
	if n := expire(); n != 1 {
		t.Errorf("%d people went offline, want ana", n)
	}
	if n := expire(); n != 0 {
		t.Errorf("%d people went offline the second time", n)
	}
	if got := b.changes(2, name); !slices.Equal(got, []string{"3 ana offline went-offline"}) {
		t.Errorf("changes are %q", got)
	}
	// She was seen until the node's lease ended, not until that was noticed.
	if n := a.number(`select count(*) from users where id = $1 and last_seen_at between now() - interval '11 minutes' and now() - interval '9 minutes'`, ana.ID); n != 1 {
		t.Error("ana was not last seen ten minutes ago")
	}
	if n := a.number(`select count(*) from presence_leases`); n != 1 {
		t.Errorf("%d leases are left, want that of bo at b", n)
	}
}

func TestANodeNeverRemovesItself(t *testing.T) {
	a, _, ana, _, _ := twoPeople(t)
	a.settle(true, over, []int64{1}, ids(ana), "")
	if n, err := a.ExpirePresence(a.ctx(), nodeA); err != nil || n != 0 {
		t.Errorf("%d people went offline: %v", n, err)
	}
}

func TestComingAndGoingDatesWhenAPersonWasLastSeen(t *testing.T) {
	a, _, ana, bo, _ := twoPeople(t)
	a.settle(true, running, []int64{1, 2}, ids(ana, bo), "", "")
	a.exec(`update users set last_seen_at = now() - interval '1 hour'`)
	a.close(1, ana, "signed-out")
	if n := a.number(`select count(*) from users where last_seen_at > now() - interval '1 minute'`); n != 1 {
		t.Errorf("%d people were seen just now, want ana", n)
	}
}

func TestUsersWhoDoNotExistArePassedOver(t *testing.T) {
	a, _, ana, _, _ := twoPeople(t)
	if n := a.settle(true, running, []int64{1, 2}, []int64{1 << 40, ana.ID}, "", ""); n != 1 {
		t.Errorf("%d people came online, want ana", n)
	}
}

func TestLoadingGivesTheStatesAtARevision(t *testing.T) {
	a, b, ana, bo, _ := twoPeople(t)
	epoch, revision, states, err := a.LoadPresence(a.ctx())
	if a.ok(err); revision != 0 || len(states) != 0 {
		t.Errorf("an empty database is at %d with %v", revision, states)
	}
	if want := a.number(`select epoch from topics where id = 1`); epoch != want {
		t.Errorf("epoch is %d, want that of the workspace, %d", epoch, want)
	}
	a.settle(true, running, []int64{1, 2}, ids(ana, bo), "", "")
	b.open(1, ana)
	a.close(2, bo, "signed-out")
	_, revision, states, err = a.LoadPresence(a.ctx())
	if want := []store.PersonState{{User: ana.ID, State: "online"}}; err != nil || revision != 3 || !slices.Equal(states, want) {
		t.Errorf("at %d: %v, %v, want ana at 3", revision, states, err)
	}
}

func TestOldChangesAreRemovedFromTheFrontAndTheNewestStays(t *testing.T) {
	a, _, ana, bo, _ := twoPeople(t)
	a.open(1, ana)
	a.open(2, bo)
	a.close(1, ana, "signed-out")
	a.close(2, bo, "signed-out")
	left := func() int64 { return a.number(`select count(*) * 1000 + min(revision) from presence_changes`) }
	// A clock that was set back leaves 3 older than 4, yet 1 to 3 go together.
	a.exec(`update presence_changes set changed_at = now() - interval '11 minutes' where revision = 3`)
	if a.settle(false, running, nil, nil); left() != 1004 {
		t.Errorf("left over: %d", left())
	}
	a.exec(`update presence_changes set changed_at = now() - interval '11 minutes'`)
	if a.settle(false, running, nil, nil); left() != 1004 {
		t.Errorf("the newest did not stay: %d", left())
	}
	a.open(3, ana)
	if a.settle(false, running, nil, nil); left() != 1005 {
		t.Errorf("left over: %d, want 5 only", left())
	}
}

func TestNodesThatSettleAtTheSameTimeCountEverybodyOnceAndWithoutGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var people []int64
	for i := range 5 {
		people = append(people, w.user(fmt.Sprint("p", i)).ID)
	}
	const nodes, turns = 6, 30
	var counted atomic.Int64
	for _, err := range together(nodes, func(i int) error {
		node := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		r := rand.New(rand.NewPCG(uint64(i), 7))
		for turn := range int64(turns) {
			rows, users, notices := []int64{}, []int64{}, []string{}
			for row, user := range people {
				if r.IntN(2) == 0 {
					rows, users = append(rows, int64(row)), append(users, user)
					notices = append(notices, []string{"", "signed-out", "went-offline"}[r.IntN(3)])
				}
			}
			known, changed, err := w.SettlePresence(w.ctx(), node, turn+1, turn == 0, running, sessions(rows, users, notices...))
			if err != nil || !known {
				return fmt.Errorf("turn %d: known %v, %w", turn+1, known, err)
			}
			counted.Add(int64(changed))
		}
		return nil
	}) {
		w.ok(err)
	}
	online, last := map[int64]bool{}, int64(0)
	looked, err := w.LookPresence(w.ctx(), nodeA, 0, func(revision, user int64, state, notice string, _ time.Time) {
		if revision != last+1 {
			t.Errorf("revision %d follows %d", revision, last)
		}
		last = revision
		if came := state == "online"; online[user] == came || came != (notice == "signed-in") {
			t.Errorf("%d was online: %v, and then %s %s", user, online[user], state, notice)
		}
		online[user] = state == "online"
	})
	if w.ok(err); looked.Newest != last || last != counted.Load() || last == 0 {
		t.Errorf("%d changes, newest %d, %d were counted", last, looked.Newest, counted.Load())
	}
	_, _, loaded, err := w.LoadPresence(w.ctx())
	w.ok(err)
	for _, user := range people {
		if online[user] != slices.Contains(loaded, store.PersonState{User: user, State: "online"}) {
			t.Errorf("%d: the changes say online %v, the states say %v", user, online[user], !online[user])
		}
	}
}
