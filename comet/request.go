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

// readBody reads the whole body. That must be done before anything waits: only
// then does net/http notice that the client goes away. The read deadline is
// lifted afterwards, or it would end the wait instead.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, types ...string) (body []byte, kind string, p *problem) {
	if r.Method != http.MethodPost {
		return nil, "", notPost(w)
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
	transportLong  = "long-poll"
	transportPoll  = "poll"
)

// dataRequest is the body of a data request.
type dataRequest struct {
	Event     string              `json:"event"`
	ID        string              `json:"id"`
	N         int64               `json:"n"`
	Mode      string              `json:"mode"`
	Transport string              `json:"transport"`
	Have      map[string]Position `json:"have"`
	Presence  *string             `json:"presence"`
	Padding   bool                `json:"padding"`
	Tag       string              `json:"tag"`
}

// controlRequest is the body of a control request.
type controlRequest struct {
	ID         string      `json:"id"`
	Operations []operation `json:"operations"`
}

type operation struct {
	Op     string          `json:"op"`
	Topics json.RawMessage `json:"topics"`
}

// UnmarshalJSON reads [epoch, seq].
func (p *Position) UnmarshalJSON(b []byte) error {
	var pair []int64
	if err := json.Unmarshal(b, &pair); err != nil || len(pair) != 2 ||
		!isNumber(pair[0]) || !isNumber(pair[1]) {
		return errPosition
	}
	*p = Position{pair[0], pair[1]}
	return nil
}

var errPosition = errors.New("a position is [epoch, seq], two whole numbers from 0 to 2^53-1")

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
	if p := q.complete(); p != nil {
		return q, p
	}
	if len(q.Have) > limits.Topics {
		return q, tooManyTopics(limits)
	}
	for topic := range q.Have {
		if !isTopic(topic) {
			return q, badTopic()
		}
	}
	return q, nil
}

// complete checks the fields that do not depend on limits.
func (q *dataRequest) complete() *problem {
	if q.Event != "listen" && q.Event != "refresh" {
		return badRequest(`The field "event" must be listen or refresh.`)
	}
	if q.ID != "" && !isWord(q.ID) {
		return badRequest(`The field "id" must be 1 to 64 letters, digits, - or _.`)
	}
	if !isNumber(q.N) {
		return badRequest(`The field "n" must be a whole number from 0 to 9007199254740991.`)
	}
	if q.Presence != nil && len(*q.Presence) > 200 {
		return badRequest(`The field "presence" must be a revision that the server has told.`)
	}
	return q.completeTransport()
}

func (q *dataRequest) completeTransport() *problem {
	usual, ok := map[string]string{
		modeStream: transportLines, modePull: transportLong, modePoll: transportPoll,
	}[q.Mode]
	if !ok {
		return badRequest(`The field "mode" must be stream, pull or poll.`)
	}
	if q.Transport == "" {
		q.Transport = usual
	}
	frame := q.Mode == modeStream && q.Transport == transportFrame
	if !frame && q.Transport != usual {
		return badRequest(`The mode stream goes with the transports iframe and ndjson, pull with long-poll, poll with poll.`)
	}
	if frame && !isWord(q.Tag) {
		return badRequest(`The field "tag" must be 1 to 64 letters, digits, - or _.`)
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

func badTopic() *problem {
	return badRequest("A topic's name has 1 to 128 letters, digits, or any of - _ : . /")
}

func tooManyTopics(limits Limits) *problem {
	return &problem{http.StatusUnprocessableEntity, "too-many-topics",
		fmt.Sprintf("At most %d topics can be followed at once.", limits.Topics), 0}
}
