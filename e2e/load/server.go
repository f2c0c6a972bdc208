package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// given is a chatd that somebody else has started.
type given struct {
	url, database, metrics string
	pid                    int
}

// server is the chatd under load.
type server struct {
	addr    string // host:port
	metrics string // URL; empty: none
	pid     int    // 0: on another machine
	ready   time.Duration

	cmd    *exec.Cmd // nil when it was given
	output output
	read   sync.WaitGroup // the readers of its output
}

// startLimit is how long a chatd may take until it is ready.
const startLimit = 30 * time.Second

// startServer starts a chatd and waits until it is ready. Port 0 is any.
func startServer(ctx context.Context, program, addr, database string) (*server, error) {
	s := &server{}
	s.cmd = exec.Command(program)
	s.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"),
		"CHATD_ADDR=" + addr, "CHATD_METRICS_ADDR=127.0.0.1:0", "CHATD_DATABASE_URL=" + database, "CHATD_LOG=info",
	}
	s.cmd.SysProcAttr = childAttributes()
	// Pipes of our own: Wait would close those of exec before they are read.
	stdout, stderr := s.output.follow(&s.read), s.output.follow(&s.read)
	s.cmd.Stdout, s.cmd.Stderr = stdout, stderr
	began := time.Now()
	err := s.cmd.Start()
	stdout.Close()
	stderr.Close()
	if err != nil {
		s.read.Wait()
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	address, err := s.output.await(ctx, "chatd is ready at ", "")
	s.ready = time.Since(began)
	if err == nil {
		s.metrics, err = s.output.await(ctx, `"metrics are served","url":"`, `"`)
	}
	if err != nil {
		_ = s.stop()
		return nil, fmt.Errorf("chatd did not get ready: %w\n%s", err, s.output.text())
	}
	s.addr, s.pid = strings.TrimPrefix(address, "http://"), s.cmd.Process.Pid
	return s, nil
}

// givenServer is the server that the flags name.
func givenServer(g given) (*server, error) {
	u, err := url.Parse(g.url)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("-url is %q; write for example http://127.0.0.1:8080", g.url)
	}
	return &server{addr: u.Host, metrics: g.metrics, pid: g.pid}, nil
}

// stop ends a chatd that was started, as a service manager does.
func (s *server) stop() error {
	if s.cmd == nil {
		return nil
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	limit := time.AfterFunc(stopLimit, func() { _ = s.cmd.Process.Kill() })
	defer limit.Stop()
	err := s.cmd.Wait()
	s.read.Wait()
	s.cmd = nil
	return err
}

// gauges are the figures that the metrics hold now, by name; those with labels
// are left out.
func (s *server) gauges(ctx context.Context) map[string]float64 {
	if s.metrics == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.metrics, nil)
	if err != nil {
		return nil
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		note("no metrics: %v", err)
		return nil
	}
	defer response.Body.Close()
	figures := map[string]float64{}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			figures[name] = v
		}
	}
	return figures
}

// output keeps what a program writes.
type output struct {
	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed and replaced at each line
	ends  int           // how many of the streams have ended
}

// follow returns a file to write to whose lines are kept.
func (o *output) follow(read *sync.WaitGroup) *os.File {
	in, out, err := os.Pipe()
	if err != nil {
		panic(err) // no files left: nothing else would work either
	}
	read.Go(func() {
		defer in.Close()
		for lines := bufio.NewReader(in); ; {
			line, err := lines.ReadString('\n')
			o.add(strings.TrimSpace(line), err)
			if err != nil {
				return
			}
		}
	})
	return out
}

func (o *output) add(line string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if line != "" {
		o.lines = append(o.lines, line)
	}
	if err != nil {
		o.ends++
	}
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
}

// await returns what stands between two texts in a line, as soon as there is
// one.
func (o *output) await(ctx context.Context, before, after string) (string, error) {
	for {
		o.mu.Lock()
		for _, line := range o.lines {
			if _, rest, ok := strings.Cut(line, before); ok {
				o.mu.Unlock()
				if after != "" {
					rest, _, _ = strings.Cut(rest, after)
				}
				return rest, nil
			}
		}
		if o.more == nil {
			o.more = make(chan struct{})
		}
		more, over := o.more, o.ends == 2
		o.mu.Unlock()
		if over {
			return "", io.ErrUnexpectedEOF
		}
		select {
		case <-more:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func (o *output) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines, "\n")
}

// complaints are the lines that no sound run has: failures and data races.
func (o *output) complaints() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []string
	for _, line := range o.lines {
		var record struct{ Level, Msg string }
		switch {
		case strings.Contains(line, "DATA RACE"), strings.HasPrefix(line, "panic:"), strings.HasPrefix(line, "fatal error:"):
			found = append(found, line)
		case json.Unmarshal([]byte(line), &record) == nil && record.Level == "ERROR":
			found = append(found, record.Msg)
		}
	}
	return found
}
