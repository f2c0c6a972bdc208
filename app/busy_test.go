package app

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"chatd/comet"
	"chatd/store"
	"chatd/store/storetest"
)

// On both nodes every connection for data is taken by requests that wait for a
// lock, and each stream waits for a page from the database.
func TestLogOutEndsStreamsThatWaitForTheDatabaseOnEveryNode(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	nodes := [2]*world{}
	for i := range nodes {
		nodes[i] = newWorldAt(t, store.Config{URL: url, MainConns: 3})
	}
	ana := nodes[0].owner()
	room := ana.room("general")
	logins := []*person{ana, ana.signsInAgain(), ana.signsInAgain()}
	streams := make([][2][]*listener, len(logins))
	for n, login := range logins {
		for i, w := range nodes {
			for _, transport := range []string{"ndjson", "iframe"} {
				tab := w.withToken(login.sessionCookie().Value)
				tab.me = ana.me
				streams[n][i] = append(streams[n][i], tab.streams(transport))
			}
		}
	}

	release := storetest.Lock(t, url, "workspace")
	var stuck sync.WaitGroup
	for _, w := range nodes {
		for range 6 {
			visitor := w.visitor()
			stuck.Go(func() { visitor.do("GET", "/api/v1/workspace", nil) })
		}
		w.eventually("no connection for data is left", func() bool {
			stats := w.store.Stats()
			return stats.Used == stats.Max
		})
		reads := w.app.hub.Stats().Reads
		w.app.hub.Announce(roomTopic(room.ID), comet.Position{Epoch: room.Position.Epoch, Seq: room.Position.Seq + 1})
		w.eventually("a page is asked for", func() bool { return w.app.hub.Stats().Reads > reads })
	}

	// A login after the other, until one is quick at both nodes: the machine may
	// stand still now and then.
	var took [2][]time.Duration
	for n, login := range logins {
		began := time.Now()
		login.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
		for i := range nodes {
			for _, l := range streams[n][i] {
				l.ends("signed-out")
			}
			took[i] = append(took[i], time.Since(began).Round(time.Millisecond))
		}
		if slices.Min(took[0]) <= atOnce && slices.Min(took[1]) <= 3*time.Second {
			break
		}
	}
	t.Logf("the streams at the nodes ended after %v", took)
	if slices.Min(took[0]) > atOnce || slices.Min(took[1]) > 3*time.Second {
		t.Errorf("the streams at the nodes ended after %v", took)
	}
	release()
	stuck.Wait()
}
