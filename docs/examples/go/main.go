// Follow prints the newest messages of a room and then, for ever, each new one
// once and in order. The rules are those of docs/protocol.md.
//
//	CHATD_TOKEN=… go run ./docs/examples/go http://localhost:8080 3
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type message struct {
	Number int64
	Author struct{ Username string }
	Body   string
}

type event struct {
	Event, Why, Text string
	Epoch, Seq, In   int64
	Denied           []string
	Payload          struct{ Message message }
}

var (
	epoch, seq int64         // the cursor; 0 means that the room must be loaded
	printed    int64         // the number of the newest message printed
	wait       time.Duration // how long the server wants us to stay away
)

func main() {
	server, room := os.Args[1], os.Args[2]
	for tries := 0; ; tries = min(tries+1, 6) {
		began := time.Now()
		log.Print(follow(server, room))
		if time.Since(began) > 30*time.Second {
			tries = 0
		}
		time.Sleep(wait + rand.N(min(20*time.Second, 500*time.Millisecond<<tries)))
		wait = 0
	}
}

// follow listens until the answer ends, and returns why it has.
func follow(server, room string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	silence := time.AfterFunc(40*time.Second, cancel)
	defer silence.Stop()
	for epoch == 0 {
		if err := load(ctx, fmt.Sprintf("%s/api/v1/rooms/%s/messages?after=%d", server, room, printed)); err != nil {
			return err
		}
	}
	answer, err := ask(ctx, "POST", server+"/comet/data",
		fmt.Sprintf(`{"event":"listen","mode":"stream","have":{"room:%s":[%d,%d]}}`, room, epoch, seq))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	for events := json.NewDecoder(answer.Body); err == nil; silence.Reset(40 * time.Second) {
		var e event
		if err = events.Decode(&e); err == nil {
			err = handle(e)
		}
	}
	return err
}

// load prints the page that follows, and after the last one knows the cursor.
func load(ctx context.Context, url string) error {
	answer, err := ask(ctx, "GET", url, "")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var page struct {
		Messages []message
		Position struct{ Epoch, Seq int64 }
		More     bool
	}
	if err := json.NewDecoder(answer.Body).Decode(&page); err != nil {
		return err
	}
	for _, m := range page.Messages {
		show(m)
	}
	if !page.More {
		epoch, seq = page.Position.Epoch, page.Position.Seq
	}
	return nil
}

// handle takes an event. An error ends the answer.
func handle(e event) error {
	switch {
	case e.Event == "data" || e.Event == "skip":
		if e.Epoch != epoch || e.Seq <= seq {
			return nil // rule 1: drop what we have
		}
		if e.Seq > seq+1 {
			return errors.New("an event is missing") // rule 3: ask again
		}
		show(e.Payload.Message) // rule 2: show what is next, then move the cursor
		seq = e.Seq
	case e.Event == "gap": // rule 4: load the room, from its newest messages after a restore
		if e.Epoch != epoch {
			printed = 0
		}
		epoch = 0
		return errors.New("a gap")
	case e.Event == "refresh" || e.Event == "error":
		wait = time.Duration(e.In) * time.Millisecond
		return errors.New(e.Event + " " + e.Why + e.Text)
	case e.Event == "abort" || e.Event == "unsubscribe-ack" || len(e.Denied) > 0:
		log.Fatal("This room may not be followed. ", e.Text)
	}
	return nil
}

func show(m message) {
	if m.Number > printed { // other events have no message
		fmt.Printf("%d %s: %s\n", m.Number, m.Author.Username, m.Body)
		printed = m.Number
	}
}

// ask sends a request. It ends the program when trying again cannot help.
func ask(ctx context.Context, method, url, body string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CHATD_TOKEN"))
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode == http.StatusOK {
		return answer, err
	}
	answer.Body.Close()
	if answer.StatusCode < 500 && answer.StatusCode != http.StatusTooManyRequests {
		log.Fatal(answer.Status)
	}
	seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
	wait = time.Duration(seconds) * time.Second
	return nil, errors.New(answer.Status)
}
