package comet

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a hub behind an HTTP server, with an in-memory network.
type world struct {
	t        *testing.T
	log      *memoryLog
	presence *memoryPresence
	hub      *Hub
	network  *pipeListener
	server   *http.Server
	client   *http.Client
	ended    sync.Map // logins that Check refuses
	stop     func()
}

// newWorld serves a hub until the test ends. Change the configuration by tune.
func newWorld(t *testing.T, log *memoryLog, tune func(*Config)) *world {
	w := &world{t: t, log: log, presence: &memoryPresence{}, network: newPipeListener()}
	config := Config{
		Log: log, Node: "test", Presence: w.presence,
		Identify: identify,
		Check: func(_ context.Context, p Principal) error {
			if reason, ended := w.ended.Load(p.Login); ended {
				return &EndedError{reason.(Reason)}
			}
			return nil
		},
		Logger: slog.New(slog.DiscardHandler),
	}
	if tune != nil {
		tune(&config)
	}
	w.hub = New(config)
	mux := http.NewServeMux()
	mux.Handle("/comet/control", w.hub.ControlHandler())
	mux.Handle("/comet/data", w.hub.DataHandler())
	server := &http.Server{Handler: mux}
	w.server = server
	ctx, cancel := context.WithCancel(context.Background())
	var running, serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(w.network) })
	running.Go(func() { _ = w.hub.Run(ctx) })
	transport := &http.Transport{DialContext: w.network.dial, DisableCompression: true}
	w.client = &http.Client{Transport: transport}
	w.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		_ = server.Close()
		serving.Wait()
		transport.CloseIdleConnections()
	})
	t.Cleanup(w.stop)
	return w
}

// identify takes a login for a browser's when its name begins with "cookie".
func identify(r *http.Request) (Principal, error) {
	login, quota, _ := strings.Cut(r.Header.Get("X-Login"), " of ")
	p := Principal{
		User: r.Header.Get("X-User"), Login: login, Quota: quota,
		Browser: strings.HasPrefix(login, "cookie"),
	}
	if p.User == "" {
		return p, errors.New("nobody")
	}
	if p.Login == "" {
		p.Login = p.User + "'s login"
	}
	return p, nil
}

// pipeListener is a network of net.Pipe, which works inside a synctest bubble.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error { l.once.Do(func() { close(l.closed) }); return nil }

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }
