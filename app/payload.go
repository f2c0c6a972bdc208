package app

import "chatd/store"

// News is the payload of one event on the data channel. Which fields it has
// depends on its kind.
type News struct {
	Kind    string   `json:"kind"`
	Message *Message `json:"message,omitempty"`
	User    *User    `json:"user,omitempty"`
	Actor   *User    `json:"actor,omitempty"`
	Room    any      `json:"room,omitempty"` // a Room, or a RoomEntry on a user's topic
	RoomID  int64    `json:"room_id,omitempty"`
	At      int64    `json:"at,omitempty"`      // Unix time in milliseconds
	Name    string   `json:"name,omitempty"`    // of the workspace
	SignUp  string   `json:"sign_up,omitempty"` // as in GET /workspace

	RetentionDays int `json:"retention_days,omitempty"` // of the workspace; left out: for ever

	Numbers  []int64  `json:"numbers,omitempty"` // of messages
	ByAuthor *bool    `json:"by_author,omitempty"`
	Blocked  *[]int64 `json:"blocked,omitempty"` // whom the user blocks

	Number    int64       `json:"number,omitempty"` // of a message
	Reactions *[]Reaction `json:"reactions,omitempty"`
	Pinned    *bool       `json:"pinned,omitempty"`
}

// takesQuery reports whether an event tells of something as it stands now,
// which has to be read first; see feed.current.
func takesQuery(kind store.EventKind) bool {
	switch kind {
	case store.EventRoomAdded, store.EventRoomRoleChanged, store.EventMembershipChanged, store.EventWorkspaceChanged,
		store.EventRoomCreated, store.EventRoomListed:
		return true
	default:
		return false
	}
}

// renderNews turns an event of the log into its payload. It is nil for an
// event that can no longer be shown, and for one that takes a query.
func renderNews(e store.Event) []byte {
	news := News{Kind: string(e.Kind)}
	switch e.Kind {
	case store.EventMessage, store.EventMessageEdited:
		if e.Message == nil {
			return nil
		}
		m := renderMessage(*e.Message)
		news.Message = &m
	case store.EventJoin, store.EventLeave, store.EventMemberChanged:
		news.User, news.Actor, news.At = optionalUser(e.User), optionalUser(e.Actor), e.CreatedAt.UnixMilli()
	case store.EventUserAdded, store.EventUserChanged:
		news.User = optionalUser(e.User)
	case store.EventMeChanged:
		news.User, news.Blocked = optionalUser(e.User), &e.Blocked
	case store.EventMessagesDeleted, store.EventMessagesUndeleted:
		if e.Deletion == nil {
			return nil
		}
		news.Numbers, news.ByAuthor, news.At = e.Deletion.Numbers, &e.Deletion.ByAuthor, e.CreatedAt.UnixMilli()
	case store.EventReactionsChanged, store.EventPinsChanged:
		if e.Message == nil {
			return nil
		}
		news.aboutMessage(e)
	case store.EventReportsChanged, store.EventDecided, store.EventSectionsChanged:
	case store.EventRoomChanged:
		if e.Room == nil {
			return nil
		}
		news.Room = renderRoom(*e.Room)
	case store.EventRoomRemoved, store.EventRoomUnlisted:
		if e.Room == nil {
			return nil
		}
		news.RoomID = e.Room.ID
	case store.EventRoomAdded, store.EventRoomRoleChanged, store.EventMembershipChanged, store.EventWorkspaceChanged,
		store.EventRoomCreated, store.EventRoomListed, store.EventSkip:
		return nil
	default:
		return nil
	}
	return encode(news)
}

// aboutMessage tells what belongs to a message, as it is now.
func (n *News) aboutMessage(e store.Event) {
	n.Number, n.At = e.Message.Number, e.CreatedAt.UnixMilli()
	if e.Kind == store.EventPinsChanged {
		n.Pinned, n.User = &e.Message.Pinned, optionalUser(e.Actor)
		return
	}
	reactions := renderReactions(e.Message.Reactions)
	n.Reactions = &reactions
}

func optionalUser(u *store.User) *User {
	if u == nil {
		return nil
	}
	rendered := renderUser(*u)
	return &rendered
}
