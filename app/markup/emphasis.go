package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// mostDelimiters is how many runs of delimiters of a message are looked at.
// Finding the pairs among them takes the square of it.
const mostDelimiters = 2_000

var delimitersKey = parser.NewContextKey()

// emphasized is text between delimiters: emphasis, text that is struck out, or a
// spoiler.
type emphasized struct {
	ast.BaseInline
	delimiter string
}

var kindEmphasized = ast.NewNodeKind("Emphasized")

// Kind implements ast.Node.
func (*emphasized) Kind() ast.NodeKind { return kindEmphasized }

// Dump implements ast.Node.
func (e *emphasized) Dump(source []byte, level int) {
	ast.DumpHelper(e, source, level, map[string]string{"delimiter": e.delimiter}, nil)
}

// emphasisParser finds one kind of delimiter. Of some kinds there have to be
// two, neither more nor fewer.
type emphasisParser struct {
	char byte
	two  bool
}

func emphasis(char byte, least int) emphasisParser {
	return emphasisParser{char: char, two: least == 2}
}

// Trigger implements parser.InlineParser.
func (p emphasisParser) Trigger() []byte { return []byte{p.char} }

// Parse implements parser.InlineParser.
func (p emphasisParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	seen, _ := pc.Get(delimitersKey).(int)
	if seen >= mostDelimiters {
		return nil
	}
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	node := parser.ScanDelimiter(line, before, 1, p)
	if node == nil {
		return nil
	}
	if p.two && node.OriginalLength != 2 {
		block.Advance(node.OriginalLength)
		return ast.NewTextSegment(segment.WithStop(segment.Start + node.OriginalLength))
	}
	pc.Set(delimitersKey, seen+1)
	node.Segment = segment.WithStop(segment.Start + node.OriginalLength)
	block.Advance(node.OriginalLength)
	pc.PushDelimiter(node)
	return node
}

// IsDelimiter implements parser.DelimiterProcessor.
func (p emphasisParser) IsDelimiter(b byte) bool { return b == p.char }

// CanOpenCloser implements parser.DelimiterProcessor.
func (p emphasisParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch implements parser.DelimiterProcessor.
func (p emphasisParser) OnMatch(consumes int) ast.Node {
	delimiter := string(p.char)
	if consumes == 2 {
		delimiter += delimiter
	}
	return &emphasized{delimiter: delimiter}
}
