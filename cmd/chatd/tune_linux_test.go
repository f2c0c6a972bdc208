package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"chatd/store/storetest"
)

func TestAcceptedConnectionsAreTuned(t *testing.T) {
	t.Parallel()
	listener, err := listen(t.Context(), "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var dialer net.Dialer
	client, err := dialer.DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	raw, err := server.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for _, option := range []struct {
		what               string
		level, name, value int
	}{
		{"TCP_USER_TIMEOUT in ms", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 30_000},
		{"TCP_NOTSENT_LOWAT in bytes", unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, 16 << 10},
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"TCP_KEEPIDLE in s", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15},
		{"TCP_KEEPINTVL in s", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 5},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
	} {
		var got int
		var optionErr error
		err := raw.Control(func(fd uintptr) { got, optionErr = unix.GetsockoptInt(int(fd), option.level, option.name) })
		if err := errors.Join(err, optionErr); err != nil || got != option.value {
			t.Errorf("%s is %d (%v), want %d", option.what, got, err, option.value)
		}
	}
}

// namespaceVar makes the test program run one test in a network of its own; the
// value is where its database is.
const namespaceVar = "CHATD_TEST_NAMESPACE"

// deadWithin is in what time the kernel gives up a peer that has vanished, and
// some for a busy machine. Left to itself it takes many minutes.
const deadWithin = time.Minute

// A browser whose network disappears says nothing more: no end, no reset. One
// of its connections is a stream that has something to tell, another one is
// quiet.
func TestConnectionsOverACutLinkEndAfterHalfAMinute(t *testing.T) {
	t.Parallel()
	database := os.Getenv(namespaceVar)
	if database == "" {
		inNamespace(t, newLine(t, storetest.URL(t)).url)
		return
	}
	far := newFarEnd(t)
	chatd := serving(t, "CHATD_DATABASE_URL="+database, "CHATD_ADDR=0.0.0.0:0", "CHATD_METRICS_ADDR=localhost:0")
	metrics := chatd.metricsURL(t)
	ana := chatd.setUp(t)
	room := ana.rooms(t)[0]
	there, leaving := far.browser(t, chatd), far.browser(t, chatd)
	there.opens(t, fmt.Sprintf(`{"event":"listen","mode":"stream","have":{%q:[%d,%d]}}`, room.topic(), room.Position.Epoch, room.Position.Seq))
	closed := leaving.opens(t, `{"event":"listen","mode":"stream","have":{}}`)
	there.must(t, http.MethodGet, "/healthz", nil) // on a connection that stays

	streams := func() string { return scrape(t, metrics, `chatd_comet_connections{mode="stream"}`) }
	if n := streams(); n != "2" {
		t.Fatalf("%s streams are open, want 2", n)
	}
	began := time.Now()
	_ = closed.Close()
	leaving.client.CloseIdleConnections()
	eventually(t, "the closed one is gone", func() bool { return streams() == "1" && far.established(t) == 2 })
	if took := time.Since(began); took > 20*time.Second { // one that is not heard of is given up after 30 s
		t.Errorf("a stream that was closed was gone after %v", took)
	}
	t.Logf("a stream that was closed was gone after %v", time.Since(began).Round(time.Millisecond))

	far.cutLink(t)
	began = time.Now()
	ana.says(t, "into the void")
	if n := streams(); n != "1" {
		t.Fatalf("%s streams are open after the cut, want 1", n)
	}
	var streamGone, allGone time.Duration
	eventuallyWithin(t, deadWithin+10*time.Second, "the server has let go", func() bool {
		if streamGone == 0 && streams() == "0" {
			streamGone = time.Since(began)
		}
		if far.established(t) == 0 {
			allGone = time.Since(began)
		}
		return streamGone > 0 && allGone > 0
	})
	if max(streamGone, allGone) > deadWithin {
		t.Errorf("after the cut the stream was gone after %v, the quiet connection with it after %v", streamGone, allGone)
	}
	t.Logf("after the cut the stream was gone after %v, the quiet connection with it after %v", streamGone.Round(time.Millisecond), allGone.Round(time.Millisecond))
}

// inNamespace runs the calling test once more, in a process whose network is
// its own.
func inNamespace(t *testing.T, database string) {
	t.Helper()
	attributes := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		attributes.Cloneflags |= syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=3m")
	cmd.Env = append(os.Environ(), namespaceVar+"="+database)
	cmd.SysProcAttr = attributes
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if _, ran := errors.AsType[*exec.ExitError](err); err != nil && !ran {
		t.Fatalf("this test needs a network namespace of its own (%v); run it as root, or where unprivileged user namespaces are allowed", err)
	}
	if err != nil {
		t.Fatal("it failed there")
	}
}
