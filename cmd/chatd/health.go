package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// healthWithin bounds the whole question. /readyz gives the database 2 s.
const healthWithin = 4 * time.Second

const healthDetails = `It asks the chatd that listens on CHATD_ADDR, on this machine, whether it and its
database answer. The exit code is 0 when they do and 1 when not, as containers
and supervisors want it.`

// askHealth asks the running chatd whether requests can be sent to it.
func askHealth(ctx context.Context, cfg config, _ []string, _ io.Reader, stdout io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	base := "http://" + reachable(cfg.addr)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", http.NoBody)
	if err != nil {
		return fmt.Errorf("CHATD_ADDR (%s) is no address to ask: %w", cfg.addr, err)
	}
	// The library logs what it finds odd; we have one sentence to say.
	log.SetOutput(io.Discard)
	// No proxy: whatever the environment says, this stays on the machine.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		why, ok := networkReason(err)
		if !ok {
			why = "what listens there is something else"
		}
		return fmt.Errorf("no chatd answers at %s (%s); start it, or set CHATD_ADDR to where it listens", base, why)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		_, err = fmt.Fprintln(stdout, "chatd is ready at", base)
		return err
	}
	return fmt.Errorf("chatd is not ready at %s: %s", base, detail(response))
}

// reachable is the address to reach what listens on addr from this machine.
func reachable(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	if everyHost(host) {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// detail is the sentence of a problem document.
func detail(response *http.Response) string {
	var problem struct{ Detail string }
	err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&problem)
	if err != nil || problem.Detail == "" {
		return "what listens there answers " + response.Status + "; set CHATD_ADDR to where chatd listens"
	}
	return problem.Detail
}
