package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// hiddenWords stand in an excerpt for a spoiler.
const hiddenWords = "▒▒▒"

// Excerpt returns the beginning of a message on one line, without markup, in at
// most most characters. It ends with "…" when something is left out. What a
// spoiler hides is not in it.
func Excerpt(body string, most int) string {
	begun := beginning(body, most)
	more := len(begun) < len(body)
	if more && begun != "" { // where a spoiler ends is not known; nothing of it is shown
		begun = strings.TrimRightFunc(begun, func(r rune) bool { return unicode.IsSpace(r) || r == '\\' || r == '|' }) + "||"
	}
	words := begun
	if !isPlain(begun) {
		e := excerpt{source: []byte(clean(begun))}
		e.add(parse(e.source, Names{}))
		words = e.out.String()
	}
	return shorten(strings.Join(strings.Fields(words), " "), most, more)
}

// beginning is more of a text than an excerpt can take in.
func beginning(body string, most int) string {
	limit := 8*most + 2_000
	if len(body) <= limit {
		return body
	}
	for limit > 0 && !utf8.RuneStart(body[limit]) {
		limit--
	}
	return body[:limit]
}

type excerpt struct {
	source []byte
	out    strings.Builder
}

func (e *excerpt) add(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			e.out.WriteString(unescape(string(n.Segment.Value(e.source))))
			if n.SoftLineBreak() || n.HardLineBreak() {
				e.out.WriteByte(' ')
			}
		case *ast.CodeSpan:
			e.out.WriteString(codeOf(n, e.source))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			e.out.Write(linesOf(n, e.source))
		case *ast.AutoLink:
			e.out.Write(n.Label(e.source))
		case *address:
			e.out.WriteString(n.shown)
		case *shortName:
			e.out.WriteString(n.emoji)
		case *extast.TaskCheckBox:
			e.out.WriteString(map[bool]string{true: "☑ ", false: "☐ "}[n.IsChecked])
		case *emphasized:
			if n.delimiter == "||" {
				e.out.WriteString(hiddenWords)
			} else {
				e.add(n)
			}
		case *ast.Link, *ast.Image:
			before := e.out.Len()
			if e.add(n); e.out.Len() == before {
				e.out.WriteString(e.destination(n))
			}
		default:
			e.add(n)
		}
		if n.Type() == ast.TypeBlock {
			e.out.WriteByte(' ')
		}
	}
}

func (e *excerpt) destination(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Link:
		return unescape(string(n.Destination))
	case *ast.Image:
		return unescape(string(n.Destination))
	default:
		return ""
	}
}

// shorten cuts a line behind a whole character, as people see characters.
func shorten(line string, most int, more bool) string {
	runes := []rune(line)
	if len(runes) <= most && !more {
		return line
	}
	cut := min(len(runes), most-1)
	if cut <= 0 {
		return "…"[:max(0, min(most, 1))*len("…")]
	}
	for end := cut; end > 0; end-- {
		if end == len(runes) || !continues(runes[end-1], runes[end]) {
			cut = end
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:cut]), unicode.IsSpace) + "…"
}

// continues reports whether a character belongs to the one before.
func continues(before, r rune) bool {
	const joiner = '\u200D'
	skinTone := r >= 0x1F3FB && r <= 0x1F3FF
	return before == joiner || r == joiner || skinTone || unicode.In(r, unicode.M, unicode.Variation_Selector)
}
