package app

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"
)

// pagePolicy lets the page load what chatd itself serves, and nothing else.
// Pictures may also be made in the browser; frames are the hub's streams.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; frame-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

const pagePermissions = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), " +
	"gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Funcs(noBase).Parse(pageSource))

// pageData is what the shell is made with. Problem is nil for the page itself.
type pageData struct {
	Base                string // for the script
	Script, Style, Icon string
	Parts               []string // that the script needs at once
	Emoji               string   // where the data of emoji are
	Old                 string   // the script that leads old browsers away
	Room                int64    // the room that the address names; 0: none
	Problem             *Problem
}

// page serves the shell of the page. It is the same for everybody and needs no
// database: the script finds out who is there.
func (a *App) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	a.writePage(w, http.StatusOK, plainRoom(r), nil)
}

// writeProblemPage shows a problem to somebody who opened an address by hand
// or sent a form.
func (a *App) writeProblemPage(w http.ResponseWriter, p *Problem) {
	a.writePage(w, p.Status, 0, p)
}

func (a *App) writePage(w http.ResponseWriter, status int, room int64, p *Problem) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Permissions-Policy", pagePermissions)
	w.WriteHeader(status)
	data := pageData{
		Base:    a.config.base(),
		Script:  a.asset("main.js"),
		Parts:   a.assets.parts("main.js"),
		Style:   a.asset("main.css"),
		Emoji:   a.asset("emoji.json"),
		Icon:    a.asset("icon.svg"),
		Old:     a.asset("old.js"),
		Room:    room,
		Problem: p,
	}
	if err := a.shell.Execute(w, data); err != nil {
		// The browser hung up; there is nobody left to tell.
		return
	}
}

// wantsPage reports whether a person's browser is to show the answer itself.
func wantsPage(r *http.Request) bool {
	for _, prefix := range []string{"/api/", "/comet/", "/assets/"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return false
		}
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}
