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

// signIn signs somebody in.
func (b *browser) signIn(t *testing.T, login, password string) {
	t.Helper()
	b.must(t, http.MethodPost, "/api/v1/sign-in", map[string]any{"login": login, "password": password})
}

// room is one of the rooms of a person.
type room struct {
	ID       int64
	Name     string
	Position struct{ Epoch, Seq int64 }
}

func (r room) topic() string { return fmt.Sprintf("room:%d", r.ID) }

// rooms are the person's rooms.
func (b *browser) rooms(t *testing.T) []room {
	t.Helper()
	var overview struct{ Rooms []room }
	if err := json.Unmarshal([]byte(b.must(t, http.MethodGet, "/api/v1/overview", nil)), &overview); err != nil || len(overview.Rooms) == 0 {
		t.Fatalf("the overview is %+v: %v", overview, err)
	}
	return overview.Rooms
}

// room is the first of the person's rooms.
func (b *browser) room(t *testing.T) string {
	t.Helper()
	return strconv.FormatInt(b.rooms(t)[0].ID, 10)
}

// listens opens a stream, which ends with the test.
func (b *browser) listens(t *testing.T, tab int) {
	t.Helper()
	b.opens(t, fmt.Sprintf(`{"event":"listen","id":"tab-%d","n":1,"mode":"stream","transport":"ndjson","have":{},"tag":"x"}`, tab))
}

// opens makes a data request and returns its answer, which ends with the test.
func (b *browser) opens(t *testing.T, body string) io.ReadCloser {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/comet/data", strings.NewReader(body))
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
		t.Fatalf("open a data request: %s %s", response.Status, text)
	}
	return response.Body
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
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	status, text, err := b.ask(ctx, method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return status, text
}

// ask is do outside of the test's own goroutine.
func (b *browser) ask(ctx context.Context, method, path string, body any) (status int, text string, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, "", err
	}
	request, err := http.NewRequestWithContext(ctx, method, b.base+path, bytes.NewReader(raw))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := b.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, string(answer), err
}
