package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/danielgtaylor/huma/v2/validation"
)

// huma keeps these in variables of its own, for the whole program.
func init() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, detail string, _ ...error) huma.StatusError {
		return problem(status, detail)
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return validationProblem(status, errs)
	}
	validation.MsgUnexpectedProperty = "it is not known here"
	validation.MsgExpectedRequiredProperty = "%s is missing"
	validation.MsgExpectedString = "it must be a text"
	validation.MsgExpectedInteger = "it must be a whole number"
	validation.MsgExpectedNumber = "it must be a number"
	validation.MsgExpectedBoolean = "it must be true or false"
	validation.MsgExpectedArray = "it must be a list"
	validation.MsgExpectedObject = "it must be an object"
	validation.MsgExpectedOneOf = `it must be one of "%s"`
	validation.MsgExpectedArrayItemsUnique = "nothing may stand in it twice"
	validation.MsgExpectedMinLength = "its length must be at least %d"
	validation.MsgExpectedMaxLength = "its length must be at most %d"
	validation.MsgExpectedMinItems = "the number of entries must be at least %d"
	validation.MsgExpectedMaxItems = "the number of entries must be at most %d"
	validation.MsgExpectedMinimumNumber = "it must be at least %.0f"
	validation.MsgExpectedMaximumNumber = "it must be at most %.0f"
	validation.MsgExpectedMatchPattern = "it must match %s"
	validation.MsgExpectedRFC3339DateTime = timeWanted
	validation.MsgExpectedBePattern = "it must be %s"
}

// timeWanted says how times are written.
const timeWanted = "it must be a date and time such as 2026-11-30T18:00:00Z"

// saidPlainly are the messages of huma that tell how it works inside, by how they
// begin, and what they mean.
var saidPlainly = []struct{ begins, means string }{
	{"json: ", "a value is of the wrong type"},
	{"parsing time ", timeWanted},
	{"invalid date/time", timeWanted},
	{"invalid integer", "it must be a whole number"},
	{"invalid boolean", "it must be true or false"},
	{"expected string to be RFC 4122 uuid", "it must be a UUID such as 0f8fad5b-d9cb-469f-a165-70867728950e"},
}

func inPlainWords(message string) string {
	for _, said := range saidPlainly {
		if strings.HasPrefix(message, said.begins) {
			return said.means
		}
	}
	return message
}

// validationProblem is what huma found wrong with a request. The values
// themselves are not repeated: one of them may be a password.
func validationProblem(status int, errs []error) *Problem {
	p := problem(status, "The request is not valid. A JSON body is expected.")
	for _, err := range errs {
		d, ok := errors.AsType[*huma.ErrorDetail](err)
		if !ok {
			continue
		}
		if missing := missingProblem(d.Location); missing != nil {
			return missing
		}
		p.Errors = append(p.Errors, FieldProblem{Location: d.Location, Message: inPlainWords(d.Message)})
	}
	if len(p.Errors) > 0 {
		first := p.Errors[0]
		p.Detail = "Check the " + fieldName(first.Location) + ": " + first.Message + "."
	}
	return p
}

// missingProblem is the answer when a part of the address, such as path.room,
// cannot name anything: what it stands for does not exist. It is nil for other
// parts of a request.
func missingProblem(location string) *Problem {
	switch location {
	case "path.room":
		return problem(http.StatusNotFound, "This room does not exist. Go back to your rooms.")
	case "path.user":
		return problem(http.StatusNotFound, noSuchPersonDetail)
	case "path.number":
		return problem(http.StatusNotFound, "This message does not exist. Go back to the room.")
	case "path.node", "path.id":
		return problem(http.StatusNotFound, connectionGoneDetail)
	case "path.deletion", "path.report":
		return problem(http.StatusNotFound, "This does not exist, or you cannot see it. Go back to your rooms.")
	case "path.invite", "path.token":
		return problem(http.StatusNotFound, "This invite does not exist. Check the link, or ask for a new one.")
	}
	return nil
}

// plainID makes sure that an id in the path is written as we write it: huma
// takes +3 for 3.
func plainID(ctx huma.Context, name string) []error {
	if id := ctx.Param(name); strings.ContainsFunc(id, func(r rune) bool { return r < '0' || r > '9' }) {
		return []error{&huma.ErrorDetail{Location: "path." + name, Message: "it must be digits"}}
	}
	return nil
}

// fieldName is how people call the place of an error: the display name for
// body.display_name.
func fieldName(location string) string {
	_, name, inside := strings.Cut(location, ".")
	if !inside {
		return "request"
	}
	return strings.ReplaceAll(name, "_", " ")
}

var jsonFormat = huma.Format{
	Marshal:   func(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) },
	Unmarshal: json.Unmarshal,
}

// operation adds one typed handler to a group of the API: route is method and
// path, summary a sentence for the OpenAPI document. It answers with the first
// of statuses (200, or 204 without a body, when there is none) unless its
// output says another one. Statuses from 400 on are problems that not every
// operation of the group can meet. Errors of the handler become problems here,
// and nowhere else.
func operation[I, O any](a *App, in group, route, summary string, handler func(context.Context, *I) (*O, error), statuses ...int) {
	method, path, _ := strings.Cut(route, " ")
	good, problems := splitStatuses(statuses)
	op := huma.Operation{
		OperationID: huma.GenerateOperationID(method, path, new(O)),
		Method:      method,
		Path:        path,
		Summary:     summary,
		Tags:        []string{subject(path)},
		Security:    in.security,
		Responses:   in.answers(method, path, problems...),
		// strictBody has read the body already, within its own time.
		BodyReadTimeout: -1,
	}
	if len(good) > 0 {
		op.DefaultStatus = good[0]
	}
	huma.Register(in.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, a.problemOf(ctx, err)
		}
		return out, nil
	})
	for _, status := range good {
		response := *op.Responses[strconv.Itoa(op.DefaultStatus)]
		response.Description = http.StatusText(status)
		op.Responses[strconv.Itoa(status)] = &response
	}
}

func splitStatuses(statuses []int) (good, problems []int) {
	for _, status := range statuses {
		if status < http.StatusBadRequest {
			good = append(good, status)
		} else {
			problems = append(problems, status)
		}
	}
	return good, problems
}

// Browser is the part of a request that handlers need when they begin or name
// a session: the connection behind the typed input.
type Browser struct {
	w http.ResponseWriter
	r *http.Request
}

// Resolve implements huma.Resolver.
func (b *Browser) Resolve(ctx huma.Context) []error {
	b.r, b.w = humachi.Unwrap(ctx)
	return nil
}
