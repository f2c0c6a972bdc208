package comet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Media types of requests.
const (
	typeJSON = "application/json"
	typeText = "text/plain" // beacons
	typeForm = "application/x-www-form-urlencoded"
)

// bodyTime is how long a client may take to send a request.
const bodyTime = 10 * time.Second

// readData reads a data request, in either of its forms.
func readData(w http.ResponseWriter, r *http.Request, limits Limits) (q dataRequest, p *problem) {
	switch r.Method {
	case http.MethodGet:
		return readQuery(w, r, limits)
	case http.MethodPost:
		body, kind, p := readBody(w, r, limits.Body, typeJSON, typeForm)
		if p != nil {
			return q, p
		}
		return parseData(body, kind, limits)
	default:
		return q, notAllowed(w, http.MethodGet, http.MethodPost)
	}
}

// readBody reads the whole body. That must be done before anything waits: only
// then does net/http notice that the client goes away. The read deadline is
// lifted afterwards, or it would end the wait instead.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, types ...string) (body []byte, kind string, p *problem) {
	if r.Method != http.MethodPost {
		return nil, "", notAllowed(w, http.MethodPost)
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(types, kind) {
		return nil, "", &problem{http.StatusUnsupportedMediaType, "type",
			fmt.Sprintf("The body must be of type %s.", types[0]), 0}
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTime))
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, "", &problem{http.StatusRequestEntityTooLarge, "too-large",
			fmt.Sprintf("A request may have at most %d bytes.", limit), 0}
	}
	if err != nil {
		return nil, "", badRequest("The request did not arrive completely.")
	}
	return body, kind, nil
}

// Modes and transports of the data channel.
const (
	modeStream = "stream"
	modePull   = "pull"
	modePoll   = "poll"

	transportFrame = "iframe"
	transportLines = "ndjson"
	transportSSE   = "sse"
	transportLong  = "long-poll"
	transportPoll  = "poll"
)

// transports are those of each mode; the first is the usual one.
var transports = map[string][]string{
	modeStream: {transportLines, transportFrame, transportSSE},
	modePull:   {transportLong},
	modePoll:   {transportPoll},
}

// dataRequest is a data request: the body of a POST, or what the address of a
// GET says.
type dataRequest struct {
	Event     string   `json:"event"`
	ID        string   `json:"id"`
	N         int64    `json:"n"`
	Mode      string   `json:"mode"`
	Transport string   `json:"transport"`
	Have      cursors  `json:"have"`
	Watch     []string `json:"watch"` // none of them in Have, each once
	Presence  *string  `json:"presence"`
	Limit     *int64   `json:"limit"` // bytes of numbered events in the answer to a poll; nil: as many as the hub gives
	Padding   bool     `json:"padding"`
	Tag       string   `json:"tag"`
	People    []string `json:"people"` // sorted, each once
	Room      string   `json:"room"`
	Idle      bool     `json:"idle"`
	RoundTrip int64    `json:"round_trip"` // ms; 0: unknown

	// Reader is set when the client gives no id: nobody can refer to its
	// session, so that ends with the answer.
	Reader bool `json:"-"`
	// Query is set when the address says all this, as an EventSource does.
	Query bool `json:"-"`

	// Set by Serve alone.
	life   time.Duration // of a stream; 0: the hub's
	format Format        // in the place of Transport; may be nil

	device string // of Serve, or what Config.Device says
}

// letGo forgets what only opening the request needs. A poll reads from its own
// cursors.
func (q *dataRequest) letGo() {
	q.Watch, q.People = nil, nil
	if q.Mode != modePoll {
		q.Have = nil
	}
}

// answerBytes is how many bytes of numbered events the answer to a poll may have
// when it has more than one: what the client asks for, and no more than the hub
// gives.
func (q *dataRequest) answerBytes(limits *Limits) int {
	if q.Limit == nil {
		return limits.AnswerBytes
	}
	return int(min(*q.Limit, int64(limits.AnswerBytes)))
}

// controlRequest is the body of a control request.
type controlRequest struct {
	ID         string      `json:"id"`
	Operations []operation `json:"operations"`
}

type operation struct {
	Op     string          `json:"op"`
	Topics json.RawMessage `json:"topics"`
	State  string          `json:"state"` // of activity
	Topic  string          `json:"topic"` // of activity

	RoundTrip int64    `json:"round_trip"` // of activity; ms, 0: unknown
	People    []string `json:"people"`     // of view
	Room      string   `json:"room"`       // of view

	// N is the counter of the newest data request that the client had made
	// before; of activity and view. It may be nil.
	N *int64 `json:"n"`
}

func isNumber(n int64) bool { return 0 <= n && n <= maxInteger }

// decode reads one JSON value and explains what is wrong with another.
func decode(body []byte, into any) *problem {
	err := json.Unmarshal(body, into)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errPosition):
		return badRequest("A position is [epoch, seq], two whole numbers from 0 to 9007199254740991.")
	case errors.Is(err, errCursors):
		return badRequest(`The field "have" has the wrong type.`)
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return badRequest(fmt.Sprintf("The field %q has the wrong type.", wrongType.Field))
	default:
		return badRequest("The body is not the JSON object that is expected here.")
	}
}

// parseData reads and checks the body of a data request.
func parseData(body []byte, kind string, limits Limits) (dataRequest, *problem) {
	var q dataRequest
	if kind == typeForm {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return q, badRequest("The form is not well formed.")
		}
		body = []byte(form.Get("request"))
	}
	if p := decode(body, &q); p != nil {
		return q, p
	}
	return q, q.complete(limits)
}

// complete checks all fields and sets what follows from them.
func (q *dataRequest) complete(limits Limits) *problem {
	q.Reader = q.ID == ""
	if q.Event != "listen" && q.Event != "refresh" {
		return badRequest(`The field "event" must be listen or refresh.`)
	}
	if !q.Reader && !isWord(q.ID) {
		return badRequest(`The field "id" must be 1 to 64 letters, digits, - or _.`)
	}
	if !isNumber(q.N) {
		return badRequest(`The field "n" must be a whole number from 0 to 9007199254740991.`)
	}
	if q.Presence != nil && len(*q.Presence) > 200 {
		return badRequest(`The field "presence" must be a revision that the server has told.`)
	}
	if q.Limit != nil && (*q.Limit < 1 || !isNumber(*q.Limit)) {
		return badLimit()
	}
	if p := q.completeTransport(); p != nil {
		return p
	}
	if p := q.checkHave(limits); p != nil {
		return p
	}
	if p := q.completeReport(limits); p != nil {
		return p
	}
	return q.completeWatch(limits)
}

func (q *dataRequest) completeTransport() *problem {
	known, ok := transports[q.Mode]
	if !ok {
		return badRequest(`The field "mode" must be stream, pull or poll.`)
	}
	if q.Transport == "" {
		q.Transport = known[0]
	}
	switch {
	case !slices.Contains(known, q.Transport):
		return badRequest(`The mode stream goes with the transports ndjson, sse and iframe, pull with long-poll, poll with poll.`)
	case q.Transport == transportFrame && !isWord(q.Tag):
		return badRequest(`The field "tag" must be 1 to 64 letters, digits, - or _.`)
	case q.Transport == transportSSE && !q.Reader:
		return badRequest(`The transport sse is for readers: leave the field "id" out.`)
	default:
		return nil
	}
}

func (q *dataRequest) checkHave(limits Limits) *problem {
	if len(q.Have) > limits.Topics {
		return tooManyTopics(limits)
	}
	for topic, at := range q.Have {
		if !isTopic(topic) {
			return badTopic()
		}
		if at == fromNow && !q.Reader {
			return badRequest(`A topic without a position is for readers: give its position, or leave the field "id" out.`)
		}
	}
	return nil
}

// completeWatch leaves out of the list what is followed anyway.
func (q *dataRequest) completeWatch(limits Limits) *problem {
	if q.Reader && q.Watch != nil {
		return badRequest(`The field "watch" needs the field "id".`)
	}
	if p := checkWatched(q.Watch, limits); p != nil {
		return p
	}
	slices.Sort(q.Watch)
	q.Watch = slices.DeleteFunc(slices.Compact(q.Watch), func(topic string) bool {
		_, followed := q.Have[topic]
		return followed
	})
	return nil
}

// checkWatched checks a list of topics to watch.
func checkWatched(topics []string, limits Limits) *problem {
	if len(topics) > limits.Watched {
		return &problem{http.StatusUnprocessableEntity, "too-many-topics",
			fmt.Sprintf("At most %d topics can be watched at once.", limits.Watched), 0}
	}
	if slices.ContainsFunc(topics, func(topic string) bool { return !isTopic(topic) }) {
		return badTopic()
	}
	return nil
}

// isWord reports whether s can stand anywhere without quotes: ids and tags.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isAlphanumeric(c) && c != '-' && c != '_' {
			return false
		}
	}
	return 1 <= len(s) && len(s) <= 64
}

// isTopic reports whether s may be a topic's name.
func isTopic(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case isAlphanumeric(c), c == '-', c == '_', c == ':', c == '.', c == '/':
		default:
			return false
		}
	}
	return 1 <= len(s) && len(s) <= 128
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func badLimit() *problem {
	return badRequest(`The field "limit" must be a whole number of bytes from 1 to 9007199254740991.`)
}

func badTopic() *problem {
	return badRequest("A topic's name has 1 to 128 letters, digits, or any of - _ : . /")
}

func tooManyTopics(limits Limits) *problem {
	return &problem{http.StatusUnprocessableEntity, "too-many-topics",
		fmt.Sprintf("At most %d topics can be followed at once.", limits.Topics), 0}
}
