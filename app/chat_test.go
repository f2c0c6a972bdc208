package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestTwoPeopleTalkByStreamAndByPoll(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"ndjson", "iframe"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ana := w.owner()
			ben := ana.brings("ben")
			room := ana.room("general")
			topic := roomTopic(room.ID)

			stream := ana.streams(transport)
			poll := ben.listener()
			poll.polls() // who is here
			stream.next("presence", notice(ben.me.ID, "signed-in"))

			const each = 15
			var want []string
			for i := range each {
				for _, p := range []*person{ana, ben} {
					text := fmt.Sprintf("%s says \u2028 </script> & %d", p.me.Username, i)
					p.says(room.ID, text)
					want = append(want, text)
				}
			}
			for len(stream.texts[topic]) < 2*each {
				stream.news(topic, "message")
			}
			for len(poll.texts[topic]) < 2*each {
				poll.polls()
			}
			if !slices.Equal(stream.texts[topic], want) || !slices.Equal(poll.texts[topic], want) {
				t.Fatalf("stream saw %q\npoll saw %q\nwant %q", stream.texts[topic], poll.texts[topic], want)
			}
			var history []string
			for _, m := range ana.history(room.ID, "?limit=200").Messages {
				history = append(history, m.Body)
			}
			if !slices.Equal(history, want) {
				t.Fatalf("history %q", history)
			}

			ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
			stream.next("presence", notice(ben.me.ID, "signed-out"))
		})
	}
}

func TestNewsOfRoomsAndPeopleReachThosePeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	hers, his := ana.streams("ndjson"), ben.streams("ndjson")

	cleo := ana.brings("cleo")
	ofCleo := func(n News) bool { return n.User.ID == cleo.me.ID }
	his.news(workspaceTopic, "user-added", ofCleo)
	if n := his.news(roomTopic(ana.room("general").ID), "join", ofCleo); n.At == 0 || n.Actor.ID != cleo.me.ID {
		t.Fatalf("join %+v", n)
	}
	boats := ben.creates("public", "boats")
	if n := hers.news(workspaceTopic, "room-created"); n.Room.(map[string]any)["name"] != "boats" {
		t.Fatalf("room-created %+v", n)
	}
	secret := ana.creates("private", "secret")
	ana.must(http.StatusNoContent, "POST", roomPath(secret.ID)+"/members", map[string]any{"user_id": ben.me.ID}, nil)
	for _, want := range []RoomEntry{boats, secret} {
		n := his.news(userTopic(ben.me.ID), "room-added").Room.(map[string]any)
		if n["name"] != want.Name || n["position"] == nil || n["role"] == nil || int64(n["id"].(float64)) != want.ID {
			t.Fatalf("room-added %+v", n)
		}
	}
	// He follows it from where it stands, and sees what is said there.
	his.control(map[string]any{"op": "subscribe", "topics": map[string]any{roomTopic(secret.ID): []int64{ana.room("secret").Position.Epoch, ana.room("secret").Position.Seq}}})
	his.have[roomTopic(secret.ID)] = ben.cursors()[roomTopic(secret.ID)]
	ana.says(secret.ID, "hush")
	if n := his.news(roomTopic(secret.ID), "message"); n.Message.Body != "hush" {
		t.Fatalf("message %+v", n)
	}
	// Removed, he hears nothing more of it.
	ana.must(http.StatusNoContent, "DELETE", roomPath(secret.ID)+"/members/"+userName(ben.me.ID), nil, nil)
	if e := his.next("unsubscribe-ack"); e.Why != "removed" || string(e.Topics) != fmt.Sprintf("[%q]", roomTopic(secret.ID)) {
		t.Fatalf("unsubscribe-ack %+v", e)
	}
	ana.says(secret.ID, "he is gone")
	if n := his.news(userTopic(ben.me.ID), "room-removed"); n.RoomID != secret.ID {
		t.Fatalf("room-removed %+v", n)
	}
	denied := his.control(map[string]any{"op": "subscribe", "topics": map[string]any{roomTopic(secret.ID): []int64{0, 0}}})
	if !slices.Equal(denied[0].Denied, []string{roomTopic(secret.ID)}) {
		t.Fatalf("subscribe to a room that is not his: %+v", denied)
	}
}

func TestOnlyOnesOwnTopicsCanBeFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	secret := ana.creates("private", "secret")
	l := ben.streams("ndjson")
	general := ben.room("general").ID
	for _, topic := range []string{
		userTopic(ana.me.ID), roomTopic(secret.ID), roomTopic(ben.me.ID), roomTopic(1), userTopic(1), userTopic(general),
		"room:999999", "room:0" + fmt.Sprint(general), "room:-1", "room:", "room", "user", "workspace:1", "nonsense", "1",
	} {
		answers := l.control(map[string]any{"op": "subscribe", "topics": map[string]any{topic: []int64{0, 0}}})
		if !slices.Equal(answers[0].Denied, []string{topic}) {
			t.Errorf("%s: %+v", topic, answers)
		}
	}
}

func TestReadingIsToldToOnesOtherDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	phone := ana.signsInAgain().streams("ndjson")
	room := ana.room("general")
	ana.says(room.ID, "one")
	ana.must(http.StatusOK, "PUT", roomPath(room.ID)+"/read", map[string]any{"number": 1}, nil)
	e := phone.next("hint")
	if e.Key != readKey(room.ID) || string(e.Payload) != fmt.Sprintf(`{"room_id":%d,"number":1,"aside":0,"mentions":0}`, room.ID) {
		t.Fatalf("hint %+v %s", e, e.Payload)
	}
	ana.must(http.StatusOK, "PUT", roomPath(room.ID)+"/unread", map[string]any{"number": 1}, nil)
	e = phone.next("hint", func(e event) bool { return strings.Contains(string(e.Payload), "back") })
	if e.Key != readKey(room.ID) || string(e.Payload) != fmt.Sprintf(`{"room_id":%d,"number":0,"aside":0,"mentions":0,"back":true}`, room.ID) {
		t.Fatalf("hint %+v %s", e, e.Payload)
	}
}

func TestWhatOneNodeStoresTheOtherShows(t *testing.T) {
	t.Parallel()
	one := newWorld(t)
	ana := one.owner()
	ben := ana.brings("ben")
	two := newWorldOn(t, one.store)
	away := two.withToken(ben.sessionCookie().Value)
	away.me = ben.me
	l := away.streams("ndjson")
	room := ana.room("general")
	for i := range 5 {
		text := fmt.Sprint("from afar ", i)
		ana.says(room.ID, text)
		if n := l.news(roomTopic(room.ID), "message"); n.Message.Body != text {
			t.Fatalf("came %+v", n.Message)
		}
	}
	boats := ben.creates("public", "boats")
	l.news(userTopic(ben.me.ID), "room-added")
	l.control(map[string]any{"op": "subscribe", "topics": map[string]any{roomTopic(boats.ID): away.cursors()[roomTopic(boats.ID)]}})
	ben.must(http.StatusNoContent, "DELETE", roomPath(boats.ID)+"/membership", nil, nil)
	l.next("unsubscribe-ack")
	ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	l.ends("signed-out")
}
