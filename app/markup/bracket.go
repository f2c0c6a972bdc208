package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// mostVainly is how many bytes of a message are read in vain to find links. Each
// bracket that closes and makes no link may cost all that is between it and its
// opening bracket, or the rest of the line.
const mostVainly = 200_000

// bracketParser finds links and images, until it has been in vain too often.
type bracketParser struct{ parser.InlineParser }

// brackets is what is known of a message's brackets.
type brackets struct {
	open   []int // where the open ones are in the source
	vainly int
}

var bracketsKey = parser.NewContextKey()

// Parse implements parser.InlineParser.
func (p bracketParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	b, ok := pc.Get(bracketsKey).(*brackets)
	if !ok {
		b = &brackets{}
		pc.Set(bracketsKey, b)
	}
	if b.vainly > mostVainly {
		return nil
	}
	line, segment := block.PeekLine()
	found := p.InlineParser.Parse(parent, block, pc)
	if line[0] != ']' {
		if found != nil {
			b.open = append(b.open, segment.Start)
		}
		return found
	}
	if len(b.open) == 0 {
		return found
	}
	last := len(b.open) - 1
	if found == nil {
		b.vainly += segment.Start - b.open[last]
		if len(line) > 1 && (line[1] == '(' || line[1] == '[') {
			b.vainly += len(line)
		}
	}
	b.open = b.open[:last]
	return found
}

// CloseBlock implements parser.CloseBlocker.
func (p bracketParser) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if closer, ok := p.InlineParser.(parser.CloseBlocker); ok {
		closer.CloseBlock(parent, block, pc)
	}
	if b, ok := pc.Get(bracketsKey).(*brackets); ok {
		b.open = b.open[:0]
	}
}
