package app

import (
	"html/template"
	"regexp"
	"strings"
)

// richWords is what Markdown has made of a message, which is safe. Spoilers are
// uncovered by pointing at them and by the keyboard: nothing else is possible
// without a script inside a line.
func richWords(html string) template.HTML {
	uncovered := strings.ReplaceAll(html, `<span class="spoiler">`, `<span class="spoiler" tabindex="0" title="Spoiler">`)
	return template.HTML(uncovered) //nolint:gosec // made by the package markup, which escapes all text
}

// A wordsPart is a piece of a message's line: text, or a web address to go to.
type wordsPart struct{ Text, Link string }

var webAddress = regexp.MustCompile(`\bhttps?://[^\s<>"]+`)

// linesOf takes a message apart into lines, and these into text and web
// addresses. The template escapes each of them.
func linesOf(body string) [][]wordsPart {
	var lines [][]wordsPart
	for line := range strings.SplitSeq(body, "\n") {
		lines = append(lines, partsOf(line))
	}
	return lines
}

func partsOf(line string) []wordsPart {
	var parts []wordsPart
	done := 0
	for _, at := range webAddress.FindAllStringIndex(line, -1) {
		link := trimAddress(line[at[0]:at[1]])
		if at[0] > done {
			parts = append(parts, wordsPart{Text: line[done:at[0]]})
		}
		parts = append(parts, wordsPart{Text: link, Link: link})
		done = at[0] + len(link)
	}
	if done < len(line) {
		parts = append(parts, wordsPart{Text: line[done:]})
	}
	return parts
}

// trimAddress takes off punctuation that belongs to the sentence, and a bracket
// that was opened before the address.
func trimAddress(found string) string {
	for {
		trimmed := strings.TrimRight(found, ".,;:!?'’”»…")
		if strings.HasSuffix(trimmed, ")") && strings.Count(trimmed, ")") > strings.Count(trimmed, "(") {
			trimmed = strings.TrimSuffix(trimmed, ")")
		}
		if trimmed == found {
			return found
		}
		found = trimmed
	}
}
