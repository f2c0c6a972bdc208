package app

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// deletedAtOnce is how many messages one style sheet takes away: an address must
// not become too long for what is on the way.
const deletedAtOnce = 100

// deletedContent is what a display tells of messages that are deleted.
type deletedContent struct {
	Room   int64
	Count  int
	Styles []string // the numbers of the messages, for each of the style sheets
}

func newDeletedContent(room int64, numbers []int64) deletedContent {
	content := deletedContent{Room: room, Count: len(numbers)}
	for part := range slices.Chunk(numbers, deletedAtOnce) {
		content.Styles = append(content.Styles, joinNumbers(part))
	}
	return content
}

// joinNumbers writes numbers with commas between them.
func joinNumbers(numbers []int64) string {
	texts := make([]string, len(numbers))
	for i, number := range numbers {
		texts[i] = strconv.FormatInt(number, 10)
	}
	return strings.Join(texts, ",")
}

// plainDeleted is a style sheet that takes messages away from a display that
// shows them already, where there are no scripts. It tells nothing that is not in
// its address.
func (a *App) plainDeleted(w http.ResponseWriter, r *http.Request) {
	var rules strings.Builder
	for i, text := range strings.Split(r.URL.Query().Get("numbers"), ",") {
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil || number < 1 || i == deletedAtOnce {
			a.fail(w, r, problem(http.StatusNotFound, "There are no such messages. Go back to the room."))
			return
		}
		rules.WriteString("#m" + strconv.FormatInt(number, 10) + "{display:none}\n")
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400, immutable")
	_, _ = w.Write([]byte(rules.String()))
}
