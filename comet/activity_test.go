package comet

import (
	"fmt"
	"slices"
	"testing"
)

func TestWhatAPersonDoesIsPassedOn(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var told []string
		w := newWorld(t, newMemoryLog("room:1", "room:2"), func(c *Config) {
			c.Activity = func(s SessionInfo, a Activity) {
				told = append(told, fmt.Sprintf("%s %s %s", s.User, a.State, a.Topic))
			}
		})
		w.log.deny("ann", "room:2", true)
		u := w.user("ann")
		u.stream(dataRequest{ID: "a", Have: map[string]Position{"room:1": {100, 0}, "room:2": {101, 0}}, Watch: []string{"room:3"}}).next()
		got := briefs(u.control("a", `{"op":"activity","state":"active"}`, `{"op":"activity","state":"typing","topic":"room:1"}`,
			`{"op":"activity","state":"idle","topic":"room:1"}`, `{"op":"activity","state":"typing"}`, `{"op":"activity"}`,
			`{"op":"activity","state":"dancing"}`, `{"op":"activity","state":"typing","topic":"room:2"}`,
			`{"op":"activity","state":"active","topic":"room:3"}`))
		if want := "activity-ack, activity-ack, activity-ack, error malformed, error malformed, error malformed, " +
			"error not-followed, error not-followed"; got != want {
			t.Error(got)
		}
		if want := []string{"ann active ", "ann typing room:1", "ann idle room:1"}; !slices.Equal(told, want) {
			t.Errorf("%q", told)
		}
		if got := briefs(u.control("b", `{"op":"activity","state":"active"}`)); got != "error unknown-session" {
			t.Error(got)
		}
	})
}

func TestActivityIsUnknownToAHubThatDoesNotWantIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		u := newWorld(t, newMemoryLog(), nil).user("ann")
		if got := briefs(u.control("", `{"op":"join"}`, `{"op":"activity","state":"active"}`)); got != "join-ack, error unknown-operation" {
			t.Error(got)
		}
	})
}
