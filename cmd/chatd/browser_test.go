package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"testing"
	"time"
)

// browser is a person's browser at a running chatd.
type browser struct {
	base   string
	client *http.Client
}

func (p *program) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{p.url, &http.Client{Jar: jar, Transport: transport}}
}

const (
	anasPassword = "a good password"
	anasEmail    = "ana@example.org"
)

// setUp makes the workspace, whose owner Ana is signed in.
func (p *program) setUp(t *testing.T) *browser {
	t.Helper()
	b := p.browser(t)
	b.must(t, http.MethodPost, "/api/v1/setup", map[string]any{
		"workspace": "Harbour", "username": "ana", "display_name": "Ana", "email": anasEmail, "password": anasPassword,
	})
	return b
}

// signIn tries to sign Ana in and returns the status.
func (p *program) signIn(t *testing.T, password string) int {
	t.Helper()
	status, _ := p.browser(t).do(t, http.MethodPost, "/api/v1/sign-in", map[string]any{"login": "ana", "password": password})
	return status
}

// room is the first of the person's rooms.
func (b *browser) room(t *testing.T) string {
	t.Helper()
	var overview struct{ Rooms []struct{ ID int64 } }
	if err := json.Unmarshal([]byte(b.must(t, http.MethodGet, "/api/v1/overview", nil)), &overview); err != nil || len(overview.Rooms) == 0 {
		t.Fatalf("the overview is %+v: %v", overview, err)
	}
	return strconv.FormatInt(overview.Rooms[0].ID, 10)
}

// listens opens a stream, which ends with the test.
func (b *browser) listens(t *testing.T, tab int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/comet/data", strings.NewReader(
		fmt.Sprintf(`{"event":"listen","id":"tab-%d","n":1,"mode":"stream","transport":"ndjson","have":{},"tag":"x"}`, tab)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := b.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		t.Fatalf("open a stream: %s %s", response.Status, text)
	}
}

// must sends a request that has to go well, and returns the answer.
func (b *browser) must(t *testing.T, method, path string, body any) string {
	t.Helper()
	status, text := b.do(t, method, path, body)
	if status >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return text
}

func (b *browser) do(t *testing.T, method, path string, body any) (status int, text string) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, b.base+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := b.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}
