package app

import (
	"context"
	"strings"
)

// excerptLength is how many characters of a message a quote of it shows.
const excerptLength = 200

// rendered is what Markdown makes of a text.
type rendered struct {
	html     string  // "" for plain text
	mentions []int64 // people who are mentioned
	all      string  // see [store.Send]
}

// rendered reads the text of a message that author sends into a room.
func (a *App) rendered(_ context.Context, _, _ int64, _ string) (rendered, error) {
	return rendered{}, nil
}

// excerpt is how a text begins, in one line.
func excerpt(text string) string {
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) > excerptLength {
		line = append(line[:excerptLength-1], '…')
	}
	return string(line)
}
