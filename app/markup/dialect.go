package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// deepest is how many quotations and lists may lie in each other, and likewise
// how many emphases. What is deeper is text.
const deepest = 20

// dialect is what a message may have. It keeps nothing between messages.
var dialect = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(shallow{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithParagraphTransformers(
		util.Prioritized(smallTables{extension.NewTableParagraphTransformer()}, 200),
	),
	parser.WithInlineParsers(
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(bracketParser{parser.NewLinkParser()}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(mentionParser{}, 410),
		util.Prioritized(roomParser{}, 420),
		util.Prioritized(emojiParser{}, 430),
		util.Prioritized(emphasis('*', 1), 500),
		util.Prioritized(emphasis('_', 1), 500),
		util.Prioritized(emphasis('~', 2), 500),
		util.Prioritized(emphasis('|', 2), 500),
		util.Prioritized(addressParser{}, 900),
	),
	parser.WithASTTransformers(
		util.Prioritized(extension.NewTableASTTransformer(), 0),
	),
)

var namesKey = parser.NewContextKey()

func parse(source []byte, names Names) ast.Node {
	pc := parser.NewContext()
	pc.Set(namesKey, &names)
	return dialect.Parse(text.NewReader(source), parser.WithContext(pc))
}

// shallow is a parser of blocks that may lie in each other, but not too deep.
type shallow struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		if n.Kind() == ast.KindBlockquote || n.Kind() == ast.KindList {
			depth++
		}
	}
	if depth >= deepest {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}
