package app

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"chatd/store"
)

// metrics are the figures for Prometheus, in a registry of their own. No label
// has a value that people choose.
type metrics struct {
	registry *prometheus.Registry

	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	mu       sync.RWMutex
	series   map[seriesKey]*series

	messages               prometheus.Counter
	committed, failed      prometheus.Counter
	batchSends, batchTimes prometheus.Histogram
}

// seriesKey is what requests are counted by.
type seriesKey struct {
	method, route string
	class         int // the first digit of the status
}

// series are the figures of one key, found once.
type series struct {
	count   prometheus.Counter
	seconds prometheus.Observer // nil: it lasts as long as its client stays
}

// streamRoute and pushletPath are where requests wait for what is to come, so
// how long they take says nothing.
const streamRoute = "/comet/data"

// unknownRoute stands for every address that there is not, and every method
// that an address does not take.
const unknownRoute = "other"

func newMetrics(version string) *metrics {
	batches := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "chatd_committer_batches_total", Help: "Transactions that store messages, by how they ended.",
	}, []string{"outcome"})
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatd_http_requests_total", Help: "Requests that were answered, by method, route and class of the status.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "chatd_http_request_duration_seconds", Help: "How long requests took, without those that wait for news.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
		series: map[seriesKey]*series{},
		messages: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "chatd_messages_stored_total", Help: "Messages that this node has stored.",
		}),
		committed: batches.WithLabelValues("committed"),
		failed:    batches.WithLabelValues("failed"),
		batchSends: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "chatd_committer_batch_messages", Help: "How many messages a transaction took on.",
			Buckets: []float64{0, 1, 2, 4, 8, 16, 32, 64, 128, 256},
		}),
		batchTimes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "chatd_committer_batch_duration_seconds", Help: "How long a transaction that stores messages took.",
			Buckets: []float64{.001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 6},
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "chatd_build_info", Help: "Always 1; the label tells the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		build, m.requests, m.seconds, m.messages, batches, m.batchSends, m.batchTimes)
	return m
}

// Metrics serves the figures about this App in the formats of Prometheus.
func (a *App) Metrics() http.Handler {
	return promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{
		Registry:            a.metrics.registry,
		MaxRequestsInFlight: 4,
		Timeout:             10 * time.Second,
	})
}

// request counts an answered request.
func (m *metrics) request(method, route string, status int, took time.Duration) {
	s := m.seriesOf(method, route, status)
	s.count.Inc()
	if s.seconds != nil {
		s.seconds.Observe(took.Seconds())
	}
}

func (m *metrics) seriesOf(method, route string, status int) *series {
	if route == "" {
		// Clients may invent methods as they like.
		method, route = unknownRoute, unknownRoute
	}
	key := seriesKey{method, route, min(max(status, http.StatusOK)/100, 5)} // 0 is a 200 that nobody wrote
	m.mu.RLock()
	s := m.series[key]
	m.mu.RUnlock()
	if s == nil {
		s = m.newSeries(key)
	}
	return s
}

// statusClasses are the values of the label for each first digit of a status.
var statusClasses = [...]string{2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}

// newSeries finds or makes the figures of a key. Doing so twice is harmless.
func (m *metrics) newSeries(key seriesKey) *series {
	labels := []string{key.method, key.route, statusClasses[key.class]}
	s := &series{count: m.requests.WithLabelValues(labels...)}
	if key.route != streamRoute && key.route != pushletPath {
		s.seconds = m.seconds.WithLabelValues(labels...)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.series[key] = s
	return s
}

// stored counts the messages among events that were committed.
func (m *metrics) stored(events []store.Event) {
	n := 0
	for i := range events {
		if events[i].Kind == store.EventMessage {
			n++
		}
	}
	m.messages.Add(float64(n))
}

// batch counts a transaction of the committer.
func (m *metrics) batch(sends int, took time.Duration, err error) {
	if err != nil {
		m.failed.Inc()
		return
	}
	m.committed.Inc()
	m.batchSends.Observe(float64(sends))
	m.batchTimes.Observe(took.Seconds())
}
