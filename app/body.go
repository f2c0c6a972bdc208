package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of a request's body in bytes. The longest message, 20,000 characters
// written as \uXXXX\uXXXX each, fits into the larger one.
const (
	bodyLimit        = 256 << 10
	visitorBodyLimit = 16 << 10
)

const jsonType = "application/json"

// bodyPatience is how long the whole body of an API request may take.
const bodyPatience = 15 * time.Second

// strictBody reads the body of a changing request whole and lets only clean
// JSON through. encoding/json replaces what is not UTF-8, and half a surrogate
// pair, without a word; here both are errors.
func (a *App) strictBody(limit int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			raw, err := readBody(w, r, limit)
			if err == nil && len(raw) > 0 {
				err = errors.Join(checkContentType(r), checkJSON(raw))
			}
			if err != nil {
				a.fail(w, r, err)
				return
			}
			r.Header.Set("Content-Type", jsonType)
			// There is nothing to choose, and huma trips over an Accept such as ";".
			r.Header.Set("Accept", jsonType)
			r.Body = io.NopCloser(bytes.NewReader(raw))
			next.ServeHTTP(w, r)
		})
	}
}

// readBody reads the body of a request, of up to limit bytes. With an error it
// returns what it has read.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	control := http.NewResponseController(w)
	// Not every writer knows deadlines; then the server's own limits hold.
	_ = control.SetReadDeadline(time.Now().Add(bodyPatience))
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
		return raw, nil
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return raw, problem(http.StatusRequestEntityTooLarge,
			"This is too large. The limit is "+strconv.FormatInt(limit>>10, 10)+" KiB.")
	}
	return raw, problem(http.StatusBadRequest, "The request did not arrive whole. Try again.")
}

func checkContentType(r *http.Request) error {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := parameters["charset"]
	if err != nil || kind != jsonType || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return problem(http.StatusUnsupportedMediaType, "Send this as JSON, with Content-Type: "+jsonType+".")
	}
	return nil
}

// checkJSON says what is wrong with raw as a JSON text for us: beyond the
// grammar, text must be whole Unicode characters and must not hold NUL, which
// PostgreSQL cannot store.
func checkJSON(raw []byte) error {
	if !utf8.Valid(raw) {
		return problem(http.StatusBadRequest, "The text is not valid UTF-8.")
	}
	if !json.Valid(raw) {
		return problem(http.StatusBadRequest, "The request is not valid JSON.")
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++ // the escaped character
		if raw[i] != 'u' {
			continue
		}
		r := escaped(raw[i+1:])
		i += 4
		switch {
		case r == 0:
			return problem(http.StatusUnprocessableEntity, "The text holds a NUL character. Take it out.")
		case !utf16.IsSurrogate(r):
		case pairs(r, raw[i+1:]):
			i += 6
		default:
			return problem(http.StatusBadRequest, "The text holds half of a character (a lone surrogate).")
		}
	}
	return nil
}

// escaped returns the number in the four hexadecimal digits at the start of
// digits, which json.Valid has seen.
func escaped(digits []byte) rune {
	n, _ := strconv.ParseUint(string(digits[:4]), 16, 16)
	return rune(n)
}

// pairs reports whether rest begins with the escape that completes the
// surrogate high.
func pairs(high rune, rest []byte) bool {
	return len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' &&
		utf16.DecodeRune(high, escaped(rest[2:])) != utf8.RuneError
}
