// Follow prints the newest messages of a room and then, for ever, each new one
// once and in order. The rules are those of docs/protocol.md.
//
//	CHATD_TOKEN=… go run ./docs/examples/go http://localhost:8080 3
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

type message struct {
	Number int64
	Author struct{ Username string }
	Body   string
}

type answer struct { // to a poll; or a page of the room's messages
	Events []struct {
		Event, Text string
		Epoch, Seq  int64
		Denied      []string
		Payload     struct{ Message message }
	}
	Next     time.Duration // in milliseconds
	Messages []message
	Position struct{ Epoch, Seq int64 }
	More     bool
}

const newest, oldest = "after=0", "before=2" // of a room's messages: the last page of them, the first of all

var (
	epoch, seq, printed int64    // the cursor, and the newest message's number
	page                = newest // of the room, to be loaded next; "" for none: poll

	client = http.Client{
		Timeout: time.Minute, // a poll is held for 50 s at most
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout: 10 * time.Second,
		},
	}
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 || os.Getenv("CHATD_TOKEN") == "" {
		log.Fatal("Usage: CHATD_TOKEN=… go run ./docs/examples/go http://localhost:8080 3")
	}
	for bound := time.Second / 2; ; {
		begun := time.Now()
		pause, err := ask()
		if err == nil || time.Since(begun) >= 30*time.Second { // it was there, whatever has cut it then
			bound = time.Second / 2
		}
		if err != nil {
			log.Print(err)
			pause += rand.N(bound)
			bound = min(2*bound, 20*time.Second)
		}
		time.Sleep(pause)
	}
}

// ask takes one answer, and returns how long chatd wants us to stay away.
func ask() (pause time.Duration, err error) {
	site, room := strings.TrimRight(os.Args[1], "/"), os.Args[2]
	address := fmt.Sprintf("%s/comet/data?mode=pull&have=room:%s@%d.%d", site, room, epoch, seq)
	if page != "" {
		address = fmt.Sprintf("%s/api/v1/rooms/%s/messages?threads=true&%s", site, room, page)
	}
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CHATD_TOKEN"))
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500 {
		pause, _ = time.ParseDuration(response.Header.Get("Retry-After") + "s")
		return pause, errors.New(response.Status)
	} else if response.StatusCode != http.StatusOK {
		log.Fatalf("The room cannot be followed: chatd answers %s.", response.Status)
	}
	var a answer
	if err = json.NewDecoder(response.Body).Decode(&a); err != nil { // it was cut, and counts for nothing
		return 0, err
	} else if len(a.Events) == 0 && a.Position.Epoch == 0 {
		return 0, errors.New("this is no answer of chatd's")
	}
	take(a)
	return a.Next * time.Millisecond, nil
}

func take(a answer) {
	for _, m := range a.Messages {
		show(m)
	}
	if page != "" && (a.More && page != newest || page == oldest && printed > 0) {
		page = next()
	} else if page != "" {
		page, epoch, seq = "", a.Position.Epoch, a.Position.Seq
	}
	for _, e := range a.Events {
		switch {
		case e.Event == "abort" || e.Event == "unsubscribe-ack" || len(e.Denied) > 0:
			log.Fatal("The room can be followed no longer. ", e.Text)
		case e.Event == "gap": // rule 4: load the room, after a restore as if for the first time
			if page = next(); e.Epoch != epoch {
				page, printed = newest, 0
			}
			return
		case e.Epoch == epoch && e.Seq == seq+1: // rule 2; the next poll brings what is missing
			show(e.Payload.Message)
			seq = e.Seq
		}
	}
}

// next is the page after what was printed. Its number 0 would ask for the newest messages, and leave out those between.
func next() string {
	if printed == 0 {
		return oldest
	}
	return fmt.Sprintf("after=%d", printed)
}

func show(m message) {
	if m.Number > printed { // events of other kinds have no message
		fmt.Printf("%d %s: %s\n", m.Number, m.Author.Username, m.Body)
		printed = m.Number
	}
}
