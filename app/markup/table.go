package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// mostCells is how many cells a message's table has at most. All rows are as
// wide as the first, however short they are written, so a small message could
// make a very large table.
const mostCells = 5_000

// smallTables makes tables that are not too large, and loses no cell.
type smallTables struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (s smallTables) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	for i := 1; i < lines.Len(); i++ {
		line := lines.At(i)
		if !dividesTable(line.Value(reader.Source())) {
			continue
		}
		width := cells(line.Value(reader.Source()))
		spent, _ := pc.Get(cellsKey).(int)
		spent += width * (lines.Len() - i)
		if spent > mostCells {
			return
		}
		for j := i + 1; j < lines.Len(); j++ {
			row := lines.At(j)
			if cells(row.Value(reader.Source())) > width {
				return // the cells that are too many would not be shown
			}
		}
		pc.Set(cellsKey, spent)
		s.ParagraphTransformer.Transform(node, reader, pc)
		return
	}
}

var cellsKey = parser.NewContextKey()

// dividesTable reports whether a line can stand below the head of a table.
func dividesTable(line []byte) bool {
	return bytes.IndexByte(line, '-') >= 0 && len(bytes.Trim(line, " \t\r\n|:-")) == 0 &&
		bytes.IndexFunc(line, func(r rune) bool {
			return r != ' ' && r != '\t' && r != '\r' && r != '\n' && r != '|' && r != ':' && r != '-'
		}) < 0
}

// cells counts the cells of a line.
func cells(line []byte) int {
	line = bytes.TrimSpace(line)
	line = bytes.TrimPrefix(line, []byte("|"))
	n := 1
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '|':
			if i < len(line)-1 {
				n++
			}
		}
	}
	return n
}
