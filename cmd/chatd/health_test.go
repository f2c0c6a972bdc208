package main

import (
	"net"
	"strings"
	"syscall"
	"testing"

	"chatd/store/storetest"
)

func TestHealthAsksTheRunningChatd(t *testing.T) {
	t.Parallel()
	data := "CHATD_DATA=" + folder(t) + "/data"
	chatd := serving(t, data)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(chatd.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{"localhost:" + port, ":" + port, "0.0.0.0:" + port, "[::]:" + port} {
		// What the environment says about proxies is for others.
		said := does(t, "", []string{"health"}, "CHATD_ADDR="+addr, "HTTP_PROXY=http://192.0.2.1:1")
		if said != "chatd is ready at http://localhost:"+port+"\n" {
			t.Errorf("%s: it says %q", addr, said)
		}
	}
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
	if sentence := fails(t, []string{"health"}, "CHATD_ADDR=localhost:"+port); !strings.Contains(sentence, "no chatd answers") {
		t.Errorf("it says %q", sentence)
	}
}

func TestChatdListensOnAnIPv6Address(t *testing.T) {
	t.Parallel()
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t), "CHATD_ADDR=[::1]:0")
	addr := strings.TrimPrefix(chatd.url, "http://")
	if !strings.HasPrefix(addr, "[::1]:") || strings.HasSuffix(addr, ":0") {
		t.Fatalf("it is at %s", chatd.url)
	}
	if said := does(t, "", []string{"health"}, "CHATD_ADDR="+addr); said != "chatd is ready at "+chatd.url+"\n" {
		t.Errorf("it says %q", said)
	}
}

func TestHealthFailsWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	database := storetest.URL(t)
	chatd := serving(t, "CHATD_DATABASE_URL="+database)
	addr := "CHATD_ADDR=" + strings.TrimPrefix(chatd.url, "http://")
	does(t, "", []string{"health"}, addr)
	name := nameOf(t, database)
	elsewhere := storetest.URL(t)
	execute(t, elsewhere, `alter database `+name+` allow_connections false`)
	t.Cleanup(func() { execute(t, elsewhere, `alter database `+name+` allow_connections true`) })
	execute(t, elsewhere, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '`+name+`'`)
	eventually(t, "it is not ready", func() bool {
		status, _ := chatd.get(t, "/readyz")
		return status == 503
	})
	if sentence := fails(t, []string{"health"}, addr); !strings.Contains(sentence, "not ready") || !strings.Contains(sentence, "The database cannot be reached just now.") {
		t.Errorf("it says %q", sentence)
	}
	if status, _ := chatd.get(t, "/healthz"); status != 200 {
		t.Errorf("it is not alive: %d", status)
	}
}
