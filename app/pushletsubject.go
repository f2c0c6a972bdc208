package app

import (
	"net/http"
	"strconv"
	"strings"
	"sync"

	"chatd/comet"
	"chatd/store"
)

const (
	pushletMostSubjects    = 255       // in one list
	pushletLongestSubjects = 4 << 10   // bytes of such a list
	pushletSeveralRooms    = int64(-1) // in place of a room whose name others have
)

// pushletSubject is one subject of a subscription: all rooms of the user, or one
// room. Nothing is a prefix of anything else.
type pushletSubject struct {
	text string // as the client names it
	all  bool
	name string // of a room, until it is resolved
	room int64
}

// matches reports whether a subject is about a room of the user's.
func (s pushletSubject) matches(room int64) bool { return s.all || s.room == room }

// tells is how data of a room is called under this subject.
func (s pushletSubject) tells(room int64) string {
	if s.all {
		return pushletRoom(room)
	}
	return s.text
}

func pushletRoom(room int64) string { return "/chat/" + strconv.FormatInt(room, 10) }

// parsePushletSubjects reads a list with commas.
func parsePushletSubjects(list string) ([]pushletSubject, error) {
	if list == "" {
		return nil, problem(http.StatusUnprocessableEntity, "no subject provided")
	}
	if len(list) > pushletLongestSubjects || strings.Count(list, ",") >= pushletMostSubjects {
		return nil, problem(http.StatusUnprocessableEntity, "p_subject is too long. It may name 255 subjects in 4 KiB: use /chat for all your rooms, or the rooms' numbers.")
	}
	var subjects []pushletSubject
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSpace(text)
		room, inside := strings.CutPrefix(text, "/chat/")
		switch {
		case text == "/chat":
			subjects = append(subjects, pushletSubject{text: text, all: true})
		case inside && room != "":
			subjects = append(subjects, pushletSubject{text: text, name: room, room: pushletNumber(room)})
		default:
			return nil, problem(http.StatusUnprocessableEntity, "There is no such subject here. Use /chat for all your rooms, or /chat/ and the number or the name of one.")
		}
	}
	return subjects, nil
}

// pushletNumber is the number that a room is called by, 0 for a name.
func pushletNumber(room string) int64 {
	id, err := strconv.ParseInt(room, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != room || id <= 0 {
		return 0
	}
	return id
}

// resolvePushletSubjects finds out which rooms of the user are meant. A room that
// is named twice counts once.
func resolvePushletSubjects(subjects []pushletSubject, rooms []store.OwnRoom) ([]pushletSubject, error) {
	own := map[int64]bool{}
	for _, r := range rooms {
		own[r.ID] = true
	}
	named := sync.OnceValue(func() map[string]int64 { return pushletRoomNames(rooms) })
	resolved := make([]pushletSubject, 0, len(subjects))
	known := map[int64]bool{} // 0 is /chat
	for _, s := range subjects {
		if !s.all && s.room == 0 {
			s.room = named()[store.RoomNameKey(s.name)]
		}
		switch {
		case s.room == pushletSeveralRooms:
			return nil, problem(http.StatusUnprocessableEntity, "Several of your rooms have this name. Use the room's number, which stands in its address.")
		case !s.all && !own[s.room]:
			return nil, problem(http.StatusNotFound, "You have no such room. Join it in chatd first, or check the number or the name.")
		case !known[s.room]:
			known[s.room] = true
			resolved = append(resolved, s)
		}
	}
	return resolved, nil
}

// pushletRoomNames finds rooms by the keys of their names.
func pushletRoomNames(rooms []store.OwnRoom) map[string]int64 {
	found := map[string]int64{}
	for _, r := range rooms {
		if r.Name == "" {
			continue
		}
		key := store.RoomNameKey(r.Name)
		if _, taken := found[key]; taken {
			found[key] = pushletSeveralRooms
		} else {
			found[key] = r.ID
		}
	}
	return found
}

// pushletTopics are the topics behind subjects, and where they stand. The user's
// own tells of rooms that are added later.
func pushletTopics(subjects []pushletSubject, rooms []store.OwnRoom, user int64, own comet.Position) map[string]comet.Position {
	topics := map[string]comet.Position{}
	for _, s := range subjects {
		if s.all {
			topics[userTopic(user)] = own
		}
		for _, r := range rooms {
			if s.matches(r.ID) {
				topics[roomTopic(r.ID)] = comet.Position(r.Position)
			}
		}
	}
	return topics
}

// pushletRoomID is the room whose topic has this name, 0 for other topics.
func pushletRoomID(topic string) int64 {
	number, ok := strings.CutPrefix(topic, "room:")
	if !ok {
		return 0
	}
	return pushletNumber(number)
}
