package app

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// base is the path below which people find chatd, "" or such as "/chat". A
// proxy passes it on as it is. Inside, addresses are without it: those of
// requests from under on, and those of routes, logs and metrics. Whatever is
// written for others goes through at.
func (c Config) base() string {
	if c.PublicURL == nil {
		return ""
	}
	return strings.TrimSuffix(c.PublicURL.Path, "/")
}

// at is the address for others of what is at path here.
func (a *App) at(path string) string { return a.config.base() + path }

// asset is where the page finds the built file of an entry; empty when there is
// none.
func (a *App) asset(entry string) string {
	if path := a.assets.path(entry); path != "" {
		return a.at(path)
	}
	return ""
}

// addressing gives a template the function at. It must not have been executed.
func (a *App) addressing(t *template.Template) (*template.Template, error) {
	own, err := t.Clone()
	if err != nil {
		return nil, err
	}
	return own.Funcs(template.FuncMap{"at": a.at}), nil
}

// noBase stands for App.at while templates are parsed.
var noBase = template.FuncMap{"at": func(path string) string { return path }}

// under takes the base off the addresses of requests. What asks for the health
// of chatd asks it directly, so that is at the root too.
func (a *App) under(next http.Handler) http.Handler {
	base := a.config.base()
	if base == "" {
		return next
	}
	elsewhere := a.hardened(http.HandlerFunc(a.elsewhere))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		inner, ok := without(base, r.URL)
		if !ok {
			elsewhere.ServeHTTP(w, r)
			return
		}
		below := new(http.Request)
		*below = *r
		below.URL = inner
		next.ServeHTTP(w, below)
	})
}

// without is an address without its base; false when it is not below that.
func without(base string, u *url.URL) (*url.URL, bool) {
	path, ok := strings.CutPrefix(u.Path, base)
	raw, rawOK := strings.CutPrefix(u.RawPath, base)
	if !ok || !strings.HasPrefix(path, "/") || u.RawPath != "" && (!rawOK || !strings.HasPrefix(raw, "/")) {
		return nil, false
	}
	inner := *u
	inner.Path, inner.RawPath = path, raw
	return &inner, true
}

// elsewhere answers what is not below the base.
func (a *App) elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == a.config.base() && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		to := url.URL{Path: a.at("/"), RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, to.String(), http.StatusFound)
		return
	}
	a.fail(w, r, problem(http.StatusNotFound, "There is nothing at this address. chatd is at "+a.baseURL(r).String()+
		"/. If you are there already, the proxy takes the path off; it must pass it on unchanged."))
}
