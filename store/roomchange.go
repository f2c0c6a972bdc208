package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Bounds of what a room can be set to.
const (
	MaxSlowMode      = 24 * time.Hour
	MaxRetentionDays = 36500
)

// RoomNotices are how those who come and go are shown in a room.
var RoomNotices = []string{"show", "condense", "hide"}

// RoomChange says what is to be different about a room; nil stays as it is.
type RoomChange struct {
	Name, Topic, Description *string
	// Kind is public or private.
	Kind *RoomKind
	// State is who writes in the room while it is not archived: Open, Members or
	// ReadOnly.
	State    *rights.State
	Archived *bool
	// SlowMode is in whole seconds.
	SlowMode *time.Duration
	Notices  *string
	// RetentionDays points to what [Room] has.
	RetentionDays **int
	Default       *bool
}

// ChangeRoom changes a public or private room, all that is asked for or
// nothing, and returns how it is then; what changes nothing makes no news.
// Names follow the rules of CreateRoom. Each part takes its right: topic and slow
// mode that to steer the room, archiving its own, what everybody new comes into
// that to change the workspace, all else that to change the room. Those without
// get ErrForbidden, ErrArchived or, when the room is not theirs to know of,
// ErrNotFound; direct rooms give ErrForbidden. Who makes a room private has to
// be in it, else ErrNotMember: nobody shuts themselves out.
func (s *Store) ChangeRoom(ctx context.Context, by, room int64, change RoomChange) (Room, Pending, error) {
	change, err := change.clean()
	if err != nil {
		return Room{}, nil, err
	}
	var changed Room
	var pending Pending
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		changed, pending, err = changeRoom(ctx, tx, by, room, change)
		return err
	})
	if err != nil {
		return Room{}, nil, fmt.Errorf("change room %d: %w", room, takenError(err))
	}
	return changed, pending, nil
}

func changeRoom(ctx context.Context, tx pgx.Tx, by, room int64, change RoomChange) (Room, Pending, error) {
	if err := holdRoom(ctx, tx, by, room); err != nil {
		return Room{}, nil, err
	}
	st, err := judgeChange(ctx, tx, by, room, change)
	if err != nil {
		return Room{}, nil, err
	}
	was, err := findSettings(ctx, tx, room)
	if err != nil {
		return Room{}, nil, err
	}
	is := change.applied(was)
	if err := is.check(ctx, was, st); err != nil {
		return Room{}, nil, err
	}
	if is == was {
		found, err := findRoom(ctx, tx, room)
		return found, nil, err
	}
	changed, err := is.store(ctx, tx, by, room, was)
	if err != nil {
		return Room{}, nil, err
	}
	return changed, is.concerns(room, was), is.record(ctx, tx, by, room, was)
}

// holdRoom keeps until the end of the transaction what a right in a room depends
// on, and the room itself, which is going to be another one. Whoever joins it
// waits, and is waited for.
func holdRoom(ctx context.Context, tx pgx.Tx, by, room int64, others ...int64) error {
	var batch pgx.Batch
	batch.Queue(`select from users where id = $1 for share`, by)
	batch.Queue(`select from rooms where id = $1 for no key update`, room)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return err
	}
	return holdStanding(ctx, tx, by, room, others...)
}

// takes lists the rights in the room that a change takes; that of nothing takes
// the one to change the room.
func (c RoomChange) takes() []rights.RoomAction {
	var actions []rights.RoomAction
	if c == (RoomChange{}) || c.Name != nil || c.Description != nil || c.Kind != nil || c.State != nil || c.Notices != nil || c.RetentionDays != nil {
		actions = append(actions, rights.ChangeRoom)
	}
	if c.Archived != nil {
		actions = append(actions, rights.ArchiveRoom)
	}
	if c.Topic != nil || c.SlowMode != nil {
		actions = append(actions, rights.SteerRoom)
	}
	return actions
}

// judgeChange returns how by stands to the room, if they may make the change.
func judgeChange(ctx context.Context, tx pgx.Tx, by, room int64, change RoomChange) (rights.Standing, error) {
	st, err := findStanding(ctx, tx, by, room)
	if err != nil {
		return st, err
	}
	for _, action := range change.takes() {
		if err := mayInRoom(ctx, action, st); err != nil {
			return st, err
		}
	}
	if change.Default == nil {
		return st, nil
	}
	if err := mayInRoom(ctx, rights.SeeRoom, st); err != nil {
		return st, err
	}
	if st.Kind == RoomDirect || !rights.ChangeWorkspace.May(st.Role) {
		return st, ErrForbidden
	}
	return st, nil
}

// mayInRoom returns nil when somebody may do an action. Whoever has access to the
// machine does everything in rooms that have a name: the database is theirs.
func mayInRoom(ctx context.Context, action rights.RoomAction, st rights.Standing) error {
	if isFromCommandLine(ctx) && st.Kind != RoomDirect {
		return nil
	}
	return refusal(action, st)
}

// clean returns the change as it is stored.
func (c RoomChange) clean() (RoomChange, error) {
	for _, text := range []struct {
		given **string
		clean func(string) (string, error)
	}{{&c.Name, cleanRoomName}, {&c.Topic, cleanTopic}, {&c.Description, cleanDescription}} {
		if *text.given == nil {
			continue
		}
		cleaned, err := text.clean(**text.given)
		if err != nil {
			return c, err
		}
		*text.given = &cleaned
	}
	return c, c.checkChoices()
}

// checkChoices returns an *InvalidError for what no room can be.
func (c RoomChange) checkChoices() error {
	switch {
	case c.Kind != nil && *c.Kind != RoomPublic && *c.Kind != RoomPrivate:
		return &InvalidError{Field: "kind", Text: "A room is either public or private."}
	case c.State != nil && !slices.Contains([]rights.State{rights.Open, rights.Members, rights.ReadOnly}, *c.State):
		return &InvalidError{Field: "state", Text: "In a room write all, members alone, or those who look after it."}
	case c.SlowMode != nil && (*c.SlowMode < 0 || *c.SlowMode > MaxSlowMode || *c.SlowMode%time.Second != 0):
		return &InvalidError{Field: "slow_mode", Text: "Between two messages people wait up to a day, in whole seconds."}
	case c.Notices != nil && !slices.Contains(RoomNotices, *c.Notices):
		return &InvalidError{Field: "notices", Text: "Those who come and go are shown, condensed or hidden."}
	}
	return c.checkRetention()
}

func (c RoomChange) checkRetention() error {
	if c.RetentionDays == nil || *c.RetentionDays == nil {
		return nil
	}
	if days := **c.RetentionDays; days < 0 || days > MaxRetentionDays {
		return &InvalidError{Field: "retention_days", Text: "Messages are kept for 1 to 36,500 days, or for ever with 0."}
	}
	return nil
}
