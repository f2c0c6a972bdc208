package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

// attendance is a model of who is here: the sessions of each node, by row, and
// what everybody chose.
type attendance struct {
	sessions map[string]map[int64]store.CometSession
	choice   map[int64]string
	told     map[int64]string // the state that others know; offline has no entry
}

// state is what follows for somebody.
func (m *attendance) state(user int64) string {
	open, active := false, false
	for _, rows := range m.sessions {
		for _, s := range rows {
			open = open || s.User == user
			active = active || s.User == user && !s.Idle
		}
	}
	switch {
	case !open || m.choice[user] == "invisible":
		return "offline"
	case m.choice[user] == "do-not-disturb":
		return "do-not-disturb"
	case active:
		return "online"
	}
	return "away"
}

// changes are what others are to be told now, as "user state notice".
func (m *attendance) changes(users []int64, left map[int64]string) (list []string) {
	for _, user := range users {
		before, after, notice := m.told[user], m.state(user), ""
		if before == "" {
			before = "offline"
		}
		switch {
		case before == after:
			continue
		case before == "offline":
			notice = "signed-in"
		case after == "offline":
			notice = "went-offline"
			if left[user] != "" {
				notice = left[user]
			}
		}
		m.told[user] = after
		list = append(list, fmt.Sprint(user, " ", after, " ", notice))
	}
	return list
}

func TestRandomSettlementsFollowTheModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			followModel(t, rand.New(rand.NewPCG(seed, 6)), 120)
		})
	}
}

// followModel does so many random things and compares all that is told.
func followModel(t *testing.T, r *rand.Rand, steps int) {
	w := newWorld(t)
	users := ids(w.user("ana"), w.user("bo"), w.user("cleo"))
	model := &attendance{sessions: map[string]map[int64]store.CometSession{}, choice: map[int64]string{}, told: map[int64]string{}}
	nodes := []*presence{{world: w, node: nodeA}, {world: w, node: nodeB}}
	var revision int64
	for step := range steps {
		node := nodes[r.IntN(len(nodes))]
		did, left, counted := "settles", map[int64]string{}, -1
		switch r.IntN(8) {
		default:
			counted = model.settle(node, r, users, left)
		case 0, 1:
			user, choice := users[r.IntN(len(users))], []string{"automatic", "do-not-disturb", "invisible"}[r.IntN(3)]
			did = fmt.Sprint(user, " chooses ", choice)
			w.choose(store.User{ID: user}, choice, nil)
			model.choice[user] = choice
		case 2:
			did = node.node + " dies"
			w.exec(`update nodes set lease_until = now() - interval '1 second' where id = $1`, node.node)
			n, err := w.ExpirePresence(w.ctx(), "00000000-0000-4000-8000-00000000000c")
			w.ok(err)
			delete(model.sessions, node.node)
			node.turn, counted = 0, n
		case 3:
			did = "all choices end"
			w.exec(`update users set presence_until = now() where presence_choice <> 'automatic'`)
			n, err := w.LapsePresence(w.ctx())
			w.ok(err)
			clear(model.choice)
			counted = n
		}
		want := model.changes(users, left)
		var got []string
		_, err := w.LookPresence(w.ctx(), nodeA, revision, func(n, user int64, state, notice string, _ time.Time) {
			if revision++; n != revision {
				t.Fatalf("step %d: revision %d, want %d", step, n, revision)
			}
			got = append(got, fmt.Sprint(user, " ", state, " ", notice))
		})
		if w.ok(err); !slices.Equal(got, want) || counted >= 0 && counted != len(want) {
			t.Fatalf("step %d, %s: told %q (%d counted), want %q", step, did, got, counted, want)
		}
	}
	_, _, states, err := w.LoadPresence(w.ctx())
	w.ok(err)
	maps.DeleteFunc(model.told, func(_ int64, state string) bool { return state == "offline" })
	for _, s := range states {
		if model.told[s.User] != s.State {
			t.Errorf("%d is %s, the changes say %s", s.User, s.State, model.told[s.User])
		}
	}
	if len(states) != len(model.told) {
		t.Errorf("%v are here, want %v", states, model.told)
	}
}

// settle lets a node tell something, all of it when it is new, and notes how
// people left.
func (m *attendance) settle(p *presence, r *rand.Rand, users []int64, left map[int64]string) (changed int) {
	whole := p.turn == 0 || r.IntN(6) == 0
	rows := m.sessions[p.node]
	if rows == nil {
		rows = map[int64]store.CometSession{}
		m.sessions[p.node] = rows
	}
	var told []store.CometSession
	next := maps.Clone(rows)
	if whole {
		clear(next)
	}
	for range r.IntN(5) {
		row := int64(r.IntN(6))
		// A row is one person's.
		s := store.CometSession{Row: row, User: users[row%int64(len(users))], Device: "browser", Idle: r.IntN(2) == 0}
		if r.IntN(3) == 0 {
			s.Notice = []string{"signed-out", "went-offline"}[r.IntN(2)]
			left[s.User] = s.Notice
			delete(next, row)
		} else {
			next[row] = s
		}
		told = append(told, s)
	}
	m.sessions[p.node] = next
	return p.tell(whole, running, told...)
}

// Nodes that settle, people that choose and nodes that die at the same time
// leave gapless changes, of which the last of each person is the state that
// follows from the leases and the choices.
func TestEverythingAtTheSameTimeLeavesOneStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var people []store.User
	for i := range 5 {
		people = append(people, w.user(fmt.Sprint("p", i)))
	}
	for _, err := range together(6, func(i int) error {
		node := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		r := rand.New(rand.NewPCG(uint64(i), 8))
		for turn := range int64(25) {
			var told []store.CometSession
			for row, user := range people {
				s := store.CometSession{Row: int64(row), User: user.ID, Device: "browser", Idle: r.IntN(2) == 0}
				s.Notice = []string{"", "", "signed-out"}[r.IntN(3)]
				told = append(told, s)
			}
			lease := running
			if r.IntN(4) == 0 {
				lease = over
			}
			_, _, err := w.SettlePresence(w.ctx(), node, turn+1, true, lease, told)
			if err == nil {
				_, err = w.SetPresence(w.ctx(), people[r.IntN(5)].ID, []string{"automatic", "do-not-disturb", "invisible"}[r.IntN(3)], nil)
			}
			if err == nil && r.IntN(2) == 0 {
				_, err = w.ExpirePresence(w.ctx(), node)
			}
			if err != nil {
				return fmt.Errorf("turn %d: %w", turn+1, err)
			}
		}
		return nil
	}) {
		w.ok(err)
	}
	last, revision := map[int64]string{}, int64(0)
	_, err := w.LookPresence(w.ctx(), nodeA, 0, func(n, user int64, state, notice string, _ time.Time) {
		if revision++; n != revision {
			t.Errorf("revision %d, want %d", n, revision)
		}
		came, went := last[user] == "" || last[user] == "offline", state == "offline"
		if came && went || last[user] == state || (notice == "signed-in") != came || (notice == "") != (!came && !went) {
			t.Errorf("%d was %q, and then %s %s", user, last[user], state, notice)
		}
		last[user] = state
	})
	w.ok(err)
	for _, user := range people {
		var want string
		w.ok(w.sql.QueryRow(w.ctx(), `
			select case
				when u.presence_choice = 'invisible' or bool_and(l.idle) is null then 'offline'
				when u.presence_choice = 'do-not-disturb' then 'do-not-disturb'
				when bool_and(l.idle) then 'away' else 'online' end
			from users u left join presence_leases l on l.user_id = u.id where u.id = $1 group by u.id`, user.ID).Scan(&want))
		state, _, err := w.PresenceOf(w.ctx(), w.owner.ID, user.ID)
		if w.ok(err); state != want || last[user.ID] != "" && last[user.ID] != want {
			t.Errorf("%d is %s, was told as %s, want %s", user.ID, state, last[user.ID], want)
		}
	}
}
