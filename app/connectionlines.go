package app

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

const (
	// checkBeat lies between two lines of the connection check's stream.
	checkBeat = 500 * time.Millisecond
	// checkWrite is how long one line may take until the connection is given up.
	checkWrite = 10 * time.Second
)

// A checkLine is one line of the connection check's answers. The last one of an
// answer that chatd ends before its time says why.
type checkLine struct {
	N        int       `json:"n"`
	Millis   int64     `json:"ms"` // since the first line
	Time     time.Time `json:"time"`
	Stopping bool      `json:"stopping,omitempty"`
}

// streamConnection sends a line at once and two each second from then on: how
// they arrive tells whether something on the way holds answers back.
func (a *App) streamConnection(w http.ResponseWriter, r *http.Request) {
	seconds, err := a.checkSeconds(r, 1, 30)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.sendLines(w, r, checkBeat, 1+int(time.Duration(seconds)*time.Second/checkBeat))
}

// silenceConnection sends a line, says nothing for a while, and sends another:
// whether that comes tells whether something on the way cuts off what is silent.
func (a *App) silenceConnection(w http.ResponseWriter, r *http.Request) {
	seconds, err := a.checkSeconds(r, 5, 120)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.sendLines(w, r, time.Duration(seconds)*time.Second, 2)
}

func (a *App) checkSeconds(r *http.Request, least, most int) (int, error) {
	seconds, err := strconv.Atoi(r.URL.Query().Get("seconds"))
	if err != nil || seconds < least || seconds > most {
		return 0, problem(http.StatusBadRequest, "Say for how many seconds, from "+strconv.Itoa(least)+" to "+strconv.Itoa(most)+
			", such as "+a.at(r.URL.Path)+"?seconds="+strconv.Itoa(least)+".")
	}
	return seconds, nil
}

// sendLines sends that many lines with a pause between two. It ends when the
// client goes away, and at once when chatd is stopping. There must be no body:
// net/http notices that the client goes away only when nothing of its request is
// left.
func (a *App) sendLines(w http.ResponseWriter, r *http.Request, pause time.Duration, lines int) {
	if r.ContentLength != 0 {
		a.fail(w, r, problem(http.StatusBadRequest, "The connection check takes no body. Send the request without one."))
		return
	}
	done, err := a.checks.begin(network(address(r.Context())))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	defer done()
	asSent(w.Header(), "application/x-ndjson")
	if r.Method == http.MethodHead {
		return
	}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	begin := time.Now()
	for n := range lines {
		if n > 0 {
			select {
			case <-tick.C:
			case <-a.checks.ended:
				_ = sendLine(w, checkLine{N: n, Millis: time.Since(begin).Milliseconds(), Time: time.Now().UTC(), Stopping: true})
				return
			case <-r.Context().Done():
				return
			}
		}
		if sendLine(w, checkLine{N: n, Millis: time.Since(begin).Milliseconds(), Time: time.Now().UTC()}) != nil {
			return
		}
	}
}

// sendLine writes a line and sees it off.
func sendLine(w http.ResponseWriter, line checkLine) error {
	control := http.NewResponseController(w)
	// A writer that cannot have a deadline goes without one.
	_ = control.SetWriteDeadline(time.Now().Add(checkWrite))
	if err := json.NewEncoder(w).Encode(line); err != nil {
		return err
	}
	if err := control.Flush(); err != nil {
		return err
	}
	// The next request on this connection has its own time.
	_ = control.SetWriteDeadline(time.Time{})
	return nil
}
