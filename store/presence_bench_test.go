package store_test

import "testing"

func BenchmarkPresenceOfTenThousand(b *testing.B) {
	w := newWorld(b)
	w.exec(`with t as (insert into topics (kind) select 'user' from generate_series(1, 9999) returning id)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, 'u' || id, 'u' || id, 'U', 'hash' from t`)
	users, err := w.VisibleUsers(w.ctx(), w.owner.ID)
	w.ok(err)
	rows, opening := make([]int64, len(users)), make([]string, len(users))
	for i := range rows {
		rows[i] = int64(i)
	}
	a := &presence{world: w, node: nodeA}
	b.Run("everybody comes", func(b *testing.B) {
		for b.Loop() {
			a.settle(true, running, nil, nil)
			a.settle(true, running, rows, users, opening...)
		}
	})
	w.exec(`analyze`)
	b.Run("one more session", func(b *testing.B) {
		for row := int64(len(users)); b.Loop(); row++ {
			a.settle(false, running, []int64{row}, users[:1], "")
		}
	})
	b.Run("nothing is new", func(b *testing.B) {
		_, newest, _, err := w.LoadPresence(w.ctx())
		w.ok(err)
		for b.Loop() {
			_, err := w.LookPresence(w.ctx(), nodeA, newest, nil)
			w.ok(err)
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			_, _, states, err := w.LoadPresence(w.ctx())
			if w.ok(err); len(states) != len(users) {
				b.Fatalf("%d are online", len(states))
			}
		}
	})
}
