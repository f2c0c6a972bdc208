package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"chatd/app"
	"chatd/frontend"
	"chatd/store"
)

const (
	// drainLimit bounds how long connected people are sent away: the hub's
	// greatest window, 30 s, and the time a write may take.
	drainLimit = 40 * time.Second
	// finishLimit bounds how long requests in flight may take after that.
	finishLimit = 10 * time.Second
)

// serve is the command that serves until it is told to stop. Being told so
// while it is still starting is a clean end too.
func serve(ctx context.Context, cfg config, _ []string, _ io.Reader, stdout io.Writer) error {
	err := run(ctx, cfg, stdout)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// run serves until ctx ends, then stops in order: the hub and the HTTP server,
// the work behind them, the store, PostgreSQL.
func run(ctx context.Context, cfg config, stdout io.Writer) (err error) {
	// First, so that a port in use is told at once. Whoever connects while
	// chatd is starting waits instead of being refused.
	listener, err := listen(ctx, cfg.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	metrics, err := listenMetrics(ctx, cfg)
	if err != nil {
		return err
	}
	if metrics != nil {
		defer metrics.Close()
	}
	db, err := openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer cancel()
		err = errors.Join(err, db.close(ctx))
	}()
	warnOfTrust(cfg)
	code := setupCode()
	a, err := app.New(ctx, app.Config{
		Store:          db.store,
		Assets:         frontend.Assets(),
		PublicURL:      cfg.publicURL,
		TrustedProxies: cfg.trustedProxies,
		SetupCode:      code,
		Version:        version(),
		Log:            cfg.log,
	})
	if err != nil {
		return explain(err, db.address)
	}
	if err := greet(ctx, stdout, cfg, listener.Addr(), db.store, code); err != nil {
		return explain(err, db.address)
	}
	stopMetrics := serveMetrics(ctx, cfg.log, metrics, a.Metrics())
	defer stopMetrics() // when everything that is counted has happened
	return serveApp(ctx, cfg.log, a, listener)
}

// warnOfTrust says so when X-Forwarded-For is believed of everybody. That is no
// error: in some containers the address of the proxy cannot be known.
func warnOfTrust(cfg config) {
	everybody := func(p netip.Prefix) bool { return p.Bits() == 0 }
	if slices.ContainsFunc(cfg.trustedProxies, everybody) {
		cfg.log.Warn("CHATD_TRUSTED_PROXIES trusts everybody: whoever reaches chatd directly can pretend to come from any address, " +
			"and so get around the limits per address; name only the addresses of your reverse proxies")
	}
}

// serveApp runs the App and its HTTP server until ctx ends or one of them fails.
func serveApp(ctx context.Context, log *slog.Logger, a *app.App, listener net.Listener) error {
	server := &http.Server{
		Handler:           a.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	// The App outlives ctx: it finishes what is under way.
	appCtx, endApp := context.WithCancel(context.WithoutCancel(ctx))
	defer endApp()
	appDone := make(chan error, 1)
	go func() { appDone <- a.Run(appCtx) }()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	var failure error
	select {
	case <-ctx.Done():
		log.Info("stopping")
	case failure = <-served:
		served <- failure
	case failure = <-appDone:
		appDone <- failure
	}
	stop(ctx, log, a, server)
	endApp()
	if err := <-served; failure == nil && !errors.Is(err, http.ErrServerClosed) {
		failure = err
	}
	if err := <-appDone; failure == nil {
		failure = err
	}
	return failure
}

// stop makes /readyz say so, sends everybody who waits away, and only then
// closes the listener and lets requests in flight finish: meanwhile a proxy has
// noticed, and what people send is still taken. Shutdown alone would wait for
// the streams.
func stop(ctx context.Context, log *slog.Logger, a *app.App, server *http.Server) {
	a.Stopping()
	ctx = context.WithoutCancel(ctx)
	drain, cancelDrain := context.WithTimeout(ctx, drainLimit)
	defer cancelDrain()
	a.Drain(drain)
	finish, cancelFinish := context.WithTimeout(ctx, finishLimit)
	defer cancelFinish()
	if err := server.Shutdown(finish); err != nil {
		log.Warn("some requests did not end in time", "error", err)
		_ = server.Close()
	}
}

// greet says where chatd is and, while nobody has set it up, with which code
// that can be done from another machine.
func greet(ctx context.Context, stdout io.Writer, cfg config, addr net.Addr, s *store.Store, code string) error {
	_, err := s.Workspace(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	fmt.Fprintln(stdout, "chatd is ready at", address(cfg, addr))
	if err != nil {
		fmt.Fprintln(stdout, "Open it to set up your workspace. From another machine the set-up code is", code)
	}
	return nil
}

// address is where to open chatd: the public address, or the listener's with a
// name that works in a browser on this machine.
func address(cfg config, addr net.Addr) string {
	if cfg.publicURL != nil {
		return cfg.publicURL.String()
	}
	host, _, _ := net.SplitHostPort(cfg.addr)
	_, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// setupCode is new at every start and cannot be guessed: 50 bits.
func setupCode() string {
	text := rand.Text()
	return text[:5] + "-" + text[5:10]
}
