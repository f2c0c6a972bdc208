package markup

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// address is a web address that stands in a text without further marks.
type address struct {
	ast.BaseInline
	shown string
}

var kindAddress = ast.NewNodeKind("Address")

// Kind implements ast.Node.
func (*address) Kind() ast.NodeKind { return kindAddress }

// Dump implements ast.Node.
func (a *address) Dump(source []byte, level int) { ast.DumpHelper(a, source, level, nil, nil) }

// href is where it leads.
func (a *address) href() string {
	if len(a.shown) >= 4 && strings.EqualFold(a.shown[:4], "www.") {
		return "http://" + a.shown
	}
	return a.shown
}

// addressParser finds web addresses. It is asked at the beginning of a line,
// after other markup, and at white space and punctuation, which it passes over.
type addressParser struct{}

const beforeAddress = " (\"'=:,;>-!{}."

// Trigger implements parser.InlineParser.
func (addressParser) Trigger() []byte { return []byte(beforeAddress) }

// Parse implements parser.InlineParser.
func (addressParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	before := 0
	switch {
	case standsBeforeAddress(line[0]):
		before = 1
	case isNameRune(block.PrecendingCharacter()):
		return nil
	}
	end := addressEnd(line[before:])
	if end == 0 {
		return nil
	}
	if before > 0 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(segment.Start+before))
	}
	block.Advance(before + end)
	return &address{shown: string(line[before : before+end])}
}

func standsBeforeAddress(b byte) bool { return b == '\t' || strings.IndexByte(beforeAddress, b) >= 0 }

// addressEnd returns where the address ends with which a line begins; 0 when it
// does not begin with one.
func addressEnd(line []byte) int {
	host := addressHost(line)
	if host == 0 {
		return 0
	}
	if first, _ := utf8.DecodeRune(line[host:]); first != '[' && !isNameRune(first) {
		return 0
	}
	end := host
	brackets := 0
	for end < len(line) {
		r, size := utf8.DecodeRune(line[end:])
		pair := bytes.HasPrefix(line[end:], []byte("**")) || bytes.HasPrefix(line[end:], []byte("~~"))
		if r == '[' {
			brackets++
		}
		if r == ']' {
			brackets--
		}
		if pair || brackets < 0 || strings.ContainsRune("<>\"`|", r) || unicode.IsSpace(r) || unicode.IsControl(r) {
			break
		}
		end += size
	}
	end = len(trimAddress(string(line[:end])))
	if end <= host || host == len("www.") && bytes.IndexByte(line[host:end], '.') < 0 {
		return 0
	}
	return end
}

// addressHost returns where the host begins in an address; 0 when a line does not
// begin with one.
func addressHost(line []byte) int {
	for _, begin := range []string{"https://", "http://", "www."} {
		if len(line) > len(begin) && strings.EqualFold(string(line[:len(begin)]), begin) {
			return len(begin)
		}
	}
	return 0
}

// trimAddress takes off punctuation that belongs to the sentence, and brackets
// that were opened before the address.
func trimAddress(found string) string {
	opened, closed := strings.Count(found, "("), strings.Count(found, ")")
	for {
		trimmed := strings.TrimRight(found, ".,;:!?'’”»…*_~。、，！？；：」』）")
		if strings.HasSuffix(trimmed, ")") && closed > opened {
			trimmed = strings.TrimSuffix(trimmed, ")")
			closed--
		}
		if trimmed == found {
			return found
		}
		found = trimmed
	}
}

// mailLinks calls other for what is not an e-mail address in a text, and mail for
// each address, in order.
func mailLinks(s string, other, mail func(string)) {
	done := 0
	for at := 0; at < len(s); {
		next := strings.IndexByte(s[at:], '@')
		if next < 0 {
			break
		}
		next += at
		begin := next
		for begin > done && next-begin < longestLocalPart && isLocalByte(s[begin-1]) {
			begin--
		}
		for begin < next && s[begin] == '.' {
			begin++
		}
		end := mailEnd(s, next+1)
		if begin == next || end == 0 || begin > 0 && s[begin-1] >= utf8.RuneSelf {
			at = next + 1
			continue
		}
		if begin > done {
			other(s[done:begin])
		}
		mail(s[begin:end])
		done, at = end, end
	}
	if done < len(s) {
		other(s[done:])
	}
}

const longestLocalPart = 64

func isLocalByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte(".!#$%&'*+/=?^_{}~-", b) >= 0
}

// mailEnd returns where a domain ends that begins at a place of s and has a dot;
// 0 when there is none.
func mailEnd(s string, begin int) int {
	const longest = 253
	end := begin
	for end < len(s) && end-begin <= longest && (isNameRune(rune(s[end])) && s[end] < utf8.RuneSelf || s[end] == '.' || s[end] == '-') {
		end++
	}
	domain := strings.TrimRight(s[begin:end], ".-")
	end = begin + len(domain)
	if end < len(s) && (s[end] == '@' || s[end] == '_') || strings.HasPrefix(domain, ".") || strings.Contains(domain, "..") {
		return 0
	}
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	if len(last) == len(domain) || len(last) < 2 || last[0] >= '0' && last[0] <= '9' {
		return 0
	}
	return end
}
