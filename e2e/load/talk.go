package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	randv2 "math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

// talk is messages that are sent at a steady rate, whatever becomes of them:
// the rooms take turns, and in each room its members.
type talk struct {
	rate     float64 // messages a second
	messages int     // 0: until it is stopped
	size     int     // bytes of each
}

// talked is what became of them.
type talked struct {
	ack   histogram // from the call to the answer
	began time.Time
	took  time.Duration
	sent  int
}

// sendersAtMost bounds the connections that send.
const sendersAtMost = 100

// sendLimit is how long a message may be tried.
const sendLimit = 40 * time.Second

// say sends messages until all are sent or ctx ends; those that are under way
// then are finished.
func (w *world) say(ctx context.Context, t talk) *talked {
	senders := min(sendersAtMost, max(4, len(w.rooms)))
	result := &talked{began: time.Now()}
	sent := make([]int, senders)
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			s := &sender{world: w, ack: &result.ack}
			defer s.hangUp()
			for k := i; t.messages == 0 || k < t.messages; k += senders {
				pause(ctx, time.Until(result.began.Add(time.Duration(float64(k)/t.rate*float64(time.Second)))))
				if ctx.Err() != nil {
					return
				}
				room := w.rooms[k%len(w.rooms)]
				s.send(ctx, room, room.members[k/len(w.rooms)%len(room.members)], message(k, t.size))
				sent[i]++
			}
		})
	}
	all.Wait()
	result.took = time.Since(result.began)
	for _, n := range sent {
		result.sent += n
	}
	return result
}

// message is a text of size bytes that needs no escapes.
func message(k, size int) string {
	text := "message " + strconv.Itoa(k) + " "
	return text + strings.Repeat("x", max(1, size-len(text)))
}

// sender sends one message after the other.
type sender struct {
	world *world
	ack   *histogram
	wire  *wire
	b     []byte
}

// send tries until the message is acknowledged. It has the same client_id each
// time, so it is stored once.
func (s *sender) send(ctx context.Context, r room, author person, body string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendLimit)
	defer cancel()
	clientID := newUUID()
	note := s.world.ledger.sending(clientID)
	request, _ := json.Marshal(map[string]string{"client_id": clientID, "body": body}) // strings cannot fail
	for try := 0; ; try++ {
		id, err := s.try(ctx, r, author, request)
		if err == nil {
			s.world.ledger.acked(note, id)
			s.ack.add(time.Since(note.at))
			return
		}
		s.hangUp()
		wait := time.Duration(randv2.Int64N(int64(min(lastRetry, firstRetry<<min(try, 10)))))
		pause(ctx, wait+s.world.tally.trouble("send", err))
		if ctx.Err() != nil {
			s.world.tally.violate("a message was not taken within %v: %v", sendLimit, err)
			return
		}
	}
}

func (s *sender) try(ctx context.Context, r room, author person, request []byte) (id int64, err error) {
	if s.wire == nil {
		if s.wire, err = dial(ctx, s.world.addr, false); err != nil {
			return 0, err
		}
	}
	h, answer, err := s.wire.call("/api/v1/rooms/"+strconv.FormatInt(r.id, 10)+"/messages", author.cookie, request, s.b)
	if err != nil {
		return 0, err
	}
	s.b = answer
	if h.closing {
		s.hangUp()
	}
	if h.status != 201 && h.status != 200 { // 200: an earlier try had stored it
		return 0, refused{h.status, h.retryAfter}
	}
	var stored struct{ ID int64 }
	err = json.Unmarshal(answer, &stored)
	return stored.ID, err
}

func (s *sender) hangUp() {
	if s.wire != nil {
		s.wire.close()
		s.wire = nil
	}
}

// newUUID is a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
