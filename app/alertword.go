package app

import (
	"slices"
	"strconv"
	"strings"

	"chatd/store"
)

// wordMentioned begins what a node says to the others of people whom a message
// mentions since it was edited: of that, unlike of a new message, the log tells
// only that it was edited. Then follow the numbers of an alert, see [alert.words].
const wordMentioned = "mentioned"

// mentionedAtOnce is how many people one word names.
const mentionedAtOnce = 300

// alertEverywhere tells people of a message here and at the other nodes.
func (a *App) alertEverywhere(one alert) {
	a.alerts.add(one)
	for _, word := range one.words() {
		a.doorbell.Say(word)
	}
}

// heard takes a word that another node has said.
func (a *App) heard(word string) {
	if rest, ok := strings.CutPrefix(word, wordMentioned+" "); ok {
		if one, ok := parseAlert(rest); ok {
			a.alerts.add(one)
		}
		return
	}
	a.typing.Heard(word)
}

// words are the alert for the other nodes: room, number, thread, author, whether
// everybody is mentioned, and those who are.
func (one alert) words() (words []string) {
	all := int64(0)
	if one.all {
		all = 1
	}
	m := one.message
	head := []int64{m.RoomID, m.Number, m.Thread, m.Author.ID, all}
	if len(one.mentioned) == 0 {
		return []string{mentionedWord(head)}
	}
	for people := range slices.Chunk(one.mentioned, mentionedAtOnce) {
		words = append(words, mentionedWord(head, people...))
	}
	return words
}

func mentionedWord(head []int64, people ...int64) string {
	word := wordMentioned
	for _, n := range append(slices.Clone(head), people...) {
		word += " " + strconv.FormatInt(n, 10)
	}
	return word
}

func parseAlert(text string) (one alert, ok bool) {
	var numbers []int64
	for field := range strings.FieldsSeq(text) {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return alert{}, false // a newer node's
		}
		numbers = append(numbers, n)
	}
	if len(numbers) < 5 {
		return alert{}, false
	}
	m := store.Message{RoomID: numbers[0], Number: numbers[1], Thread: numbers[2], Author: store.User{ID: numbers[3]}}
	return alert{message: m, mentioned: numbers[5:], all: numbers[4] != 0}, true
}
