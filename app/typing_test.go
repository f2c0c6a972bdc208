package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// desk is a typing with everything around it.
type desk struct {
	*typing
	t       *testing.T
	refused map[membership]bool
	hidden  map[int64]bool
	failing error
	asked   int
	words   []string
	shown   []typingHint
}

func newDesk(t *testing.T) *desk {
	d := &desk{typing: newTyping(), t: t, refused: map[membership]bool{}, hidden: map[int64]bool{}}
	d.may = func(_ context.Context, user, room int64) (bool, error) {
		d.asked++
		return !d.refused[membership{room, user}], d.failing
	}
	d.visible = func(user int64) bool { return !d.hidden[user] }
	d.say = func(word string) { d.words = append(d.words, word) }
	d.show = func(_ int64, hint typingHint) { d.shown = append(d.shown, hint) }
	return d
}

// types has people say at their desks that they type in room 7, and tells others.
func (d *desk) types(users ...int64) {
	d.t.Helper()
	for _, user := range users {
		d.Typing(user, 7, "desk")
	}
	if err := d.Admit(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	d.Tend()
}

// pass lets time pass and does what is due meanwhile.
func (d *desk) pass(long time.Duration) {
	end := time.Now().Add(long)
	for again := d.Tend(); !again.IsZero() && !again.After(end); again = d.Tend() {
		time.Sleep(time.Until(again))
	}
	time.Sleep(time.Until(end))
	d.Tend()
}

// newest is whom the newest hint names.
func (d *desk) newest() []int64 {
	if len(d.shown) == 0 {
		return nil
	}
	return d.shown[len(d.shown)-1].UserIDs
}

func (d *desk) wants(what string, users ...int64) {
	d.t.Helper()
	if !slices.Equal(d.newest(), users) {
		d.t.Errorf("%s: %v, want %v", what, d.shown, users)
	}
}

func inDesk(t *testing.T, f func(d *desk)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(newDesk(t)) })
}

func TestTypingLastsFiveSeconds(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.types(11)
		d.wants("at once", 11)
		d.pass(typingLife - time.Millisecond)
		d.wants("just before", 11)
		d.pass(time.Millisecond)
		d.wants("after it")
		d.pass(time.Minute)
		if len(d.rooms) != 0 || len(d.shown) != 2 {
			d.t.Errorf("%d rooms are kept; shown were %v", len(d.rooms), d.shown)
		}
	})
}

func TestWhoGoesOnTypingIsToldOfNowAndThen(t *testing.T) {
	inDesk(t, func(d *desk) {
		for range 20 {
			d.types(11)
			d.pass(3 * time.Second)
			d.wants("on and on", 11)
		}
		if n := len(d.shown); n != 20 {
			d.t.Errorf("%d hints in a minute", n)
		}
	})
}

func TestHintsOfARoomAreAtMostFourASecond(t *testing.T) {
	inDesk(t, func(d *desk) {
		for user := range int64(100) {
			d.types(11 + user)
			d.pass(20 * time.Millisecond)
		}
		d.pass(typingGap)
		if n := len(d.shown); n < 8 || n > 10 {
			d.t.Errorf("%d hints in two seconds", n)
		}
		if last := d.shown[len(d.shown)-1]; len(last.UserIDs) != typingShown || last.More != 95 {
			d.t.Errorf("the newest is %v", last)
		}
		d.wants("those who began first", 11, 12, 13, 14, 15)
	})
}

func TestTypingEndsWithTheMessage(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.types(11, 12)
		d.pass(time.Second)
		d.Wrote(11, 7)
		d.pass(0)
		d.wants("11 has written", 12)
		d.Wrote(13, 7)
		if want := []string{"typing 7 11", "typing 7 12", "wrote 7 11"}; !slices.Equal(slices.Sorted(slices.Values(d.words)), want) {
			d.t.Errorf("said %q", d.words)
		}
	})
}

func TestTypingEndsWithTheLoginOfTheDeviceThatTypes(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.types(11, 12)
		d.EndLogin("phone")
		d.pass(time.Second)
		d.wants("another one is over", 11, 12)
		d.Typing(11, 7, "phone") // too, and later
		d.Heard("typing 7 12")
		d.EndLogin("desk")
		d.pass(time.Second)
		d.wants("both type elsewhere", 11, 12)
		d.EndLogin("phone")
		d.pass(typingGap)
		d.wants("nothing is left of 11", 12)
		if want := []string{"typing 7 11", "typing 7 11", "typing 7 12", "wrote 7 11"}; !slices.Equal(slices.Sorted(slices.Values(d.words)), want) {
			d.t.Errorf("said %q", d.words)
		}
	})
}

func TestWhoseLoginEndsWhileTheyAreAskedAboutDoesNotBegin(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.Typing(11, 7, "phone")
		d.EndLogin("phone")
		d.types(12)
		d.pass(time.Second)
		d.wants("12 alone", 12)
		may := d.may
		d.may = func(ctx context.Context, user, room int64) (bool, error) {
			d.EndLogin("phone")
			return may(ctx, user, room)
		}
		d.Typing(13, 7, "phone")
		d.types()
		d.pass(time.Second)
		d.wants("12 still", 12)
	})
}

func TestWhoMayNotWriteIsNotTyping(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.refused[membership{7, 11}] = true
		for range 5 {
			d.types(11, 12)
			d.pass(time.Second)
		}
		d.wants("12 alone", 12)
		if d.asked != 2 || slices.Contains(d.words, "typing 7 11") {
			d.t.Errorf("asked %d times, said %q", d.asked, d.words)
		}
		// Right after they may.
		d.refused = nil
		d.Moved(7, 11)
		d.types(11)
		d.pass(time.Second)
		d.wants("both", 12, 11)
		d.refused = map[membership]bool{{7, 12}: true}
		d.Moved(7, 12) // they have left
		d.Moved(7, 11) // a look repeats what it has told
		d.types()      // asks what is to be asked
		d.pass(time.Second)
		d.wants("11 alone", 11)
		d.pass(3 * time.Second)
		d.wants("nobody: what is repeated makes nobody type longer")
	})
}

func TestAnAnswerFromBeforeARemovalDoesNotCount(t *testing.T) {
	inDesk(t, func(d *desk) {
		may := d.may
		d.may = func(ctx context.Context, user, room int64) (bool, error) {
			yes, err := may(ctx, user, room)
			d.refused[membership{room, user}] = true
			d.Moved(room, user) // after the answer was made
			return yes, err
		}
		d.types(11)
		d.pass(time.Second)
		d.may = may
		d.types(11)
		d.pass(time.Second)
		if len(d.shown) != 0 || len(d.words) != 0 || d.asked != 2 {
			d.t.Errorf("shown: %v, said: %q, asked %d times", d.shown, d.words, d.asked)
		}
	})
}

func TestNobodySeesSomebodyInvisibleTyping(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.hidden[11] = true
		d.types(11)
		d.Heard("typing 7 11")
		d.hidden[11] = false // and may be seen before it would be over
		d.pass(time.Second)
		if len(d.shown) != 0 || len(d.words) != 0 {
			d.t.Errorf("shown: %v, said: %q", d.shown, d.words)
		}
		d.types(12)
		d.wants("one who is seen", 12)
		d.hidden[12] = true
		d.pass(time.Second)
		d.wants("who has gone into hiding")
		d.hidden[12] = false
		d.pass(time.Second)
		d.wants("who is back and types no more")
	})
}

func TestNodesTellEachOtherWhoTypes(t *testing.T) {
	inDesk(t, func(d *desk) {
		other := newDesk(d.t)
		d.types(11)
		for _, word := range append(d.words, "typing", "typing 7", "typing x 11", "dance 7 12", "", "typing 7 13 and more") {
			other.Heard(word)
		}
		other.Tend()
		other.wants("on the other node", 11, 13)
		if len(other.words) != 0 {
			d.t.Errorf("it says %q on", other.words)
		}
		d.Wrote(11, 7)
		other.Heard(d.words[len(d.words)-1])
		other.pass(time.Second)
		other.wants("after the message", 13)
	})
}

func TestOnePersonDoesNotSayTooOftenThatTheyType(t *testing.T) {
	inDesk(t, func(d *desk) {
		for range 100 {
			d.types(11)
			d.pass(10 * time.Millisecond)
		}
		if d.asked != 1 || len(d.words) != 1 || len(d.shown) != 1 {
			d.t.Errorf("asked %d times, said %q, shown %v", d.asked, d.words, d.shown)
		}
	})
}

func TestRightsAreAskedForAgainAfterAWhile(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.types(11)
		d.pass(typingRight)
		d.failing = errors.New("no database")
		d.Typing(11, 7, "desk")
		if err := d.Admit(d.t.Context()); !errors.Is(err, d.failing) {
			d.t.Fatalf("%v", err)
		}
		d.failing = nil
		d.types(12)
		if _, kept := d.rights[membership{7, 11}]; kept || d.asked != 3 {
			d.t.Errorf("asked %d times, kept %v", d.asked, fmt.Sprint(d.rights))
		}
	})
}
