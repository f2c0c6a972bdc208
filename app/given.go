package app

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// given is a field of a change that may be left out, to leave things as they
// are, but not be null: huma lets null pass wherever a field may be left out.
type given[T any] struct {
	to   *T // nil when it was left out
	null bool
}

var (
	_ huma.SchemaProvider   = given[string]{}
	_ huma.ResolverWithPath = given[string]{}
)

// Schema implements huma.SchemaProvider.
func (given[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// UnmarshalJSON implements json.Unmarshaler.
func (g *given[T]) UnmarshalJSON(raw []byte) error {
	if g.null = string(raw) == "null"; g.null {
		return nil
	}
	return json.Unmarshal(raw, &g.to)
}

// Resolve implements huma.ResolverWithPath.
func (g given[T]) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if !g.null {
		return nil
	}
	return []error{&huma.ErrorDetail{Location: at.String(), Message: "it may be left out, but not be null"}}
}

// or is the value that was given, or what counts when it was left out.
func (g given[T]) or(other T) T {
	if g.to == nil {
		return other
	}
	return *g.to
}
