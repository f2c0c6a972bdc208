package main

import (
	"net/url"
	"strconv"
	"time"
)

// ask makes a data request and reads the head of its answer.
func (l *listener) ask(w *wire) (h answerHead, err error) {
	l.n++
	kind, wait := "application/json", silence
	l.request = l.appendRequest(l.request[:0])
	switch l.mode {
	case modeFrame:
		kind = "application/x-www-form-urlencoded"
		l.request = []byte("request=" + url.QueryEscape(string(l.request)))
	case modeLong:
		wait = holdLong + patience
	}
	_ = w.conn.SetDeadline(time.Now().Add(wait))
	if err := w.post("/comet/data", kind, l.person.cookie, l.request); err != nil {
		return h, err
	}
	if h, err = w.head(); err != nil {
		return h, err
	}
	if h.status == 401 && l.leaving.Load() {
		return h, l.signedOut()
	}
	if h.status != 200 {
		return h, refused{h.status, h.retryAfter}
	}
	l.arrived = false
	return h, nil
}

// appendRequest writes the body of a data request.
func (l *listener) appendRequest(b []byte) []byte {
	b = append(b, `{"event":"listen","id":"`...)
	if l.arrived {
		b = append(b[:0], `{"event":"refresh","id":"`...)
	}
	b = append(append(b, l.id...), `","n":`...)
	b = strconv.AppendInt(b, l.n, 10)
	switch {
	case l.mode != modeLong:
		b = append(append(b, `,"mode":"stream","tag":"t","transport":"`...), l.mode...)
	case l.poll:
		b = append(b, `,"mode":"poll","transport":"poll`...)
	default:
		b = append(b, `,"mode":"pull","transport":"long-poll`...)
	}
	b = append(b, `","have":{`...)
	for i, c := range l.cursors {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), c.topic.name...), `":[`...)
		b = append(strconv.AppendInt(b, c.topic.start.Epoch, 10), ',')
		b = append(strconv.AppendInt(b, c.seq, 10), ']')
	}
	b = append(b, '}')
	if l.crowd.presence {
		b = append(append(append(b, `,"presence":"`...), l.revision...), '"')
	}
	if l.sight != nil {
		b = l.sight.appendScreen(b)
	}
	return append(b, '}')
}

// refused is a status that is no 200.
type refused struct {
	status     int
	retryAfter time.Duration // -1: none
}

func (r refused) Error() string { return "status " + strconv.Itoa(r.status) }
