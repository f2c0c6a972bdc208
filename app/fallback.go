package app

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"
)

// notFound answers for an address that leads nowhere.
func (a *App) notFound(w http.ResponseWriter, r *http.Request) {
	a.fail(w, r, problem(http.StatusNotFound, "There is nothing at this address. Check it, or go to your rooms."))
}

// methodNotAllowed answers when an address exists, but not for this method.
func (a *App) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	allowed := allowedMethods(r)
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	a.fail(w, r, problem(http.StatusMethodNotAllowed,
		"This address does not take "+r.Method+" requests, only "+strings.Join(allowed, " or ")+"."))
}

func allowedMethods(r *http.Request) []string {
	var allowed []string
	routes := chi.RouteContext(r.Context()).Routes
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// baseURL is the address under which the client of r reaches chatd.
func (a *App) baseURL(r *http.Request) *url.URL {
	if a.config.PublicURL != nil {
		return a.config.PublicURL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return &url.URL{Scheme: scheme, Host: r.Host}
}
