package comet

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// benchPayload is a message of some 200 bytes.
var benchPayload = []byte(`{"kind":"message","message":{"body":"` + strings.Repeat("x", 160) + `"}}`)

// benchHub is a hub under measurement. It counts the events that listeners
// have got.
type benchHub struct {
	*Hub
	got    atomic.Int64
	target atomic.Int64
	all    chan struct{}
	seq    int64
	stop   func()

	payload []byte // of the events
	counted []byte // how an event begins that counts

	told atomic.Pointer[sharedPresence] // what presence tells; nil: nothing
}

// sharedPresence is a presence event that all clients are told.
type sharedPresence struct {
	event    []byte
	revision string
}

func newBenchHub(linger time.Duration) *benchHub {
	b := &benchHub{all: make(chan struct{}, 1), payload: benchPayload, counted: []byte(`{"event":"data"`)}
	b.target.Store(-1)
	b.Hub = New(Config{
		Log: newMemoryLog("room:1"), Identify: identify, Presence: b,
		Check:  func(context.Context, Principal) error { return nil },
		Logger: slog.New(slog.DiscardHandler),
		// All listeners come at once, and stay.
		Times:  Times{Linger: linger, Admit: time.Hour, Presence: 1},
		Limits: Limits{OpensWaiting: 1 << 20, StreamBytes: 1 << 40, FrameBytes: 1 << 40, FrameEvents: 1 << 40},
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = b.Run(ctx) })
	b.stop = func() {
		cancel()
		running.Wait()
	}
	return b
}

// Opened implements Presence.
func (b *benchHub) Opened(SessionInfo) {}

// Closed implements Presence.
func (b *benchHub) Closed(SessionInfo, Reason) {}

// Since implements Presence.
func (b *benchHub) Since(_ View, revision string) ([]byte, string) {
	if told := b.told.Load(); told != nil && told.revision != revision {
		return told.event, told.revision
	}
	return nil, revision
}

// presenceRound tells of presence, in so many bytes, and waits until all
// listeners have it.
func (b *benchHub) presenceRound(listeners, size int) {
	b.target.Store(b.got.Load() + int64(listeners))
	b.seq++
	revision := fmt.Sprint("r", b.seq)
	event := fmt.Appendf(nil, `{"event":"presence","revision":%q,"states":{"1":%q}}`, revision, bytes.Repeat([]byte("x"), size))
	b.told.Store(&sharedPresence{event, revision})
	b.WakePresence()
	<-b.all
}

// count notes events that have arrived.
func (b *benchHub) count(n int) {
	if n > 0 && b.got.Add(int64(n)) == b.target.Load() {
		b.all <- struct{}{}
	}
}

// round publishes one event and waits until all listeners have it.
func (b *benchHub) round(listeners int) {
	b.target.Store(b.got.Load() + int64(listeners))
	b.seq++
	b.Publish("room:1", 100, Event{b.seq, b.payload})
	<-b.all
}

// benchWriter is a socket that counts.
type benchWriter struct {
	hub    *benchHub
	header http.Header
	got    int // events
}

func (w *benchWriter) Header() http.Header { return w.header }

func (w *benchWriter) WriteHeader(int) {}

func (w *benchWriter) Write(p []byte) (int, error) {
	n := bytes.Count(p, w.hub.counted)
	w.got += n
	w.hub.count(n)
	return len(p), nil
}

func (w *benchWriter) FlushError() error { return nil }

func (w *benchWriter) SetWriteDeadline(time.Time) error { return nil }

// BenchmarkPublish measures what it costs to bring one event to all listeners,
// without the network. Those that poll make their next request in that time.
func BenchmarkPublish(b *testing.B) {
	for _, transport := range []string{transportFrame, transportLines, transportLong} {
		for _, listeners := range []int{1, 1000, 10000} {
			b.Run(fmt.Sprintf("%s/%d", transport, listeners), func(b *testing.B) {
				benchPublish(b, transport, listeners)
			})
		}
	}
}

func benchPublish(b *testing.B, transport string, listeners int) {
	hub := newBenchHub(1)
	var polling sync.WaitGroup
	defer polling.Wait()
	defer hub.stop()
	for i := range listeners {
		name := fmt.Sprint("user", i)
		if transport == transportLong {
			polling.Go(func() { hub.poll(name) })
			continue
		}
		hub.listen(name, transport, &benchWriter{hub: hub, header: make(http.Header)})
	}
	waitFor(func() bool {
		s := hub.Stats()
		return s.Polls == listeners || s.Writes == int64(listeners)
	})
	hub.round(listeners)
	hub.measure(b, listeners, func() { hub.round(listeners) })
}

// BenchmarkPresence measures what it costs to tell all listeners of a change of
// presence, in events of a kilobyte or 64.
func BenchmarkPresence(b *testing.B) {
	const listeners = 1000
	for _, size := range []int{1 << 10, 64 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			hub := newPresenceHub(listeners)
			defer hub.stop()
			hub.presenceRound(listeners, size)
			hub.measure(b, listeners, func() { hub.presenceRound(listeners, size) })
		})
	}
}

// newPresenceHub is a hub with streams that are told of presence.
func newPresenceHub(listeners int) *benchHub {
	hub := newBenchHub(1)
	hub.counted = []byte(`{"event":"presence"`)
	for i := range listeners {
		hub.listen(fmt.Sprint("user", i), transportLines, &benchWriter{hub: hub, header: make(http.Header)})
	}
	waitFor(func() bool { return hub.Stats().Writes == int64(listeners) })
	return hub
}

// listen opens a stream.
func (b *benchHub) listen(name, transport string, w http.ResponseWriter) {
	q := dataRequest{ID: "a", Transport: transport, Tag: "t", Have: have("room:1", 100, 0), Presence: new(string)}
	go b.DataHandler().ServeHTTP(w, benchRequest(name, body(q)))
}

// poll makes one poll after the other until the hub stops.
func (b *benchHub) poll(name string) {
	for seq := int64(0); ; seq++ {
		w := &benchWriter{hub: b, header: make(http.Header)}
		b.DataHandler().ServeHTTP(w, benchRequest(name, fmt.Appendf(nil,
			`{"event":"refresh","id":"a","n":%d,"mode":"pull","have":{"room:1":[100,%d]}}`, seq, seq)))
		if w.got != 1 {
			return
		}
	}
}

func benchRequest(name string, body []byte) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "http://hub/", bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header = http.Header{"Content-Type": {typeJSON}, "X-User": {name}}
	return r
}

// measure reports the processor time of a delivery, which other programs on
// the machine disturb less than the time it takes.
func (h *benchHub) measure(b *testing.B, listeners int, round func()) {
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		round()
	}
	used := processorTime(b) - before
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N*listeners), "cpu-ns/delivery")
}

func processorTime(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func waitFor(condition func() bool) {
	for !condition() {
		time.Sleep(time.Millisecond)
	}
}

// BenchmarkLoopback does the same over sockets of this machine; reading them
// counts too.
func BenchmarkLoopback(b *testing.B) {
	const listeners = 1000
	hub := newBenchHub(1)
	defer hub.stop()
	network, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: hub.DataHandler()}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(network) })
	defer running.Wait()
	defer server.Close()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range listeners {
		conn := benchDial(b, network.Addr().String(), fmt.Sprint("user", i))
		defer conn.Close()
		running.Go(func() { hub.read(conn) })
	}
	waitFor(func() bool { return hub.Stats().Writes == listeners })
	runtime.GC()
	runtime.ReadMemStats(&after)
	hub.round(listeners)
	hub.measure(b, listeners, func() { hub.round(listeners) })
	held := after.HeapInuse + after.StackInuse - before.HeapInuse - before.StackInuse
	b.ReportMetric(float64(held)/listeners, "B/connection")
}

func benchDial(b *testing.B, address, user string) net.Conn {
	conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	sent := body(dataRequest{Have: have("room:1", 100, 0)})
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: hub\r\nX-User: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		user, typeJSON, len(sent), sent)
	return conn
}

// read counts events. One never lies across two reads: a round ends before the
// next begins.
func (b *benchHub) read(conn net.Conn) {
	buffer := make([]byte, 1024)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		b.count(bytes.Count(buffer[:n], b.counted))
	}
}
