package comet

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// hangingStream is a stream one of whose pages hangs until the end of the test.
func hangingStream(t *testing.T, q dataRequest, topics ...string) (*world, *stream) {
	t.Helper()
	w := newWorld(t, newMemoryLog(append([]string{"behind"}, topics...)...), nil)
	w.log.store("behind")
	t.Cleanup(w.log.block("read"))
	q.ID, q.Have = "a", cursors{"behind": {100, 0}}
	s := w.user("ann").stream(q)
	s.next()
	return w, s
}

// after returns how long it takes until s hears of what.
func (s *stream) after(what string) time.Duration {
	for start := time.Now(); time.Since(start) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		if events := s.next(); strings.Contains(briefs(events), what) || strings.Contains(unread(events), what) {
			return time.Since(start)
		}
	}
	return time.Hour
}

func TestAPageThatHangsDoesNotHoldUpADrain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, _ := hangingStream(t, dataRequest{})
		start := time.Now()
		w.hub.Drain(t.Context())
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("the drain took %v, its window is 2s", took)
		}
	})
}

func TestAPageThatHangsDoesNotHoldUpUnreadNews(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, s := hangingStream(t, dataRequest{Watch: []string{"watched"}}, "watched")
		w.publish("watched")
		s.after("watched[101 1]")
		w.publish("watched")
		if took := s.after("watched[101 2]"); took > 1100*time.Millisecond {
			t.Errorf("told after %v, one second is due", took)
		}
	})
}

func TestAPageThatHangsDoesNotHoldUpPresence(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		revision := ""
		w, s := hangingStream(t, dataRequest{Presence: &revision})
		w.presence.change()
		w.hub.WakePresence()
		if took := s.after("presence"); took > 350*time.Millisecond {
			t.Errorf("told after %v, 250ms are due", took)
		}
	})
}

func TestAPollTellsWhatIsReadyWhileAPageHangs(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("behind", "live"), nil)
		w.log.store("behind")
		w.user("ben").stream(dataRequest{Have: have("live", 101, 0)}).want("listen-ack")
		defer w.log.block("read")()
		start := time.Now()
		time.AfterFunc(500*time.Millisecond, func() { w.publish("live") })
		events, _ := w.user("ann").poll(dataRequest{Mode: modePull, Have: cursors{"behind": {100, 0}, "live": {101, 0}}})
		if took := time.Since(start); briefs(events) != "listen-ack, data live 1" || took > 700*time.Millisecond {
			t.Errorf("%s after %v", briefs(events), took)
		}
	})
}

// spoiltLog cannot read one topic.
type spoiltLog struct {
	*memoryLog
	hangs bool // or else it fails at once
}

func (l spoiltLog) Read(ctx context.Context, topic string, after int64, limit int) (Page, error) {
	if topic != "bad" {
		return l.memoryLog.Read(ctx, topic, after, limit)
	}
	if l.hangs {
		<-ctx.Done()
		return Page{}, ctx.Err()
	}
	return Page{}, io.ErrUnexpectedEOF
}

func TestATopicThatCannotBeReadDoesNotStarveTheOthers(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		t.Run(fmt.Sprintf("hangs=%v", hangs), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				log := newMemoryLog("bad", "good", "good2", "good3")
				w := newWorld(t, log, func(c *Config) { c.Log = spoiltLog{log, hangs} })
				at := make(cursors)
				for _, topic := range []string{"bad", "good", "good2", "good3"} {
					log.store(topic)
					at[topic] = Position{log.position(topic).Epoch, 0}
				}
				s := w.user("ann").stream(dataRequest{ID: "a", Have: at})
				told := 0
				for start := time.Now(); told < 3 && time.Since(start) < time.Minute; time.Sleep(time.Second) {
					told += strings.Count(briefs(s.next()), "data good")
				}
				if told != 3 {
					t.Errorf("%d of 3 topics were told within a minute", told)
				}
			})
		})
	}
}
