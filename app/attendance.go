package app

import (
	"net/http"
	"slices"
	"strings"

	"chatd/comet"
	"chatd/presence"
)

// attendance tells presence who is connected, and the hub who is here. A script
// with an access token is nobody being here.
type attendance struct{ app *App }

var _ comet.Presence = attendance{}

// Opened implements comet.Presence.
func (t attendance) Opened(s comet.SessionInfo) {
	if !isScript(s.Login) {
		t.app.tracker.Opened(presence.Connected{
			ID: s.ID, User: userID(s.User), Login: sessionOf(s.Login), Device: s.Device, Idle: s.Idle,
		})
	}
}

// Closed implements comet.Presence. Both packages use the same words for
// their reasons.
func (t attendance) Closed(s comet.SessionInfo, why comet.Reason) {
	if !isScript(s.Login) {
		t.app.tracker.Closed(s.ID, presence.Reason(why))
	}
}

// Since implements comet.Presence.
func (t attendance) Since(view comet.View, revision string) ([]byte, string) {
	viewer := presence.Viewer{User: userID(view.User), Room: t.counted(view)}
	for _, person := range view.People {
		if id := userID(person); id > 0 {
			viewer.People = append(viewer.People, id)
		}
	}
	return t.app.tracker.Since(viewer, revision)
}

// counted is the room on the screen if its people are counted for the viewer: a
// large one that they are in. Of a small one they know everybody's state.
func (t attendance) counted(view comet.View) int64 {
	viewer, room := userID(view.User), userID(view.Room)
	if room <= 0 {
		return 0
	}
	if rooms, _, known := t.app.circles.Of(viewer); !known || has(rooms, room) || !t.app.headcount.Allows(viewer, room) {
		return 0
	}
	return room
}

// activity takes what a client says of itself and its person.
func (t attendance) activity(s comet.SessionInfo, news comet.Activity) {
	if isScript(s.Login) {
		return
	}
	update := presence.Update{Transport: news.Transport, RoundTrip: news.RoundTrip}
	if news.State != "" {
		idle := s.Idle && news.State != "typing"
		update.Idle = &idle
	}
	t.app.tracker.Updated(s.ID, update)
	if room, ok := topicRoom(news.Topic); ok && news.State == "typing" {
		t.app.typing.Typing(userID(s.User), room, s.Login)
	}
}

// sightsInCircles are whom viewers are told about, for presence.
type sightsInCircles struct {
	*circles
	sights *sights
}

var _ presence.Circles = sightsInCircles{}

// Sight implements presence.Circles. A mark is of the circle and, for guests, of
// all whom they see.
func (s sightsInCircles) Sight(viewer int64) (sight presence.Sight, known bool) {
	if sight.Rooms, sight.Mark, known = s.Of(viewer); !known {
		return presence.Sight{}, false
	}
	if guest, limited := s.sights.Of(viewer); limited {
		sight.Sees, sight.Mark = guest.sees, sight.Mark+"g"+guest.mark
	}
	return sight, true
}

// Members implements presence.Circles.
func (s sightsInCircles) Members(room int64) (users, since []int64) {
	small := s.room(room)
	return small.members, small.since
}

// Kinds of device. A script is nobody being here and is never shown as one.
const (
	deviceBrowser = "browser"
	devicePhone   = "phone"
	devicePlain   = "plain" // the page without scripts
	deviceAPI     = "api"
)

// deviceKind is what kind of device makes a request.
func deviceKind(r *http.Request) string {
	if v, ok := viewerOf(r.Context()); ok && v.token() {
		return deviceAPI
	}
	return browserKind(r.UserAgent())
}

// browserKind tells a browser in somebody's hand from others, as far as the
// browser tells. A tablet is like a desk: it says neither.
func browserKind(userAgent string) string {
	says := func(word string) bool { return strings.Contains(userAgent, word) }
	if slices.ContainsFunc([]string{"Mobi", "iPhone", "iPod", "Opera Mini"}, says) && !says("iPad") {
		return devicePhone
	}
	return deviceBrowser
}
