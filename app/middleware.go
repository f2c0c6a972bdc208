package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	peerKey
	viewerKey
)

// identified gives each request an id.
func (a *App) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:16]
		w.Header().Set("X-Request-Id", id)
		ctx := context.WithValue(r.Context(), requestIDKey, id)
		ctx = context.WithValue(ctx, peerKey, hostOf(r.RemoteAddr))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// logged writes one line per request and counts it: what was asked by its
// route, never by its path, which may hold an invite's token.
func (a *App) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer a.answered(r.Context(), r.Method, ww, time.Now())
		next.ServeHTTP(ww, r)
	})
}

func (a *App) answered(ctx context.Context, method string, w middleware.WrapResponseWriter, start time.Time) {
	took, route := time.Since(start), chi.RouteContext(ctx).RoutePattern()
	a.metrics.request(method, route, w.Status(), took)
	level := slog.LevelDebug
	if w.Status() >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	a.log.LogAttrs(ctx, level, "request",
		slog.String("request_id", requestID(ctx)),
		slog.String("method", method),
		slog.String("route", route),
		slog.Int("status", w.Status()),
		slog.Int("bytes", w.BytesWritten()),
		slog.Duration("took", took),
		slog.String("address", address(ctx)))
}

// recovered turns a panic into a 500. When the answer has begun, the
// connection is cut instead, so that nobody takes a part for the whole.
func (a *App) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				a.answerPanic(w, r, cause)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func (a *App) answerPanic(w http.ResponseWriter, r *http.Request, cause any) {
	err, isError := cause.(error)
	if isError && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
	if ww, ok := w.(middleware.WrapResponseWriter); ok && ww.Status() != 0 {
		a.logFailure(r.Context(), err)
		panic(http.ErrAbortHandler)
	}
	a.fail(w, r, err)
}

// hardened sets what holds for every answer. The policy on content lets nothing
// in; the page and the hub's frames put their own in its place.
func (a *App) hardened(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		policy := "default-src 'none'; frame-ancestors 'none'"
		if r.URL.Path == streamRoute { // the page loads it into a frame, also when the answer is a refusal
			policy = "default-src 'none'; frame-ancestors 'self'"
		}
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if a.config.secure() || calledLocal(r) { // elsewhere browsers ignore it, and complain on every page
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
		}
		next.ServeHTTP(w, r)
	})
}

// newOrigins tells the pages of chatd from those of other sites. Behind a proxy
// that rewrites the Host only the public URL tells whose they are.
func newOrigins(public *url.URL) (*http.CrossOriginProtection, error) {
	origins := http.NewCrossOriginProtection()
	if public == nil {
		return origins, nil
	}
	if err := origins.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, fmt.Errorf("the public URL cannot be an origin: %w", err)
	}
	return origins, nil
}

// sameOrigin refuses changing requests that another site's page has made.
func (a *App) sameOrigin(origins *http.CrossOriginProtection) func(http.Handler) http.Handler {
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, r, problem(http.StatusForbidden,
			"This request came from another site. Open chatd itself and try there. "+
				"Behind a proxy, CHATD_PUBLIC_URL must be the address people use."))
	}))
	return origins.Handler
}

// ownPages refuses what another site's page asks for, even when it changes
// nothing: its visitors would use up the limits of their network.
func (a *App) ownPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "", "same-origin", "none":
			next.ServeHTTP(w, r)
		default:
			a.fail(w, r, problem(http.StatusForbidden, "This request came from another site. Open chatd itself and try there."))
		}
	})
}

// bounded ends a request that takes too long, so that it never waits for ever
// for a database connection. Never around a stream.
func bounded(limit time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), limit)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// legible refuses queries that are not written as queries are. net/url leaves
// out what it cannot read, and the answer would be to another question.
func (a *App) legible(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
			a.fail(w, r, problem(http.StatusBadRequest,
				"The part of the address after the question mark cannot be read. Write special characters in it as % and two hexadecimal digits."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// private keeps answers of the API out of caches.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// compressed zips answers of the API for those who take that. chi's own
// middleware would also do so for somebody who refuses it ("gzip;q=0").
func compressed(next http.Handler) http.Handler {
	zipped := middleware.Compress(5, jsonType, "application/problem+json")(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if acceptsGzip(r) {
			zipped.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
