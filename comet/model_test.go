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
// hubs on one log: events told late, in any order and more than once; answers
// cut at any byte, slow readers, requests superseded, delayed and repeated,
// other nodes, subscriptions that come and go, rights that are taken and given
// back, a failing log, and logs restored from a backup. In the end everybody
// moves to a node that has just started, each while one last event is on its
// way, and must then show exactly what is stored.
func TestWhatEachClientShowsIsTheLogInOrderOnce(t *testing.T) {
	for i := range uint64(*modelRuns) {
		seed := *modelSeed + i
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inBubble(t, func(t *testing.T) { newModel(t, seed).run() })
		})
	}
}

// model is one schedule.
type model struct {
	t       *testing.T
	log     *memoryLog
	nodes   []*world
	clients []*modelClient
	told    sync.WaitGroup // news on its way to the hubs
	last    sync.WaitGroup // clients that have not told their last event yet

	mu  sync.Mutex
	rng *rand.Rand
}

const (
	modelTopics  = 3 // that all clients share
	modelClients = 5 // each has a topic of its own besides
)

func modelTopic(i int) string { return fmt.Sprint("room:", i) }

func ownTopic(i int) string { return fmt.Sprint("own:", i) }

func newModel(t *testing.T, seed uint64) *model {
	m := &model{t: t, rng: rand.New(rand.NewPCG(seed, 1))}
	var topics []string
	for i := range modelTopics {
		topics = append(topics, modelTopic(i))
	}
	for i := range modelClients {
		topics = append(topics, ownTopic(i))
	}
	m.log = newMemoryLog(topics...)
	m.log.askDelay = func() time.Duration { return m.upTo(3 * time.Millisecond) }
	tune := func(c *Config) {
		c.Limits = Limits{RingEvents: 8, Behind: 25, AnswerEvents: 5, WriteBytes: 600, FrameEvents: 15}
		c.Times = Times{StreamLife: 2 * time.Second, HoldMin: time.Second, HoldMax: 2 * time.Second}
	}
	for range 3 {
		m.nodes = append(m.nodes, newWorld(t, m.log, tune))
	}
	for i := range modelClients {
		m.clients = append(m.clients, newModelClient(m, fmt.Sprint("user", i%4)))
	}
	return m
}

func (m *model) n(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rng.IntN(n)
}

func (m *model) upTo(d time.Duration) time.Duration {
	return time.Duration(m.n(int(d/time.Microsecond)+1)) * time.Microsecond
}

// later brings news to a hub at some time, perhaps more than once.
func (m *model) later(most time.Duration, news func()) {
	for repeat := true; repeat; repeat = m.n(5) == 0 {
		m.told.Go(func() {
			time.Sleep(m.upTo(most))
			news()
		})
	}
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
	topic := modelTopic(m.n(modelTopics))
	switch what := m.n(30); {
	case what == 0 && !last:
		m.restore(topic)
	case what == 1 && !last:
		m.revoke(m.clients[m.n(len(m.clients))].name, topic)
	case what == 2 && !last:
		m.log.fail(errors.New("away"))
		time.Sleep(m.upTo(100 * time.Millisecond))
		m.log.fail(nil)
	default:
		m.publish(topic)
	}
}

func (m *model) publish(topic string) {
	here := m.n(len(m.nodes))
	for range 1 + m.n(3) {
		epoch, e := m.log.store(topic)
		for i, node := range m.nodes {
			if i == here {
				m.later(20*time.Millisecond, func() { node.hub.Publish(topic, epoch, e) })
			} else {
				m.later(50*time.Millisecond, func() { node.hub.Announce(topic, Position{epoch, e.Seq}) })
			}
		}
	}
}

// publishLast stores the last event of a topic and tells the hubs at once.
func (m *model) publishLast(topic string) {
	m.told.Go(func() {
		time.Sleep(m.upTo(8 * time.Millisecond))
		epoch, e := m.log.store(topic)
		for _, node := range m.nodes {
			node.hub.Publish(topic, epoch, e)
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
	for _, node := range m.nodes {
		m.later(50*time.Millisecond, func() { node.hub.Announce(topic, now) })
	}
}

func (m *model) revoke(name, topic string) {
	m.log.deny(name, topic, true)
	for _, node := range m.nodes {
		node.hub.Revoke(name, topic, ReasonRemoved)
	}
	m.later(200*time.Millisecond, func() { m.log.deny(name, topic, false) })
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
	nodes  []*world // that it may reach
	count  int64
	have   map[string]Position
	shown  map[string][]string
	old    []dataRequest // sent before
	faults []string
}

func newModelClient(m *model, name string) *modelClient {
	c := &modelClient{
		model: m, name: name, id: fmt.Sprint("id", len(m.clients)), own: ownTopic(len(m.clients)),
		nodes: m.nodes[:2], have: make(map[string]Position), shown: make(map[string][]string),
	}
	c.ctx, c.stop = context.WithCancel(m.t.Context())
	c.followAll()
	return c
}

func (c *modelClient) node() *world {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nodes[c.n(len(c.nodes))]
}

// load takes a topic afresh, as the chat API would give it.
func (c *modelClient) load(topic string) {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	t := c.log.topics[topic]
	c.shown[topic] = nil
	for _, e := range t.events {
		c.shown[topic] = append(c.shown[topic], string(e.Payload))
	}
	c.have[topic] = Position{t.epoch, int64(len(t.events))}
}

// live makes random requests until the end nears, then steady ones.
func (c *modelClient) live(end time.Time) {
	defer c.open.Wait()
	for time.Now().Before(end) {
		switch c.n(8) {
		case 0:
			c.comeOrGo(modelTopic(c.n(modelTopics)))
		case 1:
			c.repeat()
		default:
			q := c.request()
			c.open.Go(func() { c.send(q, true) })
		}
		time.Sleep(c.upTo(150 * time.Millisecond))
	}
	c.open.Wait()
	c.followAll()
	c.mu.Lock()
	c.nodes = c.model.nodes[2:]
	c.mu.Unlock()
	c.publishLast(c.own)
	c.last.Done()
	for c.ctx.Err() == nil {
		c.send(c.request(), false)
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
		user{c.node(), c.name, ""}.control(c.id, operation)
	}
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
func (c *modelClient) send(q dataRequest, bad bool) {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	if bad {
		time.Sleep(c.upTo(20 * time.Millisecond))
		defer time.AfterFunc(c.upTo(800*time.Millisecond), cancel).Stop()
	}
	r, err := user{c.node(), c.name, ""}.post(ctx, "/comet/data", typeJSON, body(q))
	if err != nil {
		return
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return
	}
	in := io.Reader(r.Body)
	if bad && c.n(2) == 0 {
		in = &badReader{model: c.model, from: in, left: c.n(3000)}
	}
	switch q.Transport {
	case transportLines:
		_ = readLines(in, c.handle)
	case transportFrame:
		_ = readFrame(in, c.handle)
	default:
		var answer struct{ Events []event }
		if json.NewDecoder(in).Decode(&answer) == nil {
			for _, e := range answer.Events {
				c.handle(e)
			}
		}
	}
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

func (c *modelClient) handle(e event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e.kind() {
	case "listen-ack":
		for _, topic := range e["denied"].([]any) {
			delete(c.have, topic.(string))
		}
	case "unsubscribe-ack":
		for _, topic := range e["topics"].([]any) {
			delete(c.have, topic.(string))
		}
	case "gap":
		if _, followed := c.have[e.word("topic")]; followed {
			c.load(e.word("topic"))
		}
	case "data":
		c.show(e)
	}
}

func (c *modelClient) show(e event) {
	topic, seq := e.word("topic"), e.number("seq")
	at, followed := c.have[topic]
	if !followed || at.Epoch != e.number("epoch") || seq <= at.Seq {
		return
	}
	if seq != at.Seq+1 {
		c.faults = append(c.faults, fmt.Sprintf("%s: %d follows %d", topic, seq, at.Seq))
		return
	}
	payload, _ := json.Marshal(e["payload"])
	c.shown[topic] = append(c.shown[topic], string(payload))
	c.have[topic] = Position{at.Epoch, seq}
}

// check compares what is shown with what is stored.
func (c *modelClient) check() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, fault := range c.faults {
		c.t.Errorf("%s: %s", c.id, fault)
	}
	for name, stored := range c.log.topics {
		if _, ok := c.have[name]; !ok {
			continue // somebody else's own
		}
		var want []string
		for _, e := range stored.events {
			want = append(want, string(e.Payload))
		}
		if !slices.Equal(c.shown[name], want) {
			c.t.Errorf("%s shows %d events of %s at %v, stored are %d of epoch %d",
				c.id, len(c.shown[name]), name, c.have[name], len(want), stored.epoch)
		}
	}
}
