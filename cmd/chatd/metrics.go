package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// metricsStopLimit bounds how long a scrape that is under way holds up the end.
const metricsStopLimit = 2 * time.Second

// listenMetrics opens the address for metrics; the listener is nil when there
// are none. An address that nobody asked for may be taken: then chatd goes
// without.
func listenMetrics(ctx context.Context, cfg config) (net.Listener, error) {
	if cfg.metricsAddr == "" {
		return nil, nil //nolint:nilnil // off is no error
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", cfg.metricsAddr)
	if err == nil {
		return listener, nil
	}
	if _, asked := cfg.given["CHATD_METRICS_ADDR"]; !asked {
		cfg.log.Warn("there are no metrics: their address is not free; set CHATD_METRICS_ADDR to another one, or to off",
			"address", cfg.metricsAddr, "reason", listenReason(err))
		return nil, nil //nolint:nilnil // it goes without
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the address %s for metrics is in use by another program; "+
			"stop that one, or set CHATD_METRICS_ADDR to another address or to off", cfg.metricsAddr)
	}
	return nil, fmt.Errorf("chatd cannot listen on %s for metrics (%s); "+
		"set CHATD_METRICS_ADDR to an address of this machine, such as localhost:9464, or to off", cfg.metricsAddr, listenReason(err))
}

// serveMetrics serves metrics, if there is a listener, until stop is called.
func serveMetrics(ctx context.Context, log *slog.Logger, listener net.Listener, metrics http.Handler) (stop func()) {
	if listener == nil {
		return func() {}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	log.Info("metrics are served", "url", "http://"+listener.Addr().String()+"/metrics")
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("there are no metrics any more", "error", err)
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), metricsStopLimit)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
		<-done
	}
}
