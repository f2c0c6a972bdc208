package store

import (
	"time"

	"chatd/store/rights"
)

// WorkspaceTopic is the id of the workspace's topic.
const WorkspaceTopic int64 = 1

// Limits of stored text, in characters (Unicode code points).
const (
	MaxBody        = 20000
	MaxUsername    = 40
	MaxDisplayName = 80
	MaxEmail       = 254
	MaxRoomName    = 80 // the workspace's name too
	MaxTopic       = 250
	MaxDescription = 500
	MaxReason      = 500
	MaxTokenName   = 80
	MaxStatus      = 100
	MaxEmoji       = 40 // bytes: the longest that exists has 35
	MaxTimeZone    = 64
)

// MaxReactors is how many of those who reacted with an emoji a message tells.
const MaxReactors = 50

// MaxThreadAuthors is how many of those who wrote in a thread stand at its root.
const MaxThreadAuthors = 5

// Roles and kinds of room are those of the table of rights.
type (
	Role     = rights.Role
	RoomRole = rights.RoomRole
	RoomKind = rights.Kind
)

// Names that read well in the store.
const (
	RoleOwner  = rights.Owner
	RoleAdmin  = rights.Admin
	RoleMember = rights.Member
	RoleGuest  = rights.Guest

	RoomOwner     = rights.RoomOwner
	RoomModerator = rights.Moderator
	RoomMember    = rights.RoomMember

	RoomPublic  = rights.Public
	RoomPrivate = rights.Private
	RoomDirect  = rights.Direct
)

// EventKind says what an event tells.
type EventKind string

// The kinds of event, with the topic they appear on and the fields they fill.
const (
	EventMessage     EventKind = "message"      // room: Message
	EventJoin        EventKind = "join"         // room: User joined, Actor made it so
	EventLeave       EventKind = "leave"        // room: User left, Actor made it so
	EventRoomChanged EventKind = "room-changed" // room: Room
	EventRoomAdded   EventKind = "room-added"   // user: Room is now theirs
	EventRoomRemoved EventKind = "room-removed" // user: Room no longer is
	EventUserAdded   EventKind = "user-added"   // workspace: User
	EventUserChanged EventKind = "user-changed" // workspace: User
	EventRoomCreated EventKind = "room-created" // workspace: Room, public ones only

	EventRoomListed   EventKind = "room-listed"   // workspace: Room, public, stands in the directory as it is now
	EventRoomUnlisted EventKind = "room-unlisted" // workspace: Room, of which only the id may be told, no longer does

	EventMemberChanged    EventKind = "member-changed"    // room: User has another role in it, Actor gave it
	EventRoomRoleChanged  EventKind = "room-role-changed" // user: their role in Room is another one
	EventMeChanged        EventKind = "me-changed"        // user: User, who they are or what they may do
	EventWorkspaceChanged EventKind = "workspace-changed" // workspace: its name or settings

	EventMessagesDeleted   EventKind = "messages-deleted"   // room: Deletion
	EventMessagesUndeleted EventKind = "messages-undeleted" // room: Deletion, which was taken back
	EventMessageEdited     EventKind = "message-edited"     // room: Message as it is now
	EventReactionsChanged  EventKind = "reactions-changed"  // room: Message as it is now
	EventPinsChanged       EventKind = "pins-changed"       // room: Message as it is now, Actor pinned or unpinned it
	EventReportsChanged    EventKind = "reports-changed"    // user: there are other reports for them to settle
	EventMembershipChanged EventKind = "membership-changed" // user: Room, as they have it in their list, is another way
	EventSectionsChanged   EventKind = "sections-changed"   // user: the sections of their list

	EventDecided EventKind = "decided" // user: something was decided about them, see [Store.Decisions]
	EventSkip    EventKind = "skip"    // what it told of is gone; keeps the count
)

// User is a person's account. Where a User is part of something else (an
// author, an event, a member) only ID, Username, DisplayName, Role and
// DeactivatedAt are set; the User of an event and a member have their Status
// too.
type User struct {
	ID            int64
	Username      string
	DisplayName   string
	Email         string // "" when not given
	Role          Role
	Status        Status
	TimeZone      string // an IANA name; "" when it is not known
	CreatedAt     time.Time
	LastSeenAt    *time.Time // when others saw them come or go
	DeactivatedAt *time.Time
	// Suspended says that they may not sign in, until SuspendedUntil; nil is until
	// somebody ends it.
	Suspended      bool
	SuspendedUntil *time.Time
	// Own is what nobody else may learn. It is set where one's own account is
	// looked up or changed, and empty in lists and for other people.
	Own
}

// Own is what people keep to themselves.
type Own struct {
	Notices        string // show, condense or hide those who come and go
	SendWith       string // the key that sends what is written: enter or ctrl-enter
	SeenBy         bool   // whether others are told what they have read, and they what others have
	PresenceChoice string // see [Store.SetPresence]; automatic when its time is over
	PresenceUntil  *time.Time
}

// Room is a place to talk. Direct rooms have no Name.
type Room struct {
	ID          int64
	Kind        RoomKind
	Name        string
	Topic       string // what is talked about now
	Description string // what the room is for
	State       rights.State
	SlowMode    time.Duration // that somebody waits between two messages; whole seconds
	Notices     string        // show, condense or hide those who come and go, for everybody
	// RetentionDays is for how many days messages are kept: nil as long as the
	// workspace says, 0 for ever.
	RetentionDays *int
	Default       bool  // everybody new comes into it
	FirstNumber   int64 // of the oldest message that is kept; what came before was erased
	CreatedBy     int64
	CreatedAt     time.Time
}

// Position is a place in a topic's log: the last event that is known. Epoch
// and Seq are below 2^53.
type Position struct{ Epoch, Seq int64 }

// Message is one message of a room. Number counts the room's messages, Seq is
// the event that announced it.
type Message struct {
	ID        int64
	RoomID    int64
	Number    int64
	Seq       int64
	Author    User
	ClientID  string
	Body      string
	CreatedAt time.Time
	// Deleted says that it is hidden: Author and Body are empty, and so is what
	// is made of the body.
	Deleted bool
	// HTML is what Markdown makes of Body; "" when it is plain text.
	HTML     string
	EditedAt *time.Time
	// Thread is the number of the root of its thread, and ThreadIndex its place
	// among the replies there, from 1 on and with deleted ones; 0 for none.
	Thread, ThreadIndex int64
	// ReplyTo is the number of the message that it answers; 0 for none.
	ReplyTo int64
	// Mentions are the people who are mentioned, and MentionsAll is not "" when
	// everybody is; see [Send].
	Mentions    []int64
	MentionsAll string
	// Aside is how many of the room's messages up to this one are in threads.
	Aside int64
	// Replies are those of the thread of which it is the root; nil for none.
	Replies *Replies
	// Reactions are in the order of their first use.
	Reactions []Reaction
	Pinned    bool
}

// Reaction is one emoji that people put to a message.
type Reaction struct {
	Emoji   string  `json:"emoji"`
	Count   int     `json:"count"`
	UserIDs []int64 `json:"user_ids"` // the first MaxReactors of them, in the order of time
}

// Replies are the messages of a thread that are not deleted.
type Replies struct {
	Count      int64
	LastAt     time.Time
	LastNumber int64
	Authors    []int64 // of the newest ones, at most MaxThreadAuthors, the newest first
}

// Event is one entry of the log with what it refers to. Which of the
// references are set depends on Kind.
type Event struct {
	TopicID   int64
	Epoch     int64
	Seq       int64
	Kind      EventKind
	Message   *Message
	User      *User
	Room      *Room
	Actor     *User
	Deletion  *DeletedMessages
	Blocked   []int64 // of EventMeChanged: whom User blocks
	CreatedAt time.Time
}

// DeletedMessages are messages of a room that were deleted together. Numbers and
// Seqs ascend; with an EventMessagesDeleted the edits that were told of them are
// among the Seqs.
type DeletedMessages struct {
	Numbers, Seqs []int64
	ByAuthor      bool // nobody else has deleted them
}
