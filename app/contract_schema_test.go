package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// decodeStrictly reads one JSON value, with numbers as they are written.
func decodeStrictly(body string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return v, nil
}

// check says where v is not what a schema promises.
func (s *spec) check(sc *schema, v any, at string) error {
	sc = s.resolve(sc)
	if v == nil && slices.Contains(sc.Type, "null") {
		return nil
	}
	if len(sc.Enum) > 0 && !slices.Contains(sc.Enum, v) {
		return fmt.Errorf("%s: %v is none of %v", at, v, sc.Enum)
	}
	if len(sc.Type) == 0 {
		return nil // anything
	}
	switch sc.Type[0] {
	case "object":
		return s.checkObject(sc, v, at)
	case "array":
		return s.checkArray(sc, v, at)
	case "string":
		return checkText(sc, v, at)
	case "integer":
		return checkInteger(sc, v, at)
	case "boolean":
		if _, ok := v.(bool); ok {
			return nil
		}
	}
	return fmt.Errorf("%s: %v is no %s", at, v, sc.Type)
}

func (s *spec) checkObject(sc *schema, v any, at string) error {
	object, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: %v is no object", at, v)
	}
	for _, name := range sc.Required {
		if _, ok := object[name]; !ok {
			return fmt.Errorf("%s: %s is missing", at, name)
		}
	}
	for name, value := range object {
		inner := sc.Properties[name]
		if inner == nil {
			further := sc.AdditionalProperties
			if further == nil || !further.allowed {
				return fmt.Errorf("%s: %s is not promised", at, name)
			}
			if inner = further.schema; inner == nil {
				continue
			}
		}
		if err := s.check(inner, value, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func (s *spec) checkArray(sc *schema, v any, at string) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("%s: %v is no list", at, v)
	}
	if beyond(len(list), sc.MinItems, sc.MaxItems) {
		return fmt.Errorf("%s: %d entries", at, len(list))
	}
	for i, item := range list {
		if err := s.check(sc.Items, item, at+"["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

func beyond(n int, least, most *int) bool {
	return least != nil && n < *least || most != nil && n > *most
}

// formats are what the formats of the document mean.
var formats = map[string]func(string) error{
	"": func(string) error { return nil },
	"date-time": func(text string) error {
		_, err := time.Parse(time.RFC3339, text)
		return err
	},
	"uuid": func(text string) error {
		if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(text) {
			return errors.New("no UUID in small letters")
		}
		return nil
	},
}

func checkText(sc *schema, v any, at string) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("%s: %v is no text", at, v)
	}
	if beyond(utf8.RuneCountInString(text), sc.MinLength, sc.MaxLength) {
		return fmt.Errorf("%s: the length of %q", at, text)
	}
	if sc.Pattern != "" && !regexp.MustCompile(sc.Pattern).MatchString(text) {
		return fmt.Errorf("%s: %q does not match %s", at, text, sc.Pattern)
	}
	format, known := formats[sc.Format]
	if !known {
		return fmt.Errorf("%s: the tests do not know the format %q", at, sc.Format)
	}
	if err := format(text); err != nil {
		return fmt.Errorf("%s: %q: %w", at, text, err)
	}
	return nil
}

// beyondPrecision is the first number that JavaScript cannot tell from the
// next one.
const beyondPrecision = 1 << 53

func checkInteger(sc *schema, v any, at string) error {
	number, ok := v.(json.Number)
	if !ok {
		return fmt.Errorf("%s: %v is no number", at, v)
	}
	n, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if sc.Minimum != nil && float64(n) < *sc.Minimum || sc.Maximum != nil && float64(n) > *sc.Maximum ||
		n >= beyondPrecision || n <= -beyondPrecision {
		return fmt.Errorf("%s: %d is out of bounds", at, n)
	}
	return nil
}

func TestTheContractTestsNoticeABrokenPromise(t *testing.T) {
	t.Parallel()
	ten := 10.0
	two := 2
	thing := &schema{
		Type: oneOrMany{"object"}, Required: []string{"id"}, AdditionalProperties: &schemaOrBool{},
		Properties: map[string]*schema{
			"id":   {Type: oneOrMany{"integer"}, Maximum: &ten},
			"kind": {Type: oneOrMany{"string"}, Enum: []any{"a", "b"}},
			"at":   {Type: oneOrMany{"string", "null"}, Format: "date-time"},
			"list": {Type: oneOrMany{"array"}, MaxItems: &two, Items: &schema{Type: oneOrMany{"boolean"}}},
		},
	}
	for body, fine := range map[string]bool{
		`{"id":1}`: true, `{"id":1,"kind":"a","at":null,"list":[true]}`: true, `{"id":1,"at":"2026-01-02T03:04:05.678Z"}`: true,
		`{}`: false, `{"id":"1"}`: false, `{"id":11}`: false, `{"id":1.5}`: false, `{"id":1,"kind":"c"}`: false,
		`{"id":1,"at":"yesterday"}`: false, `{"id":1,"list":null}`: false, `{"id":1,"list":[1]}`: false,
		`{"id":1,"list":[true,true,true]}`: false, `{"id":1,"secret":1}`: false, `[]`: false, `null`: false,
	} {
		v, err := decodeStrictly(body)
		if err != nil {
			t.Fatal(err)
		}
		if err := (&spec{}).check(thing, v, "it"); (err == nil) != fine {
			t.Errorf("%s: %v", body, err)
		}
	}
}
