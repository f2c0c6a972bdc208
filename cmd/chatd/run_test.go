package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"chatd/store/storetest"
)

func TestItServesFromItsOwnPostgreSQLAndStopsCleanly(t *testing.T) {
	t.Parallel()
	data := filepath.Join(folder(t), "data")
	var starts []time.Duration
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		began := time.Now()
		chatd := serving(t, "CHATD_DATA="+data)
		starts = append(starts, time.Since(began))
		if line := chatd.line(t); !strings.Contains(line, "set-up code is ") {
			t.Errorf("the second line is %q, want the set-up code", line)
		}
		if status, body := chatd.get(t, "/api/v1/workspace"); status != 200 || !strings.Contains(body, "setup") {
			t.Errorf("it answers %d %s", status, body)
		}
		postmaster := postmasterOf(t, data)
		if code := chatd.end(t, sig); code != 0 {
			t.Errorf("after %v the exit code is %d: %s", sig, code, chatd.stderr)
		}
		if syscall.Kill(postmaster, 0) == nil {
			t.Errorf("after %v PostgreSQL still runs", sig)
		}
	}
	// One of them may be slow by chance, on a busy machine.
	if slices.Min(starts[1:]) > soon(starts[0]) {
		t.Errorf("the starts took %v", starts)
	}
}

// soon is the longest that a start may take where the first one, which made the
// cluster, took so long: three seconds, more where the machine is busy.
func soon(first time.Duration) time.Duration { return max(3*time.Second, 2*first) }

func TestItSurvivesBeingKilled(t *testing.T) {
	t.Parallel()
	data := filepath.Join(folder(t), "data")
	began := time.Now()
	chatd := serving(t, "CHATD_DATA="+data)
	first := time.Since(began)
	postmaster := postmasterOf(t, data)
	var again []time.Duration // until one is quick: the machine may be busy
	for len(again) == 0 || len(again) < 3 && slices.Min(again) > soon(first) {
		chatd.end(t, syscall.SIGKILL)
		began = time.Now()
		chatd = serving(t, "CHATD_DATA="+data)
		again = append(again, time.Since(began))
	}
	if slices.Min(again) > soon(first) {
		t.Errorf("the starts after a kill took %v, the first %v", again, first)
	}
	if now := postmasterOf(t, data); now != postmaster {
		t.Errorf("PostgreSQL is process %d, want the old one, %d", now, postmaster)
	}
	if status, body := chatd.get(t, "/api/v1/workspace"); status != 200 {
		t.Errorf("it answers %d %s", status, body)
	}
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
	// It was no child of this chatd: whoever inherited it takes it off the list.
	eventually(t, "PostgreSQL has ended", func() bool { return syscall.Kill(postmaster, 0) != nil })
}

func TestItGoesOnWhenItsPostgreSQLIsKilled(t *testing.T) {
	t.Parallel()
	data := filepath.Join(folder(t), "data")
	chatd := serving(t, "CHATD_DATA="+data)
	old := postmasterOf(t, data)
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it answers from a new PostgreSQL", func() bool {
		status, _ := chatd.get(t, "/api/v1/workspace")
		return status == 200 && postmasterOf(t, data) != old
	})
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
}

func TestItServesFromADatabaseOfYourOwn(t *testing.T) {
	t.Parallel()
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t), "CHATD_PUBLIC_URL=https://chat.example.org/")
	if chatd.url != "https://chat.example.org" {
		t.Errorf("it says it is at %s", chatd.url)
	}
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
}

func TestItWarnsOnceWhenEveryForwardedAddressIsBelieved(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		proxies string
		want    int
	}{{"0.0.0.0/0", 1}, {"10.0.0.1,::/0,0.0.0.0/0", 1}, {"10.0.0.0/8,::1", 0}} {
		chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t), "CHATD_TRUSTED_PROXIES="+tt.proxies)
		if code := chatd.end(t, syscall.SIGTERM); code != 0 {
			t.Errorf("the exit code is %d: %s", code, chatd.stderr)
		}
		if got := strings.Count(chatd.stderr.String(), "CHATD_TRUSTED_PROXIES trusts everybody"); got != tt.want {
			t.Errorf("%s: it warns %d times, want %d: %s", tt.proxies, got, tt.want, chatd.stderr)
		}
	}
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	t.Parallel()
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t))
	// A request that never comes to its end holds up a clean stop.
	begun(t, chatd, "POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	began := time.Now()
	chatd.signal(t, syscall.SIGTERM)
	eventually(t, "it takes no more connections", func() bool {
		status, _ := chatd.get(t, "/healthz")
		return status == 0
	})
	if code := chatd.end(t, syscall.SIGTERM); code != 1 {
		t.Errorf("the exit code is %d, want 1", code)
	}
	if took := time.Since(began); took >= finishLimit { // so long the first signal waits for requests
		t.Errorf("it ended only after %v", took)
	}
}

func TestWhileItSendsPeopleAwayItIsNotReadyButServes(t *testing.T) {
	t.Parallel()
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t))
	ana := chatd.setUp(t)
	for i := range 10 { // each is sent away within two seconds, at random
		tab := chatd.browser(t)
		tab.signIn(t, "ana", anasPassword)
		tab.listens(t, i)
	}
	leaving := chatd.browser(t)
	leaving.signIn(t, "ana", anasPassword)
	chatd.signal(t, syscall.SIGTERM)
	var status int
	var body string
	eventually(t, "it is not ready", func() bool {
		status, body = chatd.get(t, "/readyz")
		return status != http.StatusOK
	})
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "chatd is stopping") {
		t.Errorf("it answers %d %s", status, body)
	}
	ana.says(t, "hello")
	if got := ana.control(t, "tab-0", map[string]any{"op": "ping"}); got[0].Event != "ping-ack" {
		t.Errorf("a ping is answered %+v", got)
	}
	leaving.must(t, http.MethodPost, "/logout", nil)
	_ = chatd.cmd.Wait()
	if code := chatd.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
}

// begun is a connection on which the beginning of a request was sent, and which
// chatd has taken.
func begun(t *testing.T, chatd *program, text string) net.Conn {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(chatd.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	// Connections are taken in order: when this one is answered, so is that.
	chatd.get(t, "/healthz")
	return conn
}

// postmasterOf is the process id of the private PostgreSQL of a data folder.
func postmasterOf(t *testing.T, data string) int {
	t.Helper()
	var pid int
	eventually(t, "there is a PostgreSQL", func() bool {
		text, err := os.ReadFile(filepath.Join(data, "postgres", "postmaster.pid"))
		if err != nil {
			return false
		}
		first, _, _ := strings.Cut(string(text), "\n")
		pid, err = strconv.Atoi(first)
		return err == nil
	})
	return pid
}
