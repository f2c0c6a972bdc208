package app

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
)

// Chat without JavaScript, at /plain. A room is a page with two frames: the
// display, whose answer never ends, and the control frame with the form, which
// answers at once. Text browsers get a page without frames.

// plainPolicy lets a page without scripts load its style sheet, its icon and its
// own frames, and nothing else.
const plainPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "

// plainCaching keeps pages out of caches. Lynx goes by no-cache alone.
const plainCaching = "no-cache, no-store"

// draftLimit bounds a form with a message, in bytes. It takes in far more than a
// message may have, so that what is too long can be given back.
const draftLimit = 1 << 20

// plainPath is where chat without JavaScript begins.
const plainPath = "/plain"

//go:embed plain.html
var plainSource string

var plainTemplates = template.Must(template.New("plain").Funcs(template.FuncMap{
	"lines": linesOf,
	"rich":  richWords,
	"date":  func(at string) string { return momentOf(at).Format("2 January 2006") },
	"clock": func(at string) string { return momentOf(at).Format("15:04") },
}).Funcs(noBase).Parse(plainSource))

// momentOf reads what renderTime has written.
func momentOf(at string) time.Time {
	moment, _ := time.Parse(time.RFC3339, at)
	return moment
}

// plainView is what all pages without scripts are made with. Its Content depends
// on the page.
type plainView struct {
	Title, Style, Icon string
	Content            any
}

// isPlain reports whether a request is for a page without scripts.
func isPlain(r *http.Request) bool {
	return r.URL.Path == plainPath || strings.HasPrefix(r.URL.Path, plainPath+"/")
}

// inFrame reports whether the answer is shown in one of a room's two frames.
func inFrame(r *http.Request) bool {
	return isPlain(r) && (strings.HasSuffix(r.URL.Path, "/display") || strings.HasSuffix(r.URL.Path, "/control"))
}

// plainRoomPath is the address of a room's page, or of a part of it: display,
// control, page, join or leave.
func plainRoomPath(room int64, parts ...string) string {
	return strings.Join(append([]string{plainPath, "rooms", strconv.FormatInt(room, 10)}, parts...), "/")
}

// plainRoom is the room that the address names. One that cannot be is 0, which
// nobody finds.
func plainRoom(r *http.Request) int64 {
	room, _ := strconv.ParseInt(chi.URLParam(r, "room"), 10, 64)
	return room
}

// writePlain answers with a page of chat without scripts.
func (a *App) writePlain(w http.ResponseWriter, r *http.Request, status int, name, title string, content any) {
	body, err := a.renderPlain(name, title, content)
	if err != nil {
		a.logFailure(r.Context(), err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	plainHeader(w.Header(), inFrame(r))
	w.Header().Set("Cache-Control", plainCaching)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (a *App) renderPlain(name, title string, content any) ([]byte, error) {
	var b bytes.Buffer
	err := a.plainPages.ExecuteTemplate(&b, name, plainView{
		Title: title, Style: a.asset("plain.css"), Icon: a.asset("icon.svg"), Content: content,
	})
	return b.Bytes(), err
}

// plainHeader is what goes before every page without scripts. Browsers of old
// heed X-Frame-Options alone.
func plainHeader(h http.Header, framed bool) {
	ancestors, frames := "'none'", "DENY"
	if framed {
		ancestors, frames = "'self'", "SAMEORIGIN"
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", plainPolicy+"frame-ancestors "+ancestors)
	h.Set("X-Frame-Options", frames)
	h.Set("Permissions-Policy", pagePermissions)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}

// ownForms refuses forms that another site's page has sent from a browser of
// old: it says neither Sec-Fetch-Site nor Origin, which are seen to before, but
// mostly Referer.
func (a *App) ownForms(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := r.Header
		if r.Method == http.MethodPost && h.Get("Sec-Fetch-Site") == "" && h.Get("Origin") == "" && !a.refersHere(r) {
			a.fail(w, r, problem(http.StatusForbidden, "This request came from another site. Open chatd itself and try there. "+
				"Behind a proxy, CHATD_PUBLIC_URL must be the address people use."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refersHere reports whether a request names no page that it comes from, or one
// of ours.
func (a *App) refersHere(r *http.Request) bool {
	referer := r.Header.Get("Referer")
	if referer == "" {
		return true
	}
	from, err := url.Parse(referer)
	if err != nil || from.Host == "" {
		return false
	}
	public := a.config.PublicURL
	return from.Host == r.Host || public != nil && from.Scheme == public.Scheme && from.Host == public.Host
}

// isLookedAt reports whether somebody sees the answer to a request, and did not
// have it fetched by another site's page.
func isLookedAt(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return r.Method == http.MethodGet && (site == "" || site == "same-origin" || site == "none")
}

// goTo sends the browser to another page.
func (a *App) goTo(w http.ResponseWriter, r *http.Request, path string) {
	plainHeader(w.Header(), inFrame(r))
	w.Header().Set("Cache-Control", plainCaching)
	http.Redirect(w, r, a.at(path), http.StatusSeeOther)
}

// A plainForm is what somebody has typed. It comes back with every refusal, so
// that nothing typed is lost.
type plainForm struct{ url.Values }

type plainFormKey struct{}

// plainFormOf is the form that a request has brought, empty when there is none.
func plainFormOf(ctx context.Context) plainForm {
	form, _ := ctx.Value(plainFormKey{}).(plainForm)
	return form
}

// readingForm reads the form of a request before anything else is asked, so that
// whatever refuses the request can give back what was typed.
func (a *App) readingForm(limit int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			raw, tooMuch := readBody(w, r, limit)
			form, err := parseForm(raw)
			if tooMuch != nil {
				form, err = cutForm(raw, tooMuch)
			}
			r = r.WithContext(context.WithValue(r.Context(), plainFormKey{}, form))
			if err != nil {
				a.fail(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// cutForm reads a form of which only the beginning was taken in. Its error is
// why, in words about a message where there is one.
func cutForm(raw []byte, why error) (plainForm, error) {
	// What is left of an escape would take the whole field with it.
	if tail := bytes.LastIndexByte(raw, '%'); tail >= 0 && tail > len(raw)-3 {
		raw = raw[:tail]
	}
	form, _ := parseForm(raw)
	if form.Has("body") {
		why = problem(http.StatusRequestEntityTooLarge, "This message is too long, and only its beginning arrived. "+
			"It may have up to 20,000 characters; go back for the rest and send it in parts.")
	}
	return form, why
}

// parseForm reads a form as browsers send it. With an error it returns what
// could be read.
func parseForm(raw []byte) (plainForm, error) {
	values, err := url.ParseQuery(string(raw))
	form := plainForm{values}
	if err != nil {
		return form, problem(http.StatusBadRequest, "The form did not arrive whole. Send it again.")
	}
	for name := range values {
		text := values.Get(name)
		if !utf8.ValidString(text) {
			form.Set(name, strings.ToValidUTF8(text, "\uFFFD"))
			err = problem(http.StatusBadRequest, "The text is not valid UTF-8. The places are marked; write them anew and send it again.")
		}
		if strings.ContainsRune(text, 0) {
			form.Set(name, strings.ReplaceAll(text, "\x00", ""))
			err = problem(http.StatusUnprocessableEntity, "The text held a NUL character, which was taken out. Send it again.")
		}
	}
	return form, err
}

// plainProblem is what a page says that tells of a problem.
type plainProblem struct {
	Title, Detail string
	Link, Label   string
	Target        string // the window that the link is for
}

// failPlain answers with a problem where people chat without scripts: with the
// form as they had filled it in, with the way to sign in, or with a sentence.
// Lynx does not show what comes with a 401, so that becomes a 403.
func (a *App) failPlain(w http.ResponseWriter, r *http.Request, p *Problem) {
	form, signedOut := plainFormOf(r.Context()), p.Status == http.StatusUnauthorized
	shown := *p
	if signedOut {
		shown.Status, shown.Title = http.StatusForbidden, "Sign in"
	} else {
		maps.Copy(w.Header(), p.GetHeaders())
	}
	switch {
	case form.Has("body"):
		a.writeDraft(w, r, &shown, form, signedOut)
	case form.Has("login"), signedOut && r.URL.Path == plainPath:
		a.writeSignIn(w, r, shown.Status, signInContent{Problem: p.Detail, Login: form.Get("login"), Room: roomNamed(form.Get("room"))})
	case signedOut && r.Method == http.MethodGet && !inFrame(r):
		a.goTo(w, r, plainPath+"?room="+strconv.FormatInt(plainRoom(r), 10))
	default:
		if !signedOut {
			shown.Title = plainHeading(p)
		}
		a.writePlain(w, r, shown.Status, "problem", shown.Title, plainProblemOf(r, &shown, signedOut))
	}
}

// plainHeading is what stands above the sentence of a problem.
func plainHeading(p *Problem) string {
	switch p.Status {
	case http.StatusNotFound:
		return "Nothing here"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return "Not just now"
	case http.StatusForbidden:
		return "Not allowed"
	default:
		return "That did not work"
	}
}

// plainProblemOf is a problem with the way out of it.
func plainProblemOf(r *http.Request, p *Problem, signedOut bool) plainProblem {
	switch {
	case signedOut:
		return plainProblem{p.Title, p.Detail, plainPath + "?room=" + strconv.FormatInt(plainRoom(r), 10), "Sign in", "_top"}
	case p.retryAfter > 0 && r.Method == http.MethodGet:
		return plainProblem{p.Title, p.Detail, r.URL.RequestURI(), "Try again", "_self"}
	default:
		return plainProblem{p.Title, p.Detail, plainPath, "Go to your rooms", "_top"}
	}
}
