package app

import (
	"strconv"
	"strings"

	"chatd/store"
)

// Names of topics on the wire. In the store a topic is its id alone; rooms,
// users and the workspace share one sequence of ids.
const workspaceTopic = "workspace"

func roomTopic(room int64) string { return "room:" + strconv.FormatInt(room, 10) }
func userTopic(user int64) string { return "user:" + strconv.FormatInt(user, 10) }

// userName is how the hub knows a user.
func userName(user int64) string { return strconv.FormatInt(user, 10) }

// userID is the user that the hub knows by name.
func userID(name string) int64 {
	id, _ := strconv.ParseInt(name, 10, 64)
	return id
}

// readKey names the hint that tells how far a room has been read.
func readKey(room int64) string { return "read:" + strconv.FormatInt(room, 10) }

// savedKey names the hint that tells whether a message is saved, and draftKey the
// one with a draft.
func savedKey(room, number int64) string {
	return "saved:" + strconv.FormatInt(room, 10) + ":" + strconv.FormatInt(number, 10)
}

func draftKey(room, thread int64) string {
	return "draft:" + strconv.FormatInt(room, 10) + ":" + strconv.FormatInt(thread, 10)
}

// topicID is the id of a topic that user may ask for: the workspace's, their
// own, or one that can only be a room's. Whether the room is theirs, the store
// says. A name that we would not write ourselves is no topic.
func topicID(name string, user int64) (int64, bool) {
	if name == workspaceTopic {
		return store.WorkspaceTopic, true
	}
	kind, number, _ := strings.Cut(name, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != number || id <= store.WorkspaceTopic {
		return 0, false
	}
	return id, kind == "room" && id != user || kind == "user" && id == user
}

// topicRoom is the room whose topic has this name; false for other topics.
func topicRoom(topic string) (room int64, ok bool) {
	number, ok := strings.CutPrefix(topic, "room:")
	room, err := strconv.ParseInt(number, 10, 64)
	return room, ok && err == nil
}

// topicOf is the name of the topic that an event stands in.
func topicOf(e store.Event) string {
	switch {
	case e.TopicID == store.WorkspaceTopic:
		return workspaceTopic
	case ofUser(e.Kind):
		return userTopic(e.TopicID)
	default:
		return roomTopic(e.TopicID)
	}
}

// ofUser reports whether events of a kind stand in a user's own topic.
func ofUser(kind store.EventKind) bool {
	switch kind {
	case store.EventRoomAdded, store.EventRoomRemoved, store.EventRoomRoleChanged, store.EventMeChanged,
		store.EventMembershipChanged, store.EventSectionsChanged,
		store.EventReportsChanged, store.EventDecided:
		return true
	default:
		return false
	}
}
