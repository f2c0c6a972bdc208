package pushlet

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Format is how answers are written.
type Format string

// The formats. The original has a fourth, ser, which is serialized Java objects.
const (
	JS        Format = "js"
	XML       Format = "xml"
	XMLStrict Format = "xml-strict"
)

// ParseFormat returns the format of a name, JS for an empty one. It reports false
// for others.
func ParseFormat(name string) (Format, bool) {
	switch f := Format(name); f {
	case "":
		return JS, true
	case JS, XML, XMLStrict:
		return f, true
	default:
		return JS, false
	}
}

// Header sets what each answer carries. Connections with Java's own client, told
// by the user agent, are closed after each.
func (f Format) Header(h http.Header, userAgent string) {
	h.Set("Expires", "Sat, 6 May 1995 12:00:00 GMT")
	h["Cache-Control"] = []string{"no-store, no-cache, must-revalidate", "post-check=0, pre-check=0"}
	h.Set("Pragma", "no-cache")
	h.Set("Content-Type", f.contentType())
	if strings.Index(strings.ToLower(userAgent), "java") > 0 {
		h.Set("Connection", "close")
	}
}

func (f Format) contentType() string {
	switch f {
	case XML:
		return "text/plain;charset=UTF-8"
	case XMLStrict:
		return "text/xml;charset=UTF-8"
	default:
		return "text/html;charset=UTF-8"
	}
}

const head = `<html><head><meta http-equiv="Pragma" content="no-cache"><meta http-equiv="Expires" content="Tue, 31 Dec 1997 23:59:59 GMT"></head><body>
<script language="JavaScript"> var url=" "; 
function refresh() { document.location.href=url; }</script>`

// AppendHead appends what stands before the first event.
func (f Format) AppendHead(b []byte) []byte {
	switch f {
	case XML:
		return b
	case XMLStrict:
		return append(b, "<pushlet>"...)
	default:
		return append(b, head...)
	}
}

// AppendEvent appends an event.
func (f Format) AppendEvent(b []byte, e Event) []byte {
	if f == XML || f == XMLStrict {
		return appendElement(b, e)
	}
	b = append(b, `<script language="JavaScript">parent.push(`...)
	for i, field := range e {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJS(append(b, '\''), field.Name), `', "`...)
		b = append(appendJS(b, field.Value), '"')
	}
	return append(b, `);</script>`...)
}

func appendElement(b []byte, e Event) []byte {
	b = append(b, "<event"...)
	for _, field := range e {
		b = append(append(append(b, ' '), field.Name...), `="`...)
		b = append(appendXML(b, field.Value), '"')
	}
	return append(b, " />"...)
}

// AppendRefresh appends that the client shall come back to url after wait. In
// the format js nothing but the tail can follow.
func (f Format) AppendRefresh(b []byte, at time.Time, wait time.Duration, url string) []byte {
	millis := strconv.FormatInt(wait.Milliseconds(), 10)
	if f == XML || f == XMLStrict {
		return appendElement(b, NewEvent("refresh", at, FieldWait, millis, FieldURL, url))
	}
	b = append(b, "\n<script language=\"JavaScript\">url='"...)
	b = append(appendJS(b, url), "';\n setTimeout(\"refresh()\", "...)
	return append(append(b, millis...), ");\n</script></body></html>"...)
}

// AppendTail appends what stands after the last event.
func (f Format) AppendTail(b []byte) []byte {
	if f == XMLStrict {
		return append(b, "</pushlet>"...)
	}
	return b
}
