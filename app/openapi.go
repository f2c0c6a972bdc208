package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// How a request says who makes it, by the names in the OpenAPI document.
const (
	sessionScheme = "session"
	tokenScheme   = "token"
)

// An audience is who a group of operations is for: how they may say who they
// are, and what can go wrong in each operation of the group.
type audience struct {
	security []map[string][]string
	problems []int
}

var (
	// visitors need not be anybody.
	visitors = audience{
		security: []map[string][]string{},
	}
	// members are signed in, in a browser or with an access token.
	members = audience{
		security: []map[string][]string{{sessionScheme: {}}, {tokenScheme: {}}},
		problems: []int{http.StatusPreconditionFailed},
	}
	// holders do in a browser what no token may: what concerns accounts, and what
	// would outlive a token.
	holders = audience{
		security: []map[string][]string{{sessionScheme: {}}},
		problems: []int{http.StatusForbidden, http.StatusPreconditionFailed},
	}
)

// A group is a part of the API whose operations pass through the same
// middleware.
type group struct {
	api huma.API
	audience
}

// newGroup returns a group whose operations pass through router's middleware
// and stand in document.
func newGroup(router chi.Router, document huma.Config, who audience) group {
	return group{api: humachi.New(router, document), audience: who}
}

// newDocument is the OpenAPI document that all operations are added to.
func (a *App) newDocument() huma.Config {
	document := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title:   "chatd",
			Version: a.config.Version,
			Description: "The chat API. Live events come over /comet/data; see docs/protocol.md. Every error is a problem document (RFC 9457) " +
				"whose detail is a sentence for people. Bodies are JSON in UTF-8; one that is not gets 400, 413, 415 or 422, " +
				"even where none is needed. Requests from pages of other sites get 403.",
		},
		Servers: []*huma.Server{{URL: publicRoot(a.config.PublicURL)}},
		Components: &huma.Components{
			Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: securitySchemes(a.sessions.Cookie.Name),
		},
		Tags: subjects(),
	}
	document.Components.Responses = problemResponses(document.Components.Schemas)
	return huma.Config{
		OpenAPI: document,
		// huma looks up application/problem+json by its suffix.
		Formats:                      map[string]huma.Format{jsonType: jsonFormat, "json": jsonFormat},
		DefaultFormat:                jsonType,
		RejectUnknownQueryParameters: true,
	}
}

func publicRoot(public *url.URL) string {
	if public == nil {
		return "/"
	}
	return public.String()
}

func securitySchemes(cookie string) map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		sessionScheme: {
			Type: "apiKey", In: "cookie", Name: cookie,
			Description: "The cookie that signing in sets.",
		},
		tokenScheme: {
			Type: "http", Scheme: "bearer",
			Description: "A personal access token. One of scope read may only read. With this header the cookie is ignored.",
		},
	}
}

// subjectOf is the tag of the operations under each first part of a path.
var subjectOf = map[string]string{
	"workspace": "Workspace", "setup": "Workspace", "overview": "Workspace",
	"sign-in": "Account", "sign-up": "Account", "me": "Account", "suspension": "Account", "sessions": "Account", "tokens": "Account",
	"users": "People", "invites": "Invites", "rooms": "Rooms", "direct": "Rooms", "audit": "Administration", "admin": "Administration", "password-resets": "Account",
	"deletions": messageSubject, "reports": messageSubject,
}

// messageSubject is for what is inside a room.
const messageSubject = "Messages"

func subjects() []*huma.Tag {
	return []*huma.Tag{
		{Name: "Workspace", Description: "The installation as a whole."},
		{Name: "Account", Description: "Getting in, and the viewer's own account, sessions and access tokens."},
		{Name: "People", Description: "Everybody the viewer can see."},
		{Name: "Invites", Description: "Links with which people make their own accounts."},
		{Name: "Rooms", Description: "Public, private and direct rooms, and who is in them."},
		{Name: messageSubject, Description: "What is said in rooms, and how far it has been read."},
		{Name: "Administration", Description: "For those who look after the workspace: what goes on in it, and who did what."},
	}
}

// subject is the tag of a path.
func subject(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/api/v1/"), "/")
	switch last := parts[len(parts)-1]; {
	case parts[0] == "rooms" && (last == "messages" || last == "read" || last == "deletions" || last == "report" || last == "{number}"):
		return messageSubject
	default:
		return subjectOf[parts[0]]
	}
}

// problemTexts say what each status of a problem means here.
var problemTexts = map[int]string{
	http.StatusBadRequest:            "The query cannot be read, or the body is missing, did not arrive whole, or is not JSON.",
	http.StatusUnauthorized:          "Not signed in, or the access token is unknown, revoked or expired.",
	http.StatusForbidden:             "Not allowed.",
	http.StatusNotFound:              "Something that the request names does not exist, or the viewer cannot see it.",
	http.StatusConflict:              "Something stands against it, such as a name that is taken.",
	http.StatusGone:                  "It was valid once.",
	http.StatusPreconditionFailed:    "The header Chatd-User names somebody else than the viewer.",
	http.StatusRequestEntityTooLarge: "The body is too large.",
	http.StatusUnsupportedMediaType:  "The body is not sent as JSON.",
	http.StatusUnprocessableEntity:   "A part of the request is not valid; errors says which.",
	http.StatusTooManyRequests:       "Too many, too fast. Retry-After says when to go on.",
	http.StatusServiceUnavailable:    "The server cannot do this just now. Retry-After says when to try again.",
}

// problemResponses are the answers that the operations refer to.
func problemResponses(registry huma.Registry) map[string]*huma.Response {
	schema := registry.Schema(reflect.TypeFor[Problem](), true, "Problem")
	responses := map[string]*huma.Response{defaultProblem: problemResponse(schema, "Something else went wrong, on the server.")}
	for status, text := range problemTexts {
		responses[problemName(status)] = problemResponse(schema, text, problemHeaders[status]...)
	}
	return responses
}

const defaultProblem = "problem"

func problemName(status int) string { return "problem-" + strconv.Itoa(status) }

var problemHeaders = map[int][]string{
	http.StatusUnauthorized:       {"WWW-Authenticate"},
	http.StatusTooManyRequests:    {"Retry-After"},
	http.StatusServiceUnavailable: {"Retry-After"},
}

func problemResponse(schema *huma.Schema, text string, headers ...string) *huma.Response {
	response := &huma.Response{
		Description: text,
		Content:     map[string]*huma.MediaType{(*Problem)(nil).ContentType(""): {Schema: schema}},
	}
	for _, name := range headers {
		if response.Headers == nil {
			response.Headers = map[string]*huma.Header{}
		}
		response.Headers[name] = &huma.Header{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return response
}

// answers are an operation's responses: the problems that each operation like
// it can meet, and further ones. huma adds the good ones.
func (g group) answers(method, path string, further ...int) map[string]*huma.Response {
	// Any operation can get a query that cannot be read or has an unknown
	// parameter, an access token that is no good, and too many of them, or lose
	// its database.
	problems := []int{
		http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable,
	}
	problems = append(problems, g.problems...)
	if method != http.MethodGet {
		problems = append(problems, http.StatusForbidden) // to other sites
	}
	if method != http.MethodGet && method != http.MethodDelete {
		problems = append(problems, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if strings.Contains(path, "{") {
		problems = append(problems, http.StatusNotFound)
	}
	responses := map[string]*huma.Response{"default": {Ref: "#/components/responses/" + defaultProblem}}
	for _, status := range append(problems, further...) {
		responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + problemName(status)}
	}
	return responses
}

// nullable says of fields with an object of type T that they may be null. huma
// does not, since their schemas are references.
func nullable[T any](s *huma.Schema, r huma.Registry, fields ...string) *huma.Schema {
	for _, name := range fields {
		field := *r.Schema(reflect.TypeFor[T](), false, "")
		field.Nullable, field.Description = true, s.Properties[name].Description
		s.Properties[name] = &field
	}
	return s
}

// serveDocument serves the finished OpenAPI document.
func serveDocument(r chi.Router, document huma.Config) error {
	encoded, err := json.Marshal(document.OpenAPI)
	if err != nil {
		return fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	r.Get("/api/v1/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(encoded)
	})
	return nil
}
