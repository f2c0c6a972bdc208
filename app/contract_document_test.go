package app

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// eachRoute calls f for everything that the router knows.
func (w *world) eachRoute(f func(method, pattern string)) {
	w.t.Helper()
	routes, ok := w.app.handler.(chi.Routes)
	if !ok {
		w.t.Fatal("the handler is no chi router; the contract tests have to learn where to find it")
	}
	err := chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		f(method, pattern)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

const documentRoute = "GET /api/v1/openapi.json"

func TestTheDocumentAndTheHandlersAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var served, described []string
	w.eachRoute(func(method, pattern string) {
		if strings.HasPrefix(pattern, "/api/") && method+" "+pattern != documentRoute {
			served = append(served, method+" "+pattern)
		}
	})
	for _, o := range w.visitor().spec().operations() {
		described = append(described, o.String())
	}
	slices.Sort(served)
	slices.Sort(described)
	for _, route := range served {
		if !slices.Contains(described, route) {
			t.Errorf("%s is served, but does not stand in the document", route)
		}
	}
	for _, route := range described {
		if !slices.Contains(served, route) {
			t.Errorf("%s stands in the document, but is not served", route)
		}
	}
	if len(served) < 20 {
		t.Errorf("only %d routes are found", len(served))
	}
}

func TestTheDocumentIsComplete(t *testing.T) {
	t.Parallel()
	s := newWorld(t).visitor().spec()
	if s.OpenAPI != "3.1.0" || s.Info.Version != "test" || len(s.Servers) != 1 || s.Servers[0].URL != "/" {
		t.Errorf("%s %+v %+v", s.OpenAPI, s.Info, s.Servers)
	}
	tags, ids := map[string]bool{}, map[string]bool{}
	for _, tag := range s.Tags {
		tags[tag.Name] = tag.Description != ""
	}
	for _, o := range s.operations() {
		if o.Summary == "" || !strings.HasSuffix(o.Summary, ".") || o.OperationID == "" || ids[o.OperationID] {
			t.Errorf("%s: id %q, summary %q", o, o.OperationID, o.Summary)
		}
		ids[o.OperationID] = true
		if len(o.Tags) != 1 || !tags[o.Tags[0]] {
			t.Errorf("%s: the tags are %v", o, o.Tags)
		}
		s.checkParameters(t, o)
		s.checkSecurity(t, o)
		s.checkResponses(t, o)
	}
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// checkParameters wants all of the path's parameters, and a limit for each.
func (s *spec) checkParameters(t *testing.T, o *specOperation) {
	t.Helper()
	var inPath []string
	for _, p := range o.Parameters {
		switch sc := s.resolve(p.Schema); {
		case p.In == "path":
			inPath = append(inPath, p.Name)
			if !p.Required {
				t.Errorf("%s: %s is in the path, but not required", o, p.Name)
			}
		case p.In != "query":
			t.Errorf("%s: %s is in %s", o, p.Name, p.In)
		case slices.Contains(sc.Type, "string") && sc.MaxLength == nil && len(sc.Enum) == 0:
			t.Errorf("%s: %s may have any length", o, p.Name)
		case slices.Contains(sc.Type, "integer") && sc.Minimum == nil:
			t.Errorf("%s: %s may be any number", o, p.Name)
		}
	}
	for _, match := range pathParameter.FindAllStringSubmatch(o.path, -1) {
		if !slices.Contains(inPath, match[1]) {
			t.Errorf("%s: {%s} is not described", o, match[1])
		}
	}
}

// checkSecurity wants every operation to say how one shows who one is.
func (s *spec) checkSecurity(t *testing.T, o *specOperation) {
	t.Helper()
	if o.Security == nil {
		t.Errorf("%s does not say who may use it", o)
	}
	for _, way := range o.Security {
		for name := range way {
			if s.Components.SecuritySchemes[name].Type == "" {
				t.Errorf("%s: nobody knows the scheme %s", o, name)
			}
		}
	}
}

// checkResponses wants a good answer, problems with the Problem schema, and a
// body for everything but 204.
func (s *spec) checkResponses(t *testing.T, o *specOperation) {
	t.Helper()
	good := 0
	for status := range o.Responses {
		r := s.response(o, status)
		if r == nil || r.Description == "" {
			t.Errorf("%s: %s is not described", o, status)
			continue
		}
		n, err := strconv.Atoi(status)
		switch {
		case status == "default" || err == nil && n >= 400:
			media, ok := r.Content["application/problem+json"]
			if !ok || len(r.Content) != 1 || media.Schema.Ref != "#/components/schemas/Problem" {
				t.Errorf("%s: %s is no problem document", o, status)
			}
		case n == http.StatusNoContent:
			good++
			if len(r.Content) > 0 {
				t.Errorf("%s: 204 has a body", o)
			}
		default:
			good++
			kinds := 1
			if _, ok := r.Content[csvType]; ok && o.path == exportPath {
				kinds = 2 // a file, as one likes it
			}
			if _, ok := r.Content[jsonType]; !ok || len(r.Content) != kinds {
				t.Errorf("%s: %s is not JSON", o, status)
			}
		}
	}
	if good == 0 || o.Responses["default"] == nil {
		t.Errorf("%s: %d good answers, and for others %v", o, good, o.Responses["default"])
	}
}

func TestTheDocumentNamesThePublicAddressAndItsCookie(t *testing.T) {
	t.Parallel()
	s := newWorld(t, publicURL("https://chat.example.org")).visitor().spec()
	if s.Servers[0].URL != "https://chat.example.org" {
		t.Errorf("the server is %s", s.Servers[0].URL)
	}
	if scheme := s.Components.SecuritySchemes["session"]; scheme.In != "cookie" || scheme.Name != "__Host-chatd_session" {
		t.Errorf("the cookie is %+v", scheme)
	}
	if scheme := s.Components.SecuritySchemes["token"]; scheme.Type != "http" || scheme.Scheme != "bearer" {
		t.Errorf("the token is %+v", scheme)
	}
}
