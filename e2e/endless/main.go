// Endless shows the comet library without chatd: one topic, "ticks", whose log is in memory, a hub that never recycles
// its streams, and a page with the client. The browser tests run it.
//
//	endless -client client.js
//
// It listens on a free port of loopback and prints where. Everybody is the same signed-in person.
// POST /publish?events=50000&bytes=200 adds so many events of about so many bytes, as fast as it can.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"chatd/comet"
)

const (
	topic = "ticks"
	epoch = 1
	page  = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ticks</title><script src="/client.js"></script><body></body></html>`
)

func main() {
	client := flag.String("client", "", "the `file` with the client")
	flag.Parse()
	if err := run(*client); err != nil {
		log.Fatal(err)
	}
}

func run(client string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ticks := &ticks{}
	hub := newHub(ticks)
	server := &http.Server{Handler: routes(hub, ticks, client)}
	var running sync.WaitGroup
	running.Go(func() { _ = hub.Run(ctx) })
	running.Go(func() {
		<-ctx.Done()
		_ = server.Close()
	})
	fmt.Printf("ready at http://%s\n", listener.Addr())
	err = server.Serve(listener)
	stop()
	running.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func newHub(ticks *ticks) *comet.Hub {
	return comet.New(comet.Config{
		Log:      ticks,
		Identify: func(*http.Request) (comet.Principal, error) { return comet.Principal{User: "1", Login: "1"}, nil },
		Check:    func(context.Context, comet.Principal) error { return nil },
		Limits:   comet.Limits{FrameEvents: math.MaxInt, FrameBytes: math.MaxInt64, Behind: math.MaxInt64},
	})
}

func routes(hub *comet.Hub, ticks *ticks, client string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/comet/control", hub.ControlHandler())
	mux.Handle("/comet/data", hub.DataHandler())
	mux.HandleFunc("GET /client.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, client) })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; img-src 'self'")
		_, _ = w.Write([]byte(page))
	})
	mux.HandleFunc("POST /publish", func(w http.ResponseWriter, r *http.Request) {
		events, err := strconv.Atoi(r.FormValue("events"))
		size, err2 := strconv.Atoi(r.FormValue("bytes"))
		if err := cmp.Or(err, err2); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for range events {
			hub.Publish(topic, epoch, ticks.add(size))
		}
	})
	return mux
}

// ticks is the log: events whose payloads tell their own number.
type ticks struct {
	mu     sync.Mutex
	events []comet.Event
}

// add appends an event that takes about size bytes on its way.
func (t *ticks) add(size int) comet.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	seq := len(t.events) + 1
	const around = 80 // what the other fields take
	payload := fmt.Sprintf(`{"tick":%d,"text":"%s"}`, seq, strings.Repeat("x", max(0, size-around)))
	e := comet.Event{Seq: int64(seq), Payload: []byte(payload)}
	t.events = append(t.events, e)
	return e
}

// Positions implements comet.Log. Everybody may follow the one topic.
func (t *ticks) Positions(_ context.Context, _ comet.Principal, topics []string) (map[string]comet.Position, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(topics, topic) {
		return nil, nil
	}
	return map[string]comet.Position{topic: {Epoch: epoch, Seq: int64(len(t.events))}}, nil
}

// Read implements comet.Log.
func (t *ticks) Read(_ context.Context, _ string, after int64, limit int) (comet.Page, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	head := len(t.events)
	from := min(int(after), head)
	return comet.Page{Epoch: epoch, Head: int64(head), Events: slices.Clone(t.events[from:min(from+limit, head)])}, nil
}
