package comet

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var modelRuns = flag.Int("model.runs", 30, "random schedules of the model test")

var modelSeed = flag.Uint64("model.seed", 0, "first seed of the model test")

// TestWhatEachClientShowsIsTheLogInOrderOnce runs random schedules over two
// hubs on one log: events told late, in any order and more than once, and
// withdrawn; answers cut at any byte, slow readers, requests superseded, delayed
// and repeated, requests without a session, browsers that hold too many, other
// nodes, nodes that stop or are killed, subscriptions that come and go, rights
// that are taken and given back, a failing log, and logs restored from a backup.
// In the end everybody moves to a node that has just started, each while one
// last event is on its way, and must then show exactly what is stored, and know
// where the topics stand that are only watched.
func TestWhatEachClientShowsIsTheLogInOrderOnce(t *testing.T) {
	happened := make(map[string]int)
	for i := range uint64(*modelRuns) {
		seed := *modelSeed + i
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := newModel(t, seed)
				m.run()
				for what, times := range m.happened {
					happened[what] += times
				}
			})
		})
	}
	t.Log(happened)
	for _, what := range []string{
		"data", "gap", "skip", "unread", "unsubscribe-ack", "denied", "refresh superseded", "refresh recycle",
		"refresh crowded", "refresh drain", "a status 503", "a reader shows", "a poll shows", "a stream shows", "a cut",
	} {
		if happened[what] < *modelRuns {
			t.Errorf("%q happened %d times in %d schedules", what, happened[what], *modelRuns)
		}
	}
}

// model is one schedule.
type model struct {
	t       *testing.T
	log     *memoryLog
	clients []*modelClient
	told    sync.WaitGroup // news on its way to the hubs
	last    sync.WaitGroup // clients that have not told their last event yet

	mu    sync.Mutex
	nodes [3]*world // clients move to the last one in the end
	rng   *rand.Rand

	happened map[string]int
}

const (
	modelTopics  = 3 // that all clients share
	modelWatched = 2 // that all clients watch
	modelClients = 5 // each has a topic of its own besides
)

func modelTopic(i int) string { return fmt.Sprint("room:", i) }

func watchedTopic(i int) string { return fmt.Sprint("watched:", i) }

func ownTopic(i int) string { return fmt.Sprint("own:", i) }

func newModel(t *testing.T, seed uint64) *model {
	m := &model{t: t, rng: rand.New(rand.NewPCG(seed, 1)), happened: make(map[string]int)}
	var topics []string
	for i := range modelTopics {
		topics = append(topics, modelTopic(i))
	}
	for i := range modelWatched {
		topics = append(topics, watchedTopic(i))
	}
	for i := range modelClients {
		topics = append(topics, ownTopic(i))
	}
	m.log = newMemoryLog(topics...)
	m.log.askDelay = func() time.Duration { return m.upTo(3 * time.Millisecond) }
	for i := range m.nodes {
		m.start(i)
	}
	for i := range modelClients {
		m.clients = append(m.clients, newModelClient(m, fmt.Sprint("user", i%4)))
	}
	return m
}

// start puts a node into its place that has just started.
func (m *model) start(i int) {
	node := newWorld(m.t, m.log, func(c *Config) {
		c.Limits = Limits{
			RingEvents: 8, Behind: 25, AnswerEvents: 5, WriteBytes: 600, FrameEvents: 15,
			Opens: 2, OpensWaiting: 4,
		}
		c.Times = Times{StreamLife: 2 * time.Second, HoldMin: time.Second, HoldMax: 2 * time.Second, Unread: 200 * time.Millisecond}
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	m.nodes[i] = node
}

// restart stops a node, or kills it, and starts another in its place.
func (m *model) restart(i int) {
	old := m.node(i)
	if m.n(2) == 0 {
		_ = old.server.Close()
	}
	old.stop()
	m.start(i)
}

func (m *model) node(i int) *world {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.nodes[i]
}

func (m *model) n(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rng.IntN(n)
}

// note counts what the schedules have brought about.
func (m *model) note(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.happened[what]++
}

func (m *model) upTo(d time.Duration) time.Duration {
	return time.Duration(m.n(int(d/time.Microsecond)+1)) * time.Microsecond
}

// later brings news to a node at some time, perhaps more than once.
func (m *model) later(node int, most time.Duration, news func(*Hub)) {
	for repeat := true; repeat; repeat = m.n(5) == 0 {
		m.told.Go(func() {
			time.Sleep(m.upTo(most))
			news(m.node(node).hub)
		})
	}
}

// anyTopic is one that all clients follow or watch.
func (m *model) anyTopic() string {
	if i := m.n(modelTopics + modelWatched); i < modelWatched {
		return watchedTopic(i)
	}
	return modelTopic(m.n(modelTopics))
}

func (m *model) run() {
	const steps = 120
	var clients sync.WaitGroup
	for _, c := range m.clients {
		end := time.Now().Add(m.upTo(200*time.Millisecond) + steps*20*time.Millisecond - 200*time.Millisecond)
		m.last.Add(1)
		clients.Go(func() { c.live(end) })
	}
	for step := range steps {
		time.Sleep(m.upTo(40 * time.Millisecond))
		m.step(step > steps-15)
	}
	m.log.fail(nil)
	m.last.Wait()
	m.told.Wait()
	time.Sleep(4 * time.Second)
	synctest.Wait()
	for _, c := range m.clients {
		c.stop()
	}
	clients.Wait()
	for _, c := range m.clients {
		c.check()
	}
}

// step lets something happen. At the end it is publishing alone.
func (m *model) step(last bool) {
	topic := m.anyTopic()
	switch what := m.n(30); {
	case what == 0 && !last:
		m.restore(topic)
	case what == 1 && !last:
		m.revoke(m.clients[m.n(len(m.clients))].name, topic)
	case what == 2 && !last:
		m.log.fail(errors.New("away"))
		m.log.failPositions(errors.New("away"))
		time.Sleep(m.upTo(100 * time.Millisecond))
		m.log.fail(nil)
		m.log.failPositions(nil)
	case what == 3 && !last:
		m.restart(m.n(2))
	case what <= 6 && !last:
		m.withdraw(topic)
	default:
		m.publish(topic)
	}
}

func (m *model) publish(topic string) {
	here := m.n(len(m.nodes))
	for range 1 + m.n(3) {
		epoch, e := m.log.store(topic)
		for i := range m.nodes {
			if i == here {
				m.later(i, 20*time.Millisecond, func(h *Hub) { h.Publish(topic, epoch, e) })
			} else {
				m.later(i, 50*time.Millisecond, func(h *Hub) { h.Announce(topic, Position{epoch, e.Seq}) })
			}
		}
	}
}

// withdraw takes back one of the last events of a topic.
func (m *model) withdraw(topic string) {
	var epoch, seq int64
	m.log.edit(topic, func(t *memoryTopic) {
		if len(t.events) > 0 {
			i := len(t.events) - 1 - m.n(min(10, len(t.events)))
			t.events[i].Payload = nil
			epoch, seq = t.epoch, t.events[i].Seq
		}
	})
	if seq == 0 {
		return
	}
	for i := range m.nodes {
		m.later(i, 20*time.Millisecond, func(h *Hub) { h.Withdraw(topic, epoch, seq) })
	}
}

// publishLast stores the last event of a topic and tells the hubs at once.
func (m *model) publishLast(topic string) {
	m.told.Go(func() {
		time.Sleep(m.upTo(8 * time.Millisecond))
		epoch, e := m.log.store(topic)
		for i := range m.nodes {
			m.node(i).hub.Publish(topic, epoch, e)
		}
	})
}

// restore brings back an older state of a topic's log.
func (m *model) restore(topic string) {
	var now Position
	m.log.edit(topic, func(t *memoryTopic) {
		t.epoch += 1000
		t.events = slices.Clone(t.events[:m.n(len(t.events)+1)])
		now = Position{t.epoch, int64(len(t.events))}
	})
	for i := range m.nodes {
		m.later(i, 50*time.Millisecond, func(h *Hub) { h.Announce(topic, now) })
	}
}

func (m *model) revoke(name, topic string) {
	m.log.deny(name, topic, true)
	for i := range m.nodes {
		m.node(i).hub.Revoke(name, topic, ReasonRemoved)
	}
	m.later(0, 200*time.Millisecond, func(*Hub) { m.log.deny(name, topic, false) })
}

// modelClient does what docs/protocol.md asks of a client, on a bad network.
type modelClient struct {
	*model
	name, id string
	own      string
	open     sync.WaitGroup // requests
	ctx      context.Context
	stop     context.CancelFunc

	mu     sync.Mutex
	nodes  []int // that it may reach
	count  int64
	have   map[string]Position
	shown  map[string][]string
	unread map[string]string // what was told last of watched topics
	old    []dataRequest     // sent before
	faults []string
}

func newModelClient(m *model, name string) *modelClient {
	c := &modelClient{
		model: m, name: name, id: fmt.Sprint("id", len(m.clients)), own: ownTopic(len(m.clients)),
		nodes: []int{0, 1}, have: make(map[string]Position), shown: make(map[string][]string),
		unread: make(map[string]string),
	}
	c.ctx, c.stop = context.WithCancel(m.t.Context())
	c.followAll()
	return c
}

// user makes requests to one of the nodes.
func (c *modelClient) user() user {
	c.mu.Lock()
	node := c.nodes[c.n(len(c.nodes))]
	c.mu.Unlock()
	return user{c.node(node), c.name, "cookie " + c.name}
}

// load takes a topic afresh, as the chat API would give it.
func (c *modelClient) load(topic string) {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	t := c.log.topics[topic]
	c.shown[topic] = nil
	for _, e := range t.events {
		c.shown[topic] = append(c.shown[topic], string(e.Payload)) // "" when it is withdrawn
	}
	c.have[topic] = Position{t.epoch, int64(len(t.events))}
}

// live makes random requests until the end nears, then steady ones.
func (c *modelClient) live(end time.Time) {
	defer c.open.Wait()
	for time.Now().Before(end) {
		switch c.n(10) {
		case 0:
			c.comeOrGo(modelTopic(c.n(modelTopics)))
		case 1:
			c.repeat()
		case 2:
			c.open.Go(c.readOn)
		default:
			q := c.request()
			c.open.Go(func() { c.send(q, true) })
		}
		time.Sleep(c.upTo(150 * time.Millisecond))
	}
	c.open.Wait()
	c.followAll()
	c.mu.Lock()
	c.nodes = []int{2}
	c.mu.Unlock()
	c.publishLast(c.own)
	c.publishLast(watchedTopic(0))
	c.last.Done()
	for arrived := false; c.ctx.Err() == nil; {
		q := c.request()
		if q.Event = "listen"; arrived {
			q.Event = "refresh"
		}
		arrived = c.send(q, false)
		c.followAll()
		time.Sleep(200 * time.Millisecond)
	}
}

// followAll loads the topics that were lost.
func (c *modelClient) followAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := []string{c.own}
	for i := range modelTopics {
		wanted = append(wanted, modelTopic(i))
	}
	for _, topic := range wanted {
		if _, ok := c.have[topic]; !ok {
			c.load(topic)
		}
	}
}

// comeOrGo subscribes or unsubscribes by the control channel.
func (c *modelClient) comeOrGo(topic string) {
	c.mu.Lock()
	_, followed := c.have[topic]
	operation := fmt.Sprintf(`{"op":"unsubscribe","topics":[%q]}`, topic)
	if followed {
		delete(c.have, topic)
	} else {
		c.load(topic)
		at := c.have[topic]
		operation = fmt.Sprintf(`{"op":"subscribe","topics":{%q:[%d,%d]}}`, topic, at.Epoch, at.Seq)
	}
	c.mu.Unlock()
	if c.n(3) > 0 { // else the next request tells
		_, _ = c.user().tryControl(c.id, operation) // the node may be going
	}
}

// readOn makes a request without a session that goes on where the client is: by
// an address that is old and the id that was read last, as an EventSource does.
func (c *modelClient) readOn() {
	c.mu.Lock()
	last := string(appendVector(nil, c.have))
	q := dataRequest{Have: maps.Clone(c.have)}
	c.mu.Unlock()
	for topic := range q.Have {
		q.Have[topic] = [...]Position{fromNow, {1, 1}}[c.n(2)]
	}
	q.Mode, q.Transport = modeStream, []string{transportSSE, transportLines}[c.n(2)]
	c.receive(true, "a reader", func(ctx context.Context) (*http.Response, error) {
		return c.user().get(ctx, query(q), last)
	})
}

func (c *modelClient) request() dataRequest {
	shape := [][2]string{
		{modeStream, transportLines}, {modeStream, transportFrame}, {modePull, transportLong}, {modePoll, transportPoll},
	}[c.n(4)]
	event := []string{"listen", "refresh"}[c.n(2)]
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	q := dataRequest{
		Event: event, ID: c.id, N: c.count, Mode: shape[0], Transport: shape[1], Tag: "t", Have: maps.Clone(c.have),
	}
	if limit := int64(c.n(400)); limit > 0 && c.n(2) == 0 { // an event has about 80 bytes
		q.Limit = &limit
	}
	for i := range modelWatched {
		q.Watch = append(q.Watch, watchedTopic(i))
	}
	c.old = append(c.old, q)
	return q
}

// repeat sends a request a second time, as a proxy might.
func (c *modelClient) repeat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.old) == 0 {
		return
	}
	q := c.old[len(c.old)-1-c.n(min(3, len(c.old)))]
	c.open.Go(func() { c.send(q, true) })
}

// send makes a request and handles what comes, on a bad network or a good one.
// It reports whether all has arrived.
func (c *modelClient) send(q dataRequest, bad bool) bool {
	what := "a poll"
	if q.Mode == modeStream {
		what = "a stream"
	}
	return c.receive(bad, what, func(ctx context.Context) (*http.Response, error) {
		return c.user().post(ctx, "/comet/data", typeJSON, body(q))
	})
}

func (c *modelClient) receive(bad bool, what string, send func(context.Context) (*http.Response, error)) bool {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	if bad {
		time.Sleep(c.upTo(20 * time.Millisecond))
		defer time.AfterFunc(c.upTo(800*time.Millisecond), cancel).Stop()
	}
	r, err := send(ctx)
	if err != nil {
		return false
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		c.note(fmt.Sprint("a status ", r.StatusCode))
		return false
	}
	in := io.Reader(r.Body)
	if bad && c.n(2) == 0 {
		in = &badReader{model: c.model, from: in, left: c.n(3000)}
	}
	err = readEvents(r.Header.Get("Content-Type"), in, func(e event) {
		if c.handle(e) {
			c.note(what + " shows")
		}
	}, func(string) {})
	if err == nil || errors.Is(err, io.EOF) {
		return true
	}
	c.note("a cut")
	return false
}

// badReader reads slowly, and ends somewhere.
type badReader struct {
	*model
	from io.Reader
	left int
}

func (b *badReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	time.Sleep(b.upTo(10 * time.Millisecond))
	n, err := b.from.Read(p[:min(len(p), b.left, 1+b.n(400))])
	b.left -= n
	return n, err
}

// handle reports whether it has shown the event.
func (c *modelClient) handle(e event) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.kind() == "refresh" {
		c.note(e.brief())
	} else {
		c.note(e.kind())
	}
	switch e.kind() {
	case "listen-ack":
		for _, topic := range e["denied"].([]any) {
			c.note("denied")
			c.lose(topic.(string))
		}
	case "unsubscribe-ack":
		for _, topic := range e["topics"].([]any) {
			c.lose(topic.(string))
		}
	case "gap":
		if _, followed := c.have[e.word("topic")]; followed {
			c.load(e.word("topic"))
		}
	case "data", "skip":
		return c.show(e)
	case "unread":
		for topic, at := range e["topics"].(map[string]any) {
			c.unread[topic] = fmt.Sprint(at)
		}
	}
	return false
}

// lose notes that the client may not follow or watch a topic.
func (c *modelClient) lose(topic string) {
	delete(c.have, topic)
	c.unread[topic] = "nothing"
}

func (c *modelClient) show(e event) bool {
	topic, seq := e.word("topic"), e.number("seq")
	at, followed := c.have[topic]
	if !followed || at.Epoch != e.number("epoch") || seq <= at.Seq {
		return false
	}
	if seq != at.Seq+1 {
		c.faults = append(c.faults, fmt.Sprintf("%s: %d follows %d", topic, seq, at.Seq))
		return false
	}
	payload := []byte(nil)
	if e.kind() == "data" {
		payload, _ = json.Marshal(e["payload"])
	}
	c.shown[topic] = append(c.shown[topic], string(payload))
	c.have[topic] = Position{at.Epoch, seq}
	return true
}

// check compares what is shown with what is stored.
func (c *modelClient) check() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, fault := range c.faults {
		c.t.Errorf("%s: %s", c.id, fault)
	}
	for name, stored := range c.log.topics {
		if _, ok := c.have[name]; ok && !shows(c.shown[name], stored) { // else it is not the client's
			c.t.Errorf("%s shows %d events of %s at %v, stored are %d of epoch %d",
				c.id, len(c.shown[name]), name, c.have[name], len(stored.events), stored.epoch)
		}
	}
	for i := range modelWatched {
		at, told := c.log.position(watchedTopic(i)), c.unread[watchedTopic(i)]
		if want := fmt.Sprint([]int64{at.Epoch, at.Seq}); told != want && told != "nothing" {
			c.t.Errorf("%s was told %s of %s, which is at %s", c.id, told, watchedTopic(i), want)
		}
	}
}

// shows compares what is shown with what is stored. What has been withdrawn may
// have been seen before.
func shows(shown []string, stored *memoryTopic) bool {
	return slices.EqualFunc(shown, stored.events, func(shown string, e Event) bool {
		return e.Payload == nil || shown == string(e.Payload)
	})
}
