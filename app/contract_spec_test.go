package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A spec is the OpenAPI document as it is served. Reading it fails on anything
// that the contract tests do not know, so that they never overlook a promise.
type spec struct {
	OpenAPI string
	Info    struct{ Title, Version, Description string }
	Servers []struct{ URL string }
	Tags    []struct{ Name, Description string }
	Paths   map[string]map[string]*specOperation

	Components struct {
		Schemas         map[string]*schema
		Responses       map[string]*specResponse
		SecuritySchemes map[string]struct{ Type, In, Name, Scheme, Description string }
	}
}

type specOperation struct {
	method, path string

	OperationID, Summary string
	Tags                 []string
	Security             []map[string][]string
	Parameters           []specParameter
	RequestBody          *struct {
		Required bool
		Content  map[string]specMedia
	}
	Responses map[string]*specResponse
}

// String is method and path.
func (o *specOperation) String() string { return o.method + " " + o.path }

type specParameter struct {
	In, Name, Description string
	Required, Explode     bool
	Schema                *schema
}

type specResponse struct {
	Ref         string `json:"$ref"`
	Description string
	Headers     map[string]struct {
		Description string
		Schema      *schema
	}
	Content map[string]specMedia
}

type specMedia struct{ Schema *schema }

// A schema is the part of JSON Schema that the document uses.
type schema struct {
	Ref  string `json:"$ref"`
	Type oneOrMany

	Properties           map[string]*schema
	Required             []string
	AdditionalProperties *schemaOrBool

	Items              *schema
	MinItems, MaxItems *int
	UniqueItems        bool

	Format               string
	Pattern              string
	PatternDescription   string
	Enum                 []any
	MinLength, MaxLength *int
	Minimum, Maximum     *float64

	Default     any
	Examples    []any
	Description string
}

// oneOrMany is a type, or a list of them.
type oneOrMany []string

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOrMany) UnmarshalJSON(raw []byte) error {
	if raw[0] != '[' {
		*o = make(oneOrMany, 1)
		return json.Unmarshal(raw, &(*o)[0])
	}
	return json.Unmarshal(raw, (*[]string)(o))
}

// schemaOrBool says what further properties an object may have: any, none, or
// some of a schema.
type schemaOrBool struct {
	allowed bool
	schema  *schema
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *schemaOrBool) UnmarshalJSON(raw []byte) error {
	if raw[0] == '{' {
		s.allowed = true
		return json.Unmarshal(raw, &s.schema)
	}
	return json.Unmarshal(raw, &s.allowed)
}

// spec fetches the document.
func (p *person) spec() *spec {
	p.t.Helper()
	got := p.must(http.StatusOK, "GET", "/api/v1/openapi.json", nil, nil)
	s := &spec{}
	decoder := json.NewDecoder(strings.NewReader(got.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(s); err != nil {
		p.t.Fatalf("the document holds what the contract tests do not know: %v", err)
	}
	for path, methods := range s.Paths {
		for method, o := range methods {
			o.method, o.path = strings.ToUpper(method), path
		}
	}
	return s
}

// operations are all operations, in the order of their paths.
func (s *spec) operations() []*specOperation {
	var all []*specOperation
	for _, methods := range s.Paths {
		for _, o := range methods {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b *specOperation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return all
}

// resolve follows a reference.
func (s *spec) resolve(sc *schema) *schema {
	for sc.Ref != "" {
		name, ok := strings.CutPrefix(sc.Ref, "#/components/schemas/")
		if !ok || s.Components.Schemas[name] == nil {
			panic("the document refers to " + sc.Ref + ", which it does not have")
		}
		sc = s.Components.Schemas[name]
	}
	return sc
}

// response is what an operation promises for a status, nil when it does not
// mention it.
func (s *spec) response(o *specOperation, status string) *specResponse {
	r := o.Responses[status]
	if r == nil || r.Ref == "" {
		return r
	}
	return s.Components.Responses[strings.TrimPrefix(r.Ref, "#/components/responses/")]
}

// body is the schema of an operation's body, nil without one.
func (s *spec) body(o *specOperation) *schema {
	if o.RequestBody == nil {
		return nil
	}
	media, ok := o.RequestBody.Content[jsonType]
	if !ok || len(o.RequestBody.Content) != 1 {
		panic(fmt.Sprintf("%s takes another body than JSON", o))
	}
	return s.resolve(media.Schema)
}
