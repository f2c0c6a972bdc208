package comet

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// pageEvents is the size of a page. Pages begin at multiples of it, so that
	// clients that are behind by different amounts ask the same questions.
	pageEvents = 200
	// pagesKept is how many pages are kept.
	pagesKept = 64
)

// pages reads what is older than the rings: once for everybody who asks at the
// same time, and few at a time.
type pages struct {
	log     Log
	limits  Limits
	timeout time.Duration
	logger  *slog.Logger
	flights singleflight.Group
	slots   chan struct{} // holds a token for each read under way
	running gate          // the goroutines that ask the log
	asked   atomic.Int64  // a clock that stands still while nothing happens
	reads   atomic.Int64  // for Stats
	base    context.Context
	stop    context.CancelFunc // ends base, and with it all reads

	mu    sync.Mutex
	kept  map[pageKey]page
	order []pageKey // the longest known first
}

// pageKey names a page of a topic as long as somebody follows or watches that
// topic.
type pageKey struct {
	topic *topic
	index int64
}

type page struct {
	asked      int64 // when the reading began, by the clock of pages
	generation int   // of the topic as of which the page counts
	head       Position
	frames     []frame
}

func newPages(config *Config) *pages {
	p := &pages{
		log: config.Log, limits: config.Limits, timeout: config.Times.Read, logger: config.Logger,
		slots: make(chan struct{}, config.Limits.Reads),
		kept:  make(map[pageKey]page),
	}
	p.base, p.stop = context.WithCancel(context.Background())
	return p
}

// close ends all reads and waits for them. Nobody may ask any more.
func (p *pages) close(ctx context.Context) {
	p.running.close()
	p.stop()
	p.running.wait(ctx)
}

// question is one to the log about what follows seq in a topic.
type question struct {
	pages  *pages
	key    pageKey
	seq    int64
	asked  int64 // by the clock of pages
	flight <-chan singleflight.Result
}

// ask asks where the topic stands in the log, and for the events of the page
// that holds the one after seq, from that on.
func (p *pages) ask(t *topic, seq int64) *question {
	q := &question{pages: p, key: pageKey{t, seq / pageEvents}, seq: seq, asked: p.asked.Add(1)}
	q.share()
	return q
}

// isAbout reports whether q asks what follows seq in t; nil is about nothing.
func (q *question) isAbout(t *topic, seq int64) bool {
	return q != nil && q.key.topic == t && q.seq == seq
}

// share reads the page together with everybody who wants it now.
func (q *question) share() {
	name := strconv.FormatInt(q.key.topic.serial, 10) + " " + strconv.FormatInt(q.key.index, 10)
	q.flight = q.pages.flights.DoChan(name, func() (any, error) {
		if known, ok := q.pages.find(q.key, q.seq); ok { // read since we looked
			return known, nil
		}
		return q.pages.load(q.key)
	})
}

// await returns the answer. When ctx ends or something is poked before that, the
// error is one of ctx or errPoked, and the question may be awaited again.
//
// A page that was read before the question is fine when it brings something,
// since what has been stored does not change. When it brings nothing that proves
// nothing, and the next one, which is read later, decides.
func (q *question) await(ctx context.Context, poked <-chan struct{}) (page, error) {
	for {
		select {
		case result := <-q.flight:
			if result.Err != nil {
				return page{}, result.Err
			}
			loaded := result.Val.(page)
			if rest := loaded.after(q.seq); len(rest.frames) > 0 || loaded.asked > q.asked {
				return rest, nil
			}
			q.share() //nolint:contextcheck // the read serves many clients, so it ends with none of them
		case <-poked:
			return page{}, errPoked
		case <-ctx.Done():
			return page{}, ctx.Err()
		}
	}
}

// errPoked says that there is something else to do than to wait for the log.
var errPoked = errors.New("something else is to be done first")

// read asks, unless a page that is kept tells, and awaits the answer.
func (p *pages) read(ctx context.Context, t *topic, seq int64) (page, error) {
	if known, ok := p.find(pageKey{t, seq / pageEvents}, seq); ok {
		return known.after(seq), nil
	}
	return p.ask(t, seq).await(ctx, nil) //nolint:contextcheck // the read serves many clients, so it ends with none of them
}

// after returns the page without the events up to seq.
func (p page) after(seq int64) page {
	i := slices.IndexFunc(p.frames, func(f frame) bool { return f.seq > seq })
	if i < 0 {
		i = len(p.frames)
	}
	p.frames = p.frames[i:]
	return p
}

// find returns a page that is kept and brings something to a client at seq.
func (p *pages) find(key pageKey, seq int64) (known page, ok bool) {
	generation := key.topic.standing()
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok = p.kept[key]
	return known, ok && known.generation == generation && len(known.after(seq).frames) > 0
}

// load reads a page and lets the topic learn from it. It serves many clients,
// so it does not end with any of them.
func (p *pages) load(key pageKey) (page, error) {
	if !p.running.enter() {
		return page{}, context.Canceled
	}
	defer p.running.leave()
	ctx, cancel := context.WithTimeout(p.base, p.timeout)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return page{}, ctx.Err()
	}
	for {
		loaded, ok, err := p.loadOnce(ctx, key)
		if err != nil {
			p.logger.Warn("a page of the log could not be read", "topic", key.topic.name, "err", err)
		}
		if ok || err != nil {
			return loaded, err
		}
	}
}

// loadOnce reports false when what it has read has become void meanwhile.
func (p *pages) loadOnce(ctx context.Context, key pageKey) (loaded page, ok bool, err error) {
	t := key.topic
	generation := t.standing()
	loaded.asked = p.asked.Add(1)
	p.reads.Add(1)
	from, err := p.log.Read(ctx, t.name, key.index*pageEvents, pageEvents)
	if err != nil {
		return page{}, false, err
	}
	loaded.head = Position{from.Epoch, from.Head}
	for _, e := range from.Events {
		loaded.frames = append(loaded.frames, encode(t.name, from.Epoch, e, p.logger))
	}
	var skips []frame
	for _, seq := range from.Withdrawn {
		if from.Head-seq <= p.limits.Behind { // of older ones nobody is told
			skips = append(skips, encode(t.name, from.Epoch, Event{Seq: seq}, p.logger))
		}
	}
	loaded.generation, ok = t.learn(generation, loaded.head, loaded.frames, skips, p.limits)
	if ok && loaded.generation != generation {
		p.forget(t)
	}
	if ok {
		p.keep(key, loaded)
	}
	return loaded, ok, nil
}

// keep remembers a page, in place of an earlier state of it.
func (p *pages) keep(key pageKey, loaded page) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.kept[key]; !known {
		p.order = append(p.order, key)
	}
	p.kept[key] = loaded
	if len(p.order) > pagesKept {
		delete(p.kept, p.order[0])
		p.order = p.order[1:]
	}
}

// forget drops what is kept of a topic.
func (p *pages) forget(t *topic) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.order = slices.DeleteFunc(p.order, func(key pageKey) bool { return key.topic == t })
	maps.DeleteFunc(p.kept, func(key pageKey, _ page) bool { return key.topic == t })
}

// encode makes the frame of an event. One with a payload that is not JSON
// becomes a skip: the numbers must go on.
func encode(topic string, epoch int64, e Event, logger *slog.Logger) frame {
	at := Position{epoch, e.Seq}
	if e.Payload == nil {
		return frame{e.Seq, numberedEvent("skip", topic, at, nil)}
	}
	payload, err := safeJSON(e.Payload)
	if err != nil {
		logger.Error("the payload of an event was left out", "topic", topic, "seq", e.Seq, "err", err)
		return frame{e.Seq, numberedEvent("skip", topic, at, nil)}
	}
	return frame{e.Seq, numberedEvent("data", topic, at, payload)}
}
