package app

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
)

// leak is what no answer may hold: the insides of the program.
var leak = regexp.MustCompile(`(?i)pgx[.:/]|pgconn|sqlstate|panic|goroutine|runtime error|\.go:\d|/root/|/home/|` + sourceRoot() +
	`|go struct|json:|huma[.:/]|constraint|violates|stack|\bnil\b`)

// sourceRoot matches the top of the tree that the sources were built in.
func sourceRoot() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	top, _, _ := strings.Cut(strings.TrimPrefix(filepath.ToSlash(dir), "/"), "/")
	return regexp.QuoteMeta("/" + top + "/")
}

// operationOf is the operation that the router finds for a request, nil when it
// finds none: an odd parameter may lead elsewhere.
func (s *spec) operationOf(routes chi.Routes, r *madeRequest) *specOperation {
	u, err := url.ParseRequestURI(r.target)
	if err != nil {
		return nil
	}
	path := u.Path
	if u.RawPath != "" {
		path = u.RawPath
	}
	found := chi.NewRouteContext()
	method := r.method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if !routes.Match(found, method, path) {
		return nil
	}
	return s.Paths[found.RoutePattern()][strings.ToLower(method)]
}

// judge says what is wrong with an answer. It returns the decoded body of a
// good one.
func (s *spec) judge(o *specOperation, r *madeRequest, got answer) (any, error) {
	if got.StatusCode >= 500 && got.StatusCode != http.StatusServiceUnavailable {
		return nil, errors.New("the server failed")
	}
	if found := leak.FindString(got.body); found != "" {
		return nil, fmt.Errorf("%q leaks through", found)
	}
	if r.method == http.MethodHead {
		if got.body != "" {
			return nil, errors.New("an answer to HEAD has a body")
		}
		return nil, nil
	}
	if got.StatusCode >= 400 {
		if err := s.judgeProblem(got); err != nil {
			return nil, err
		}
	}
	if o == nil {
		if got.StatusCode != http.StatusNotFound && got.StatusCode != http.StatusMethodNotAllowed && got.StatusCode != http.StatusForbidden {
			return nil, errors.New("nothing is there, but it answers")
		}
		return nil, nil
	}
	promised := s.response(o, strconv.Itoa(got.StatusCode))
	if promised == nil {
		if s.saidForAll(o, r, got.StatusCode) {
			return nil, nil
		}
		return nil, errors.New("the document does not know this status")
	}
	return s.judgeBody(promised, got)
}

// saidForAll reports whether the document says at its beginning that any
// operation may answer so.
func (s *spec) saidForAll(o *specOperation, r *madeRequest, status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return o.RequestBody == nil && r.body != ""
	}
	return false
}

// judgeProblem wants a problem document that explains itself.
func (s *spec) judgeProblem(got answer) error {
	if kind := got.Header.Get("Content-Type"); kind != "application/problem+json" {
		return fmt.Errorf("a problem of type %q", kind)
	}
	v, err := decodeStrictly(got.body)
	if err != nil {
		return err
	}
	if err := s.check(s.Components.Schemas["Problem"], v, "problem"); err != nil {
		return err
	}
	p := v.(map[string]any)
	detail, _ := p["detail"].(string)
	if len(detail) < 10 || !strings.HasSuffix(detail, ".") || strings.ToLower(detail[:1]) == detail[:1] {
		return fmt.Errorf("%q is no sentence", detail)
	}
	if p["title"] != http.StatusText(got.StatusCode) || fmt.Sprint(p["status"]) != strconv.Itoa(got.StatusCode) || p["type"] != "about:blank" {
		return errors.New("the problem is of another status")
	}
	switch got.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if n, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || n < 1 {
			return fmt.Errorf("Retry-After is %q", got.Header.Get("Retry-After"))
		}
	}
	return nil
}

// judgeBody wants the body that is promised.
func (s *spec) judgeBody(promised *specResponse, got answer) (any, error) {
	if len(promised.Content) == 0 {
		if got.body != "" {
			return nil, errors.New("there is a body, but none is promised")
		}
		return nil, nil
	}
	kind := got.Header.Get("Content-Type")
	if strings.HasPrefix(kind, csvType+";") && promised.Content[csvType].Schema != nil {
		return nil, nil // has tests of its own
	}
	media, ok := promised.Content[kind]
	if !ok {
		return nil, fmt.Errorf("the type %q is not promised", kind)
	}
	v, err := decodeStrictly(got.body)
	if err != nil {
		return nil, err
	}
	return v, s.check(media.Schema, v, "body")
}
