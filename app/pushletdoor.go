package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"chatd/app/pushlet"
	"chatd/comet"
)

// pushletPath is where clients of Pushlet 2.0.4 talk to chatd.
const pushletPath = "/pushlet.srv"

// pushletPolicy is on documents of the format js. Its scripts stand inline, are
// different each time and have no place for a nonce, and it comes back by a
// setTimeout that evaluates "refresh()": decision 0023. Nothing else is let in.
const pushletPolicy = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

const (
	pushletStrangerText = "Please sign in to chatd first, in this browser or with an access token."
	pushletForeignText  = "This request came from another site, or the browser does not say from where. Open it from a page of this site, or send an access token. Behind a proxy, CHATD_PUBLIC_URL must be the address people use."
)

// pushletCall is one request while it is answered.
type pushletCall struct {
	app    *App
	w      http.ResponseWriter
	r      *http.Request
	fields pushlet.Request
	format pushlet.Format
	viewer viewer
	who    comet.Principal
}

// pushletRecognizers find out who makes a request: who opens a data channel, as
// the hub's own channel does it, who publishes, as the API's senders, and
// everybody else as control, which never waits behind data.
type pushletRecognizers struct{ listening, data, control recognizer }

// servePushlet answers Pushlet clients.
func (a *App) servePushlet(who pushletRecognizers) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if fields, ok := a.readPushlet(w, r); ok {
			call := pushletCall{app: a, w: w, r: r, fields: fields, format: a.pushletFormat(fields)}
			call.run(who) //nolint:contextcheck // it holds the request, and so its context
		}
	}
}

// run answers the request.
func (c *pushletCall) run(who pushletRecognizers) {
	if err := c.recognize(who); err != nil {
		c.refuse(err)
		return
	}
	if s, ok := c.session(); ok {
		c.serve(s)
	}
}

// readPushlet reads a request. What is none is answered, and so is one that
// changes something for another site's page.
func (a *App) readPushlet(w http.ResponseWriter, r *http.Request) (fields pushlet.Request, ok bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		a.fail(w, r, problem(http.StatusMethodNotAllowed, "Pushlet clients use GET and POST. Check the client."))
		return nil, false
	}
	body, err := readBody(w, r, bodyLimit)
	if err != nil {
		a.fail(w, r, err)
		return nil, false
	}
	if r.Method == http.MethodGet {
		fields = pushlet.ParseQuery(r.URL.RawQuery)
	} else if fields, err = pushlet.ParseElement(string(body)); err != nil {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusBadRequest)
		return nil, false
	}
	if fields[pushlet.FieldEvent] == "" {
		pushletError(w, "No eventType specified")
		return nil, false
	}
	if !a.ownPushletPage(r) {
		a.fail(w, r, problem(http.StatusForbidden, pushletForeignText))
		return nil, false
	}
	return fields, true
}

// ownPushletPage reports whether a request comes from a page of ours, or from a
// script, whose access token no browser adds by itself. Nearly all requests change
// something, those by GET too. Browsers that do not tell the site tell the page;
// those of 2007 tell it by Referer alone, also with a POST. One with a typed
// address tells "none".
func (a *App) ownPushletPage(r *http.Request) bool {
	if _, script := bearerToken(r); script {
		return true
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	for _, name := range []string{"Origin", "Referer"} {
		if from := r.Header.Get(name); from != "" {
			page, err := url.Parse(from)
			return err == nil && a.isOwnPage(r, page)
		}
	}
	return false
}

// isOwnPage reports whether a page's address is one of ours. The scheme is known
// only of the public one: what is called otherwise may be so by either.
func (a *App) isOwnPage(r *http.Request, page *url.URL) bool {
	if page.Host == "" || page.Scheme != "http" && page.Scheme != "https" {
		return false
	}
	if public := a.config.PublicURL; public != nil && page.Host == public.Host {
		return page.Scheme == public.Scheme
	}
	return page.Host == r.Host
}

// pushletError answers as the original does when there is no session to speak
// for.
func pushletError(w http.ResponseWriter, text string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, strings.ToValidUTF8(text, "\uFFFD"), http.StatusBadRequest)
}

// pushletFormat is the format of a request's session, or the one that it wants
// for a new one.
func (a *App) pushletFormat(fields pushlet.Request) pushlet.Format {
	if s := a.pushlets.Find(fields[pushlet.FieldID]); s != nil {
		return s.format
	}
	format, _ := pushlet.ParseFormat(fields[pushlet.FieldFormat])
	return format
}

func (c *pushletCall) event() string { return c.fields[pushlet.FieldEvent] }

// opensData reports whether the request opens a data channel.
func (c *pushletCall) opensData() bool {
	switch c.event() {
	case "listen", "join-listen", "refresh":
		return true
	default:
		return false
	}
}

// recognize finds out who makes the request.
func (c *pushletCall) recognize(who pushletRecognizers) error {
	recognize, through, patience := who.control, c.app.store.Control(), controlLookUpPatience
	switch {
	case c.opensData():
		recognize, through, patience = who.listening, c.app.store, lookUpPatience
	case c.event() == "publish":
		recognize, through, patience = who.data, c.app.store, lookUpPatience
	}
	deadline := time.Now().Add(patience)
	ctx, err := recognize(c.r.Context(), c.r)
	if err != nil {
		return err
	}
	v, ok := viewerOf(ctx)
	if !ok {
		return problem(http.StatusUnauthorized, pushletStrangerText)
	}
	if c.app.touches.Due(v.session) {
		c.app.touch(ctx, through, v.session, deadline)
	}
	c.r, c.viewer = c.r.WithContext(ctx), v
	c.who, err = identify(c.r)
	return err
}

// session finds the session that the request is about, or begins one. When there
// is none, the request has been answered.
func (c *pushletCall) session() (s *pushletSession, ok bool) {
	if event := c.event(); event == "join" || event == "join-listen" {
		s, err := c.join()
		if err != nil {
			c.refuse(err)
		}
		return s, err == nil
	}
	id := c.fields[pushlet.FieldID]
	if id == "" {
		pushletError(c.w, "No id specified")
		return nil, false
	}
	if s = c.app.pushlets.Find(id); s == nil || s.who != c.who {
		pushletError(c.w, "Invalid or expired id: "+id)
		return nil, false
	}
	return s, true
}

// serve answers a request of a session.
func (c *pushletCall) serve(s *pushletSession) {
	s.enter()
	defer s.exit()
	var answer pushlet.Event
	var err error
	switch c.event() {
	case "join":
		answer = c.ack(pushlet.FieldID, s.id, pushlet.FieldFormat, string(s.format))
	case "listen", "join-listen":
		c.listen(s)
		return
	case "refresh":
		c.follow(s, c.ack())
		return
	case "subscribe":
		answer, err = c.subscribe(s)
	case "unsubscribe":
		answer, err = c.unsubscribe(s)
	case "publish":
		answer, err = c.publish()
	case "hb":
		answer = c.ack()
	case "leave":
		answer = c.leave(s)
	default:
		err = problem(http.StatusBadRequest, "This server knows the events join, listen, join-listen, refresh, subscribe, unsubscribe, publish, hb and leave. Send one of these.")
	}
	if err != nil {
		c.refuse(err)
		return
	}
	c.answer(answer)
}

// ack is the event that says yes to the request.
func (c *pushletCall) ack(pairs ...string) pushlet.Event {
	return pushlet.NewEvent(c.event()+"-ack", time.Now(), pairs...)
}

// refuse answers with a nack that says why not. One who was to be told news is
// asked to come back, when that may help.
func (c *pushletCall) refuse(err error) {
	p := c.app.problemOf(c.r.Context(), err)
	nack := pushlet.NewEvent("nack", time.Now(), pushlet.FieldID, c.fields[pushlet.FieldID], pushlet.FieldReason, p.Detail)
	if id := c.fields[pushlet.FieldID]; id != "" && c.opensData() && p.retryAfter > 0 {
		c.answer(nack, pushletReturn{id, p.retryAfter})
		return
	}
	c.answer(nack)
}

// pushletReturn is when a session's client shall come back.
type pushletReturn struct {
	id   string
	wait time.Duration
}

// answer writes an answer of one event, after which the client may have to come
// back.
func (c *pushletCall) answer(e pushlet.Event, back ...pushletReturn) {
	c.header(c.w.Header())
	b := c.format.AppendEvent(c.format.AppendHead(nil), e)
	for _, r := range back {
		b = c.format.AppendRefresh(b, time.Now(), r.wait, c.app.at(pushletURL(r.id)))
	}
	_, _ = c.w.Write(c.format.AppendTail(b)) // a client that is gone needs no answer
}

// header sets what goes before each answer.
func (c *pushletCall) header(h http.Header) {
	c.format.Header(h, c.r.UserAgent())
	if c.format == pushlet.JS {
		h.Set("Content-Security-Policy", pushletPolicy)
		h.Set("Permissions-Policy", pagePermissions)
		h.Set("X-Frame-Options", "SAMEORIGIN")
	}
}

// pushletURL is where the client of a session comes back to.
func pushletURL(id string) string {
	return pushletPath + "?" + pushlet.FieldID + "=" + url.QueryEscape(id) + "&" + pushlet.FieldEvent + "=refresh"
}

// urgent bounds what a request asks of the database on the reserved connections.
func (c *pushletCall) urgent() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.r.Context(), controlPatience)
}
