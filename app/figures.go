package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"chatd/comet"
	"chatd/store"
)

// figures collects what others count, all of it read once at each scrape.
type figures[S any] struct {
	read func() S
	of   []figure[S]
}

// figure is one of the values.
type figure[S any] struct {
	desc   *prometheus.Desc
	kind   prometheus.ValueType
	labels []string
	value  func(S) float64
}

// Describe implements prometheus.Collector.
func (f figures[S]) Describe(descs chan<- *prometheus.Desc) {
	for _, one := range f.of {
		descs <- one.desc
	}
}

// Collect implements prometheus.Collector.
func (f figures[S]) Collect(values chan<- prometheus.Metric) {
	all := f.read()
	for _, one := range f.of {
		values <- prometheus.MustNewConstMetric(one.desc, one.kind, one.value(all), one.labels...)
	}
}

func gauge[S any](name, help string, value func(S) float64) figure[S] {
	return figure[S]{desc: prometheus.NewDesc(name, help, nil, nil), kind: prometheus.GaugeValue, value: value}
}

func counter[S any](name, help string, value func(S) float64) figure[S] {
	return figure[S]{desc: prometheus.NewDesc(name, help, nil, nil), kind: prometheus.CounterValue, value: value}
}

// collectFigures adds what the parts of the App count themselves.
func (a *App) collectFigures() {
	a.metrics.registry.MustRegister(
		figures[comet.Stats]{a.hub.Stats, hubFigures()},
		figures[*App]{func() *App { return a }, []figure[*App]{
			gauge("chatd_presence_online_people", "People who are here, over all nodes.",
				func(a *App) float64 { return float64(a.tracker.Online()) }),
			gauge("chatd_committer_waiting_messages", "Messages on their way into the database.",
				func(a *App) float64 { return float64(a.committer.Waiting()) }),
		}},
	)
	for pool, stats := range map[string]func() store.PoolStats{"data": a.store.Stats, "control": a.store.Control().Stats} {
		prometheus.WrapRegistererWith(prometheus.Labels{"pool": pool}, a.metrics.registry).
			MustRegister(figures[store.PoolStats]{stats, poolFigures()})
	}
}

func hubFigures() []figure[comet.Stats] {
	connections := prometheus.NewDesc("chatd_comet_connections", "Requests that wait for news, by mode.", []string{"mode"}, nil)
	return []figure[comet.Stats]{
		gauge("chatd_comet_sessions", "Comet sessions, those between two polls included.",
			func(s comet.Stats) float64 { return float64(s.Sessions) }),
		{connections, prometheus.GaugeValue, []string{"stream"}, func(s comet.Stats) float64 { return float64(s.Streams) }},
		{connections, prometheus.GaugeValue, []string{"poll"}, func(s comet.Stats) float64 { return float64(s.Polls) }},
		gauge("chatd_comet_topics", "Topics that somebody follows or watches.",
			func(s comet.Stats) float64 { return float64(s.Topics) }),
		counter("chatd_comet_deliveries_total", "Events written to clients.",
			func(s comet.Stats) float64 { return float64(s.Deliveries) }),
		counter("chatd_comet_writes_total", "Writes to clients that carried events.",
			func(s comet.Stats) float64 { return float64(s.Writes) }),
		counter("chatd_comet_log_reads_total", "Pages of old events read from the database.",
			func(s comet.Stats) float64 { return float64(s.Reads) }),
		gauge("chatd_comet_held", "Streams and long polls that count for what one browser may hold.",
			func(s comet.Stats) float64 { return float64(s.Held) }),
		counter("chatd_comet_crowded_total", "Streams and long polls that were ended because their browser held too many.",
			func(s comet.Stats) float64 { return float64(s.Crowded) }),
		gauge("chatd_comet_opens", "Requests for news that are being opened, which asks the database.",
			func(s comet.Stats) float64 { return float64(s.Opens) }),
		gauge("chatd_comet_opens_waiting", "Requests for news that wait to be opened.",
			func(s comet.Stats) float64 { return float64(s.OpensWaiting) }),
		counter("chatd_comet_opens_refused_total", "Requests for news that were told to come back, since too many came at once.",
			func(s comet.Stats) float64 { return float64(s.OpensRefused) }),
	}
}

// poolFigures are those of one pool of connections.
func poolFigures() []figure[store.PoolStats] {
	connections := prometheus.NewDesc("chatd_database_connections", "Open connections to the database, by pool and state.", []string{"state"}, nil)
	return []figure[store.PoolStats]{
		{connections, prometheus.GaugeValue, []string{"used"}, func(p store.PoolStats) float64 { return float64(p.Used) }},
		{connections, prometheus.GaugeValue, []string{"idle"}, func(p store.PoolStats) float64 { return float64(p.Idle) }},
		gauge("chatd_database_max_connections", "How many connections a pool may open.",
			func(p store.PoolStats) float64 { return float64(p.Max) }),
		counter("chatd_database_acquires_total", "How often a connection was taken from a pool.",
			func(p store.PoolStats) float64 { return float64(p.Acquires) }),
		counter("chatd_database_waits_total", "How often taking a connection meant waiting for one.",
			func(p store.PoolStats) float64 { return float64(p.Waits) }),
		counter("chatd_database_wait_seconds_total", "How long connections were waited for in sum.",
			func(p store.PoolStats) float64 { return p.Waited.Seconds() }),
	}
}
