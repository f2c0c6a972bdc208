package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func TestMetricsAreAsPrometheusWantsThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ana.says(ana.overview().Rooms[0].ID, "hello")
	families, err := w.app.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	for _, family := range families {
		if help := family.GetHelp(); strings.HasPrefix(family.GetName(), "chatd_") && !strings.HasSuffix(help, ".") {
			t.Errorf("the help of %s is no sentence: %s", family.GetName(), help)
		}
	}
}

func TestMetricsCountWhatHappens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.overview().Rooms[0].ID
	ana.streams("ndjson")
	ana.says(room, "one")
	ana.says(room, "two")
	ana.must(http.StatusNotFound, "GET", "/nowhere/at/all", nil, nil)
	ana.must(http.StatusMethodNotAllowed, "PUT", "/logout", nil, nil)
	ana.must(http.StatusMethodNotAllowed, "INVENTED", "/logout", nil, nil)
	w.eventually("she is seen to be here", func() bool { return w.metric("chatd_presence_online_people") == "1" })
	for series, want := range map[string]string{
		`chatd_http_requests_total{method="POST",route="/api/v1/rooms/{room}/messages",status="2xx"}`:                 "2",
		`chatd_http_request_duration_seconds_count{method="POST",route="/api/v1/rooms/{room}/messages",status="2xx"}`: "2",
		`chatd_http_requests_total{method="other",route="other",status="4xx"}`:                                        "3",
		`chatd_messages_stored_total`:                     "2",
		`chatd_comet_sessions`:                            "1",
		`chatd_comet_connections{mode="stream"}`:          "1",
		`chatd_comet_connections{mode="poll"}`:            "0",
		`chatd_comet_held`:                                "1",
		`chatd_comet_crowded_total`:                       "0",
		`chatd_comet_opens`:                               "0",
		`chatd_comet_opens_waiting`:                       "0",
		`chatd_comet_opens_refused_total`:                 "0",
		`chatd_committer_waiting_messages`:                "0",
		`chatd_committer_batches_total{outcome="failed"}`: "0",
		`chatd_database_max_connections{pool="data"}`:     "16",
		`chatd_database_max_connections{pool="control"}`:  "4",
		`chatd_build_info{version="test"}`:                "1",
	} {
		if got := w.metric(series); got != want {
			t.Errorf("%s is %q, want %q", series, got, want)
		}
	}
	for _, series := range []string{"process_start_time_seconds", "go_goroutines", `chatd_committer_batches_total{outcome="committed"}`, "chatd_comet_topics"} {
		if got := w.metric(series); got == "" || got == "0" {
			t.Errorf("%s is %q", series, got)
		}
	}
}

func TestStreamsCountButTheirTimeDoesNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	l := ana.streams("ndjson")
	if got := w.metric(`chatd_http_requests_total{method="POST",route="/comet/data",status="2xx"}`); got != "" {
		t.Errorf("a stream that goes on counts: %s", got)
	}
	l.hangUp()
	w.eventually("the stream counts", func() bool {
		return w.metric(`chatd_http_requests_total{method="POST",route="/comet/data",status="2xx"}`) == "1"
	})
	if text := w.metrics(); strings.Contains(text, `chatd_http_request_duration_seconds_count{method="POST",route="/comet/data"`) {
		t.Error("its time is counted")
	}
}

func TestNoLabelHasAValueThatPeopleChoose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for _, path := range []string{"/" + mark, "/api/v1/" + mark, "/join/" + mark, "/api/v1/invites/by-token/" + mark, "/assets/" + mark, "/healthz?" + mark} {
		for _, method := range []string{"GET", "POST", strings.ToUpper(mark)} {
			ana.do(method, path, nil)
		}
	}
	if text := strings.ToLower(w.metrics()); strings.Contains(text, mark) {
		t.Errorf("there is a label with %s: %s", mark, lineAt(text, strings.Index(text, mark)))
	}
}

func TestCountingARequestAllocatesNothing(t *testing.T) {
	m := newMetrics("test")
	m.request("GET", "/api/v1/overview", http.StatusOK, 1)
	if n := testing.AllocsPerRun(100, func() { m.request("GET", "/api/v1/overview", http.StatusOK, 1) }); n > 0 {
		t.Errorf("it allocates %v times", n)
	}
}

// metrics is what Prometheus would be told.
func (w *world) metrics() string {
	w.t.Helper()
	recorder := httptest.NewRecorder()
	w.app.Metrics().ServeHTTP(recorder, httptest.NewRequestWithContext(w.t.Context(), "GET", "/metrics", nil))
	if recorder.Code != http.StatusOK {
		w.t.Fatalf("metrics: %d %s", recorder.Code, recorder.Body)
	}
	return recorder.Body.String()
}

// metric is the value of a series, empty when there is none.
func (w *world) metric(series string) string {
	w.t.Helper()
	for line := range strings.Lines(w.metrics()) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
