package app

import "context"

// A plainLine is a message on the page without scripts, or stands for some that
// the viewer does not want to see.
type plainLine struct {
	Message *Message
	Blocked int // how many there are in the place of Message
}

// plainLines are messages as somebody sees them who blocked people: what these
// wrote one after the other is one line. What is deleted has no author.
func plainLines(messages []Message, blocked map[int64]bool) []plainLine {
	var lines []plainLine
	for i := range messages {
		last := len(lines) - 1
		switch {
		case !blocked[messages[i].Author.ID]:
			lines = append(lines, plainLine{Message: &messages[i]})
		case last >= 0 && lines[last].Message == nil:
			lines[last].Blocked++
		default:
			lines = append(lines, plainLine{Blocked: 1})
		}
	}
	return lines
}

// blockedBy are those whom the viewer no longer wants to see.
func (a *App) blockedBy(ctx context.Context) (map[int64]bool, error) {
	people, err := a.store.Blocks(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	blocked := make(map[int64]bool, len(people))
	for _, p := range people {
		blocked[p.ID] = true
	}
	return blocked, nil
}
