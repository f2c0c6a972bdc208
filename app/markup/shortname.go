package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"chatd/app/emoji"
)

// longestShortName is more than any short name has, in bytes.
const longestShortName = 50

// shortName is an emoji that was written as its short name.
type shortName struct {
	ast.BaseInline
	name, emoji string
}

var kindShortName = ast.NewNodeKind("ShortName")

// Kind implements ast.Node.
func (*shortName) Kind() ast.NodeKind { return kindShortName }

// Dump implements ast.Node.
func (s *shortName) Dump(source []byte, level int) { ast.DumpHelper(s, source, level, nil, nil) }

// emojiParser finds the short names of emoji between colons.
type emojiParser struct{}

// Trigger implements parser.InlineParser.
func (emojiParser) Trigger() []byte { return []byte{':'} }

// Parse implements parser.InlineParser. In "1:100:2" there is no emoji.
func (emojiParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	if isNameRune(block.PrecendingCharacter()) {
		return nil
	}
	line, _ := block.PeekLine()
	end := 1
	for end < len(line) && end <= longestShortName && isShortNameByte(line[end]) {
		end++
	}
	if end == len(line) || line[end] != ':' {
		return nil
	}
	name := string(line[1:end])
	found, ok := emoji.ByName(name)
	if !ok {
		return nil
	}
	block.Advance(end + 1)
	return &shortName{name: name, emoji: found}
}

func isShortNameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '+' || b == '-'
}
