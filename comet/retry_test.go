package comet

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// raw reads the answer to a request to its end.
func raw(r *http.Response, err error) (status int, text string) {
	if err != nil {
		return 0, err.Error()
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(body)
}

var retryAtTheEnd = regexp.MustCompile(`"in":(\d+)[^\n]*}\n\nretry: (\d+)\n\n$`)

// TestAnEventSourceIsToldWhenToComeBack looks at the bytes, since that is all
// that an EventSource obeys.
func TestAnEventSourceIsToldWhenToComeBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for _, why := range []string{"crowded", "drain"} {
			w := newWorld(t, newMemoryLog(), nil)
			u := w.browser("ann")
			text := make(chan string)
			go func() {
				_, got := raw(u.get(t.Context(), "transport=sse", ""))
				text <- got
			}()
			synctest.Wait()
			if why == "crowded" {
				u.stream(dataRequest{ID: "b"}).next()
				u.stream(dataRequest{ID: "c"}).next()
			} else {
				go w.hub.Drain(t.Context())
			}
			got := retryAtTheEnd.FindStringSubmatch(<-text)
			if got == nil || why == "drain" && got[1] != got[2] || why == "crowded" && got[2] != "30000" {
				t.Error(why, got)
			}
		}
	})
}

func TestAnEventSourceThatIsRefusedForNowComesBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, release := newNarrowWorld(t, 1)
		defer close(release)
		w.user("ben").stream(dataRequest{ID: "a"})
		synctest.Wait()
		status, text := raw(w.user("ann").get(t.Context(), "transport=sse", ""))
		if got := retryAtTheEnd.FindStringSubmatch(text); status != http.StatusOK || got == nil || got[1] != got[2] {
			t.Error(status, text)
		}
		status, text = raw(w.user("ann").get(t.Context(), "transport=ndjson", ""))
		if status != http.StatusServiceUnavailable {
			t.Error(status, text)
		}
		r, err := w.user("ann").post(t.Context(), "/comet/data", typeJSON, body(dataRequest{Transport: transportSSE}))
		if status, text = raw(r, err); status != http.StatusServiceUnavailable {
			t.Error(status, text)
		}
		if status, text = raw(w.user("").get(t.Context(), "transport=sse", "")); status != http.StatusUnauthorized {
			t.Error(status, text)
		}
	})
}

func TestTheHeaderAndTheEventOfARefusalTellTheSame(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, release := newNarrowWorld(t, 20)
		var others sync.WaitGroup
		for i := range 21 {
			others.Go(func() { w.user(fmt.Sprint("user", i)).tryOpen(t.Context()) })
		}
		synctest.Wait()
		form := []byte(url.Values{"request": {string(body(dataRequest{Transport: transportFrame, Tag: "t"}))}}.Encode())
		for range 50 {
			r, err := w.user("ann").post(t.Context(), "/comet/data", typeForm, form)
			if err != nil {
				t.Fatal(err)
			}
			seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
			_, text := raw(r, nil)
			in, _ := strconv.Atoi(regexp.MustCompile(`"in":(\d+)`).FindStringSubmatch(text)[1])
			if in < 1000 || in > 5000 || in < 1000*(seconds-1) || in > 1000*(seconds+1) {
				t.Fatalf("%d ms and %d s", in, seconds)
			}
		}
		close(release)
		others.Wait()
	})
}

func TestWhoComesDuringADrainIsSentAwayWithoutWaiting(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, release := newNarrowWorld(t, 1)
		defer close(release)
		w.user("ben").stream(dataRequest{ID: "a"})
		synctest.Wait()
		go w.hub.Drain(t.Context())
		synctest.Wait()
		start := time.Now()
		if got := w.user("ann").answer(dataRequest{ID: "a"}); got != "listen-ack, refresh drain" || time.Since(start) != 0 {
			t.Errorf("%s after %v", got, time.Since(start))
		}
	})
}

func TestWhoHasGoneAsksNothingAlthoughThereIsAPlace(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, p := w.hub.admit(ctx); p == nil || w.hub.Stats().Opens != 0 {
			t.Errorf("%v, %d inside", p, w.hub.Stats().Opens)
		}
	})
}

func TestAPageOfAnotherOriginMayNotReadWithGET(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		for _, c := range []struct {
			site, origin string
			status       int
		}{
			{"", "", 200}, {"same-origin", "", 200}, {"none", "", 200}, {"same-origin", "https://elsewhere", 200},
			{"cross-site", "", 403}, {"same-site", "", 403}, {"cross-site", "http://hub", 403},
			{"", "http://hub", 200}, {"", "https://hub", 200}, {"", "http://hub:81", 403}, {"", "http://elsewhere", 403},
			{"", "null", 403}, {"", "http://hub.elsewhere", 403}, {"", "%", 403},
		} {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://hub/comet/data", nil)
			r.Header.Set("X-User", "ann")
			for name, value := range map[string]string{"Sec-Fetch-Site": c.site, "Origin": c.origin} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			if status, text := raw(w.client.Do(r)); status != c.status {
				t.Errorf("%q, %q: %d %s", c.site, c.origin, status, text)
			}
		}
	})
}

func TestAPageOfATrustedOriginMayReadWithGET(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), func(c *Config) {
			c.Origins = http.NewCrossOriginProtection()
			if err := c.Origins.AddTrustedOrigin("https://chat.example.org"); err != nil {
				t.Fatal(err)
			}
		})
		for origin, want := range map[string]int{
			"https://chat.example.org": 200, "http://hub": 200, "http://chat.example.org": 403, "https://elsewhere": 403,
		} {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://hub/comet/data", nil)
			r.Header.Set("X-User", "ann")
			r.Header.Set("Origin", origin)
			if status, text := raw(w.client.Do(r)); status != want {
				t.Errorf("%q: %d %s", origin, status, text)
			}
		}
	})
}
