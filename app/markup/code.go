package markup

import (
	"html"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
)

// What has colours. The grammars search back and forth, so that time is limited
// too: code that takes longer has none.
const (
	mostHighlighted  = 20 << 10              // bytes of a block
	longestCodeLine  = 1_000                 // bytes
	highlightingTime = 50 * time.Millisecond // of a message
)

var languageName = regexp.MustCompile(`^[A-Za-z0-9+#._-]{1,32}$`)

// fenced writes a block of code between fences. What stands behind the fence is
// the language, if it can be, and else the first line of the code.
func (w *writer) fenced(n *ast.FencedCodeBlock) {
	code := linesOf(n, w.source)
	language := ""
	if n.Info != nil {
		info := strings.TrimSpace(string(n.Info.Segment.Value(w.source)))
		if languageName.MatchString(info) {
			language = strings.ToLower(info)
		} else if info != "" {
			code = append([]byte(info+"\n"), code...)
		}
	}
	w.code(language, code)
}

func (w *writer) code(language string, code []byte) {
	w.effect, w.visible = true, true
	if language == "" {
		w.raw(`<pre class="code"><code>`)
	} else {
		w.raw(`<pre class="code" data-language="` + language + `"><code>`)
	}
	if coloured, ok := w.highlight(language, string(code)); ok {
		w.raw(coloured)
	} else {
		w.raw(html.EscapeString(string(code)))
	}
	w.raw("</code></pre>")
}

// highlight gives code its colours, as classes. ok is false when it has none.
func (w *writer) highlight(language, code string) (coloured string, ok bool) {
	lexer := lexerOf(language)
	if lexer == nil || !isModest(code) {
		return "", false
	}
	began := time.Now()
	defer func() { w.highlighting += time.Since(began) }()
	tokens, err := lexer.Tokenise(nil, code)
	if err != nil {
		return "", false
	}
	var b, run strings.Builder
	class, size := "", 0
	flush := func() {
		switch {
		case run.Len() == 0:
		case class == "":
			b.WriteString(html.EscapeString(run.String()))
		default:
			b.WriteString(`<span class="hl-` + class + `">` + html.EscapeString(run.String()) + "</span>")
		}
		size += run.Len()
		run.Reset()
	}
	until := began.Add(highlightingTime - w.highlighting)
	for token := tokens(); token != chroma.EOF; token = tokens() {
		if time.Now().After(until) {
			return "", false
		}
		if c := classOf(token.Type); c != class {
			flush()
			class = c
		}
		run.WriteString(token.Value)
	}
	flush()
	return b.String(), size == len(code)
}

// classOf is the short name of a kind of token, as other highlighters have it.
func classOf(t chroma.TokenType) string {
	if t == chroma.Text || t == chroma.TextWhitespace || t == chroma.Background || t == chroma.Error {
		return ""
	}
	for _, kind := range []chroma.TokenType{t, t.SubCategory(), t.Category()} {
		if class, ok := chroma.StandardTypes[kind]; ok {
			return class
		}
	}
	return ""
}

func isModest(code string) bool {
	if len(code) > mostHighlighted {
		return false
	}
	for line := range strings.Lines(code) {
		if len(line) > longestCodeLine {
			return false
		}
	}
	return true
}

// lexerOf finds a language by its name, as the usual ones have it. Each takes
// memory for ever once it was used, so there are not all that exist.
func lexerOf(language string) chroma.Lexer {
	if !highlightedLanguages[language] {
		return nil
	}
	lexer := lexers.Get(language)
	if lexer == nil {
		return nil
	}
	return chroma.Coalesce(lexer)
}

var highlightedLanguages = setOf(`
	awk bash sh shell zsh console bat batch c h cpp c++ csharp c# cs clojure cmake css scss sass less d dart diff patch
	docker dockerfile elixir elm erlang fish fortran fsharp f# go golang graphql groovy haskell hs hcl terraform html ini java javascript js jsx
	json json5 julia kotlin kt latex tex lisp lua make makefile markdown md matlab nginx nim nix objective-c objc ocaml pascal perl pl php
	postgresql postgres powershell ps1 prolog properties protobuf proto puppet python py python3 r racket ruby rb rust rs scala scheme
	sed solidity sql svelte swift systemd tcl toml ts tsx typescript vb.net verilog vhdl viml vim vue wasm xml svg yaml yml zig`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
