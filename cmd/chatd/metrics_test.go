package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"chatd/store/storetest"
)

func TestMetricsAreServedOnAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t), "CHATD_METRICS_ADDR=localhost:0")
	if status, _ := chatd.get(t, "/metrics"); status != http.StatusNotFound {
		t.Errorf("the address of the page answers %d", status)
	}
	url := chatd.metricsURL(t)
	const stored = "chatd_messages_stored_total"
	if got := scrape(t, url, stored); got != "0" {
		t.Errorf("before any message it says %q", got)
	}
	ana := chatd.setUp(t)
	ana.must(t, http.MethodPost, "/api/v1/rooms/"+ana.room(t)+"/messages", map[string]any{"client_id": "2f1b1c1e-3a54-4d0c-9d0a-0a5f6a4b7c11", "body": "hello"})
	if got := scrape(t, url, stored); got != "1" {
		t.Errorf("after a message it says %q", got)
	}
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
}

func TestTheUsualAddressForMetricsMayBeTaken(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "localhost:9464")
	if err == nil { // else another program has it, which is as well
		t.Cleanup(func() { _ = taken.Close() })
	}
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t), "CHATD_METRICS_ADDR=")
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
	if !strings.Contains(chatd.stderr.String(), "there are no metrics") || !strings.Contains(chatd.stderr.String(), "CHATD_METRICS_ADDR") {
		t.Errorf("it says %s", chatd.stderr)
	}
}

// metricsURL is where the metrics are, as the log tells.
func (p *program) metricsURL(t *testing.T) string {
	t.Helper()
	var found string
	eventually(t, "the log tells where the metrics are", func() bool {
		found = regexp.MustCompile(`http://[^"]*/metrics`).FindString(p.stderr.String())
		return found != ""
	})
	return found
}

// scrape is the value of a series without labels.
func scrape(t *testing.T, url, series string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
