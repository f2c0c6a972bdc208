package markup

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// writer makes HTML of a parsed message.
type writer struct {
	source []byte
	out    strings.Builder
	refs   Refs
	// effect says that there was anything but paragraphs, line breaks and text
	// as it was written.
	effect bool
	// visible says that there is something to see.
	visible bool
	// Where the writer is.
	quotes, emphases int
	inLink           bool
	// highlighting is how long it took to give code its colours.
	highlighting time.Duration
}

func (w *writer) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n)
	}
}

func (w *writer) block(n ast.Node) {
	if n.Kind() != ast.KindParagraph {
		w.effect = true
	}
	switch n := n.(type) {
	case *ast.Paragraph:
		w.element("p", func() { w.inline(n) })
	case *ast.TextBlock:
		w.inline(n)
	case *ast.Heading:
		w.element("h"+strconv.Itoa(n.Level), func() { w.inline(n) })
	case *ast.ThematicBreak:
		w.raw("<hr>")
		w.visible = true
	case *ast.Blockquote:
		w.quotes++
		w.element("blockquote", func() { w.blocks(n) })
		w.quotes--
	case *ast.List:
		w.list(n)
	case *ast.ListItem:
		w.item(n)
	case *ast.FencedCodeBlock:
		w.fenced(n)
	case *ast.CodeBlock:
		w.code("", linesOf(n, w.source))
	case *extast.Table:
		w.table(n)
	default:
		w.text(string(linesOf(n, w.source))) // there is no other; nothing gets lost
	}
}

func (w *writer) raw(html string) { w.out.WriteString(html) }

func (w *writer) element(name string, content func()) {
	w.raw("<" + name + ">")
	content()
	w.raw("</" + name + ">")
}

func (w *writer) list(n *ast.List) {
	switch {
	case !n.IsOrdered():
		w.element("ul", func() { w.blocks(n) })
	case n.Start == 1:
		w.element("ol", func() { w.blocks(n) })
	default:
		w.raw(`<ol start="` + strconv.Itoa(n.Start) + `">`)
		w.blocks(n)
		w.raw("</ol>")
	}
}

func (w *writer) item(n *ast.ListItem) {
	if first := n.FirstChild(); first != nil && first.FirstChild() != nil && first.FirstChild().Kind() == extast.KindTaskCheckBox {
		w.raw(`<li class="task">`)
	} else {
		w.raw("<li>")
	}
	w.blocks(n)
	w.raw("</li>")
}

func (w *writer) table(n *extast.Table) {
	w.raw(`<div class="table-scroll"><table>`)
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		if row.Kind() == extast.KindTableHeader {
			w.element("thead", func() { w.row(row, "th") })
			continue
		}
		if row.PreviousSibling() == nil || row.PreviousSibling().Kind() == extast.KindTableHeader {
			w.raw("<tbody>")
		}
		w.row(row, "td")
		if row.NextSibling() == nil {
			w.raw("</tbody>")
		}
	}
	w.raw("</table></div>")
}

func (w *writer) row(row ast.Node, cell string) {
	w.element("tr", func() {
		for n := row.FirstChild(); n != nil; n = n.NextSibling() {
			w.element(cell, func() { w.inline(n) })
		}
	})
}

// inline writes what is inside a paragraph or another inline node. Adjacent
// texts are one.
func (w *writer) inline(parent ast.Node) {
	var run strings.Builder
	flush := func() {
		w.words(run.String())
		run.Reset()
	}
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		t, isText := n.(*ast.Text)
		if !isText {
			flush()
			w.span(n)
			continue
		}
		run.Write(t.Segment.Value(w.source))
		if t.SoftLineBreak() || t.HardLineBreak() {
			flush()
			w.lineBreak(t)
		}
	}
	flush()
}

func (w *writer) lineBreak(t *ast.Text) {
	if stop := t.Segment.Stop; t.HardLineBreak() && stop < len(w.source) && w.source[stop] == '\\' {
		w.effect = true
	}
	if t.NextSibling() != nil {
		w.raw("<br>")
	}
}

// words writes text in which escapes, entities and mail addresses may stand.
func (w *writer) words(source string) {
	words := unescape(source)
	if words != source {
		w.effect = true
	}
	if w.inLink {
		w.text(words)
		return
	}
	mailLinks(words, w.text, func(mail string) { w.link("mailto:"+mail, mail, true, nil) })
}

// text writes text as it is.
func (w *writer) text(s string) {
	if !w.visible && strings.ContainsFunc(s, isVisible) {
		w.visible = true
	}
	w.raw(html.EscapeString(s))
}

// span writes an inline node that is not text.
func (w *writer) span(n ast.Node) {
	w.effect = true
	switch n := n.(type) {
	case *emphasized:
		w.emphasized(n)
	case *ast.CodeSpan:
		w.element("code", func() { w.text(codeOf(n, w.source)) })
	case *ast.Link:
		w.markedLink(n, string(n.Destination))
	case *ast.Image:
		w.markedLink(n, string(n.Destination))
	case *ast.AutoLink:
		w.autoLink(n)
	case *address:
		w.link(n.href(), n.shown, true, nil)
	case *mention:
		w.mention(n)
	case *roomLink:
		w.roomLink(n)
	case *shortName:
		w.visible = true
		w.raw(`<span class="emoji" title=":` + strings.ToLower(n.name) + `:">` + n.emoji + "</span>")
	case *extast.TaskCheckBox:
		w.checkBox(n)
	case *ast.String:
		w.text(string(n.Value))
	default:
		w.inline(n) // there is no other; nothing gets lost
	}
}

var emphasisElements = map[string]string{"*": "em", "_": "em", "**": "strong", "__": "strong", "~~": "del"}

func (w *writer) emphasized(n *emphasized) {
	w.emphases++
	defer func() { w.emphases-- }()
	switch {
	case w.emphases > deepest:
		w.text(n.delimiter)
		w.inline(n)
		w.text(n.delimiter)
	case n.delimiter == "||":
		w.raw(`<span class="spoiler">`)
		w.inline(n)
		w.raw("</span>")
	default:
		w.element(emphasisElements[n.delimiter], func() { w.inline(n) })
	}
}

func (w *writer) checkBox(n *extast.TaskCheckBox) {
	w.visible = true
	if n.IsChecked {
		w.raw(`<input type="checkbox" checked="" disabled=""> `)
	} else {
		w.raw(`<input type="checkbox" disabled=""> `)
	}
}

func (w *writer) mention(n *mention) {
	switch {
	case w.inLink:
		w.text(n.shown)
		return
	case n.everyone != "":
		w.raw(`<span class="mention" data-everyone="` + n.everyone + `">`)
	default:
		w.raw(`<span class="mention" data-user="` + strconv.FormatInt(n.user, 10) + `">`)
	}
	w.text(n.shown)
	w.raw("</span>")
	if w.quotes == 0 {
		w.refs.add(n)
	}
}

// add notes whom a mention calls.
func (r *Refs) add(n *mention) {
	switch {
	case n.everyone == "":
		if !slices.Contains(r.Users, n.user) {
			r.Users = append(r.Users, n.user)
		}
	case r.Everyone != Room:
		r.Everyone = n.everyone
	}
}

func (w *writer) roomLink(n *roomLink) {
	if w.inLink {
		w.text(n.shown)
		return
	}
	w.raw(fmt.Sprintf(`<a class="room-link" data-room="%d">`, n.room))
	w.text(n.shown)
	w.raw("</a>")
}

// markedLink writes a link or an image, which becomes one.
func (w *writer) markedLink(n ast.Node, destination string) {
	destination = unescape(destination)
	shown := w.plainOf(n)
	if !strings.ContainsFunc(shown, isVisible) {
		w.link(destination, destination, true, nil)
		return
	}
	w.link(destination, shown, false, func() { w.inline(n) })
}

func (w *writer) autoLink(n *ast.AutoLink) {
	shown := string(n.Label(w.source))
	to := shown
	if n.AutoLinkType == ast.AutoLinkEmail {
		to = "mailto:" + shown
	}
	if _, ok := targetOf(to); !ok {
		shown = "<" + shown + ">"
	}
	w.link(to, shown, true, nil)
}

// link writes a link with a text, or with content that shows this text. One that
// may not be is written as it was: [text](address).
func (w *writer) link(to, shown string, bare bool, content func()) {
	if content == nil {
		content = func() { w.text(shown) }
	}
	if w.inLink {
		content()
		return
	}
	w.effect = true
	t, ok := targetOf(to)
	if !ok {
		w.refused(to, bare, content)
		return
	}
	w.raw(`<a href="` + html.EscapeString(t.href) + `" rel="noopener noreferrer nofollow" target="_blank">`)
	turns := strings.ContainsFunc(shown, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) })
	if turns {
		w.raw("<bdi>")
	}
	w.inLink = true
	content()
	w.inLink = false
	if turns {
		w.raw("</bdi>")
	}
	w.raw("</a>")
	if note := t.note(shown, bare); note != "" {
		w.text(" (" + note + ")")
	}
}

func (w *writer) refused(to string, bare bool, content func()) {
	if bare {
		content()
		return
	}
	w.text("[")
	content()
	w.text("](" + to + ")")
}

// plainOf is the text of an inline node and all that is in it.
func (w *writer) plainOf(parent ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(parent, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.WriteString(unescape(string(n.Segment.Value(w.source))))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(w.source))
		case *address:
			b.WriteString(n.shown)
		case *mention:
			b.WriteString(n.shown)
		case *roomLink:
			b.WriteString(n.shown)
		case *shortName:
			b.WriteString(n.emoji)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// codeOf is the text of code within a line.
func codeOf(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(source))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// linesOf is the text of a block as it was written.
func linesOf(n ast.Node, source []byte) []byte {
	var b []byte
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b = append(b, line.Value(source)...)
	}
	return b
}

// unescape resolves backslashes before punctuation, and entities.
func unescape(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]):
			i++
			b.WriteByte(s[i])
		case s[i] == '&':
			entity, meant := entityAt(s[i:])
			b.WriteString(meant)
			i += len(entity) - 1
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// longestEntity is the length of the longest that HTML has.
const longestEntity = len("&CounterClockwiseContourIntegral;")

// entityAt returns the entity that s begins with, and what it means. A & that
// begins none means itself.
func entityAt(s string) (entity, meant string) {
	end := strings.IndexByte(s[:min(len(s), longestEntity)], ';')
	if end > 1 {
		entity = s[:end+1]
		if meant = html.UnescapeString(entity); meant != entity && (meant == ";" || !strings.HasSuffix(meant, ";")) {
			return entity, strings.ReplaceAll(meant, "\x00", "\uFFFD")
		}
	}
	return "&", "&"
}
