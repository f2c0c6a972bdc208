package comet

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// readQuery reads the GET form of a data request, which is for readers and
// changes nothing. There must be no body: net/http notices that the client goes
// away only when nothing of its request is left.
func readQuery(w http.ResponseWriter, r *http.Request, limits Limits) (q dataRequest, p *problem) {
	if r.ContentLength != 0 {
		return q, badRequest("A GET request has no body. Say in the address what you want, or use POST.")
	}
	if int64(len(r.URL.RawQuery)) > limits.Body {
		return q, &problem{http.StatusRequestURITooLong, "too-large",
			fmt.Sprintf("The part of the address after the question mark may have at most %d bytes.", limits.Body), 0}
	}
	// A limit of the server for the whole request would end the wait.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return parseQuery(r.URL.RawQuery, r.Header, limits)
}

// isForeign reports whether a page of another origin makes the request, by the
// rules for one that changes something: http.CrossOriginProtection would let
// every GET pass.
func isForeign(r *http.Request, origins *http.CrossOriginProtection) bool {
	asked := r.WithContext(r.Context())
	asked.Method = http.MethodPost
	return origins.Check(asked) != nil
}

// parseQuery reads and checks the part of the address after the question mark,
// and the headers that belong to it.
func parseQuery(query string, h http.Header, limits Limits) (q dataRequest, p *problem) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return q, badRequest("The part of the address after the question mark is not well formed.")
	}
	if p := checkParameters(values); p != nil {
		return q, p
	}
	q = dataRequest{
		Event: "listen", Mode: values.Get("mode"), Transport: values.Get("transport"),
		Padding: values.Get("padding") == "1", Query: true,
	}
	if values.Has("presence") {
		revision := values.Get("presence")
		q.Presence = &revision
	}
	q.implyMode(h)
	if values.Has("limit") {
		limit, err := strconv.ParseInt(values.Get("limit"), 10, 64)
		if err != nil {
			return q, badLimit()
		}
		q.Limit = &limit
	}
	if q.Have, p = parseVector(values.Get("have"), limits); p != nil {
		return q, p
	}
	if p := q.resume(h.Get("Last-Event-ID"), limits); p != nil {
		return q, p
	}
	return q, q.complete(limits)
}

func checkParameters(values url.Values) *problem {
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch name {
		case "have", "mode", "transport", "limit", "padding", "presence":
			if len(values[name]) > 1 {
				return badRequest(fmt.Sprintf("The parameter %q is given more than once.", name))
			}
		case "id", "n":
			return badRequest("A GET request has no session: leave the parameters \"id\" and \"n\" out, or use POST.")
		default:
			unknown = append(unknown, fmt.Sprintf("%q", name))
		}
	}
	switch {
	case unknown != nil:
		return badRequest("There are no such parameters here: " + strings.Join(unknown, ", ") + ".")
	case values.Has("padding") && values.Get("padding") != "1":
		return badRequest(`The parameter "padding" must be 1.`)
	case values.Get("transport") == transportFrame:
		return badRequest("A frame is opened with POST.")
	default:
		return nil
	}
}

// implyMode sets the mode that a transport belongs to. An EventSource, which
// cannot say more, means a stream that it can read.
func (q *dataRequest) implyMode(h http.Header) {
	if q.Mode == "" && q.Transport == "" && acceptsEvents(h) {
		q.Transport = transportSSE
	}
	if q.Mode != "" {
		return
	}
	q.Mode = modePoll
	for mode, known := range transports {
		if slices.Contains(known, q.Transport) {
			q.Mode = mode
		}
	}
}

func acceptsEvents(h http.Header) bool {
	for _, value := range h.Values("Accept") {
		for kind := range strings.SplitSeq(value, ",") {
			if kind, _, _ := mime.ParseMediaType(kind); kind == "text/event-stream" {
				return true
			}
		}
	}
	return false
}

// resume goes on from where an EventSource says it has been. What has been left
// out of the address since is not followed again.
func (q *dataRequest) resume(lastEventID string, limits Limits) *problem {
	last, p := parseVector(lastEventID, limits)
	for topic, at := range last {
		if at == fromNow {
			p = badTopic()
		}
		if _, named := q.Have[topic]; named {
			q.Have[topic] = at
		}
	}
	if p != nil {
		return badRequest("The header Last-Event-ID is not one that this server has sent.")
	}
	return nil
}
