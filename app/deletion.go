package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chatd/store"
)

// eraseEvery is how long the text of a deleted message may stay after the time
// in which that could be taken back.
const eraseEvery = time.Minute

// MessagePath names a message of a room in an address.
type MessagePath struct {
	RoomPath
	Number int64 `path:"number" minimum:"1"`
}

// Resolve implements huma.Resolver.
func (p *MessagePath) Resolve(ctx huma.Context) []error {
	return append(p.RoomPath.Resolve(ctx), plainID(ctx, "number")...)
}

// Deletion is messages of one person in one room that were deleted together.
type Deletion struct {
	Deletion  int64   `json:"deletion" doc:"Names it when it is taken back."`
	RoomID    int64   `json:"room_id"`
	UserID    int64   `json:"user_id" doc:"Whose messages they are."`
	Count     int     `json:"count" doc:"How many messages."`
	UndoUntil *string `json:"undo_until" format:"date-time" doc:"Until when the viewer can take it back; null when they cannot. After that the text is erased."`
	Already   bool    `json:"already" doc:"Whether somebody had deleted the message before."`
}

func renderDeletion(d store.Deletion) Deletion {
	rendered := Deletion{Deletion: d.ID, RoomID: d.RoomID, UserID: d.UserID, Count: d.Count, Already: d.Already}
	if d.MayUndo {
		rendered.UndoUntil = optionalTime(&d.UndoUntil)
	}
	return rendered
}

type deleteMessageInput struct {
	MessagePath
	Body *struct {
		Reason string `json:"reason,omitempty" doc:"Up to 500 characters. Whoever wrote the message is told it, and it stands in the audit log."`
	}
}

type deletionOutput struct {
	Body Deletion
}

// deleteMessage hides a message of the viewer's or, from those who keep order,
// of anybody.
func (a *App) deleteMessage(ctx context.Context, in *deleteMessageInput) (*deletionOutput, error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	deletion, pending, err := a.store.DeleteMessage(ctx, userOf(ctx), in.Room, in.Number, reason)
	if err != nil {
		return nil, err
	}
	a.deleted(pending, deletion)
	return &deletionOutput{Body: renderDeletion(deletion)}, nil
}

// deleted makes it felt at once, here and on the other nodes, that messages are
// deleted, before the committer has numbered the events of that.
func (a *App) deleted(pending store.Pending, deletions ...store.Deletion) {
	for _, d := range deletions {
		a.withdraw(d.Withdrawn)
	}
	a.doorbell.Ring()
	a.committer.Number(pending...)
}

// withdraw takes from the hub what may be told no longer.
func (a *App) withdraw(w store.Withdrawn) {
	a.hub.Withdraw(roomTopic(w.RoomID), w.Epoch, w.Seqs...)
}

// Purge says which of somebody's messages are to be deleted.
type Purge struct {
	UserID int64  `json:"user_id" minimum:"1" doc:"Whose messages."`
	Since  int64  `json:"since_seconds" minimum:"1" maximum:"604800" doc:"How far back, in seconds."`
	Reason string `json:"reason,omitempty" doc:"Up to 500 characters. The person is told it, and it stands in the audit log."`
}

func (p Purge) within() time.Duration { return time.Duration(p.Since) * time.Second }

type deleteRecentInput struct {
	RoomPath
	Body Purge
}

type deleteRecentEverywhereInput struct {
	Body Purge
}

type deletionsOutput struct {
	Body struct {
		Deletions []Deletion `json:"deletions" doc:"None when there was nothing to delete."`
		More      bool       `json:"more" doc:"Whether there is more than is deleted at once. Ask again."`
	}
}

// deleteRecent hides what somebody has written in a room of late.
func (a *App) deleteRecent(ctx context.Context, in *deleteRecentInput) (*deletionsOutput, error) {
	out := &deletionsOutput{}
	out.Body.Deletions = []Deletion{}
	return out, a.addDeletions(ctx, out, in.Room, in.Body)
}

// deleteRecentEverywhere does so in all rooms where the viewer may.
func (a *App) deleteRecentEverywhere(ctx context.Context, in *deleteRecentEverywhereInput) (*deletionsOutput, error) {
	rooms, err := a.store.RoomsToDeleteIn(ctx, userOf(ctx), in.Body.UserID, in.Body.within())
	if err != nil {
		return nil, err
	}
	out := &deletionsOutput{}
	out.Body.Deletions = []Deletion{}
	for _, room := range rooms {
		err := a.addDeletions(ctx, out, room, in.Body)
		if errors.Is(err, store.ErrForbidden) || errors.Is(err, store.ErrNotMember) || errors.Is(err, store.ErrNotFound) {
			continue // the right was lost a moment ago, or the room
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// addDeletions hides somebody's messages in a room. What it could not do before
// an error stays; what it did is done.
func (a *App) addDeletions(ctx context.Context, out *deletionsOutput, room int64, purge Purge) error {
	deletions, more, pending, err := a.store.DeleteRecent(ctx, userOf(ctx), purge.UserID, room, purge.within(), purge.Reason)
	if len(deletions) > 0 {
		a.deleted(pending, deletions...)
	}
	for _, d := range deletions {
		out.Body.Deletions = append(out.Body.Deletions, renderDeletion(d))
	}
	out.Body.More = out.Body.More || more
	return err
}

type undoDeletionInput struct {
	Deletion int64 `path:"deletion" minimum:"1"`
}

// Resolve implements huma.Resolver.
func (*undoDeletionInput) Resolve(ctx huma.Context) []error { return plainID(ctx, "deletion") }

// undoDeletion shows deleted messages again.
func (a *App) undoDeletion(ctx context.Context, in *undoDeletionInput) (*struct{}, error) {
	pending, err := a.store.UndoDeletion(ctx, userOf(ctx), in.Deletion)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return nil, nil
}

// PendingDeletion is a deletion that the viewer can take back.
type PendingDeletion struct {
	Deletion
	User      Author  `json:"user" doc:"Whose messages they are."`
	DeletedBy *Author `json:"deleted_by" doc:"Null for the command line."`
	Reason    string  `json:"reason"`
	CreatedAt string  `json:"created_at" format:"date-time"`
	Excerpt   string  `json:"excerpt" doc:"How the first of the messages begins, up to 200 characters of its Markdown."`
	WrittenAt string  `json:"written_at" format:"date-time" doc:"When the first of the messages was written."`
}

// TransformSchema implements huma.SchemaTransformer.
func (PendingDeletion) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return nullable[Author](s, r, "deleted_by")
}

type pendingDeletionsOutput struct {
	Body struct {
		Deletions []PendingDeletion `json:"deletions" doc:"The newest first, at most 200."`
	}
}

// listDeletions shows what was deleted in a room and can be taken back.
func (a *App) listDeletions(ctx context.Context, in *RoomPath) (*pendingDeletionsOutput, error) {
	found, err := a.store.Deletions(ctx, userOf(ctx), in.Room)
	if err != nil {
		return nil, err
	}
	out := &pendingDeletionsOutput{}
	out.Body.Deletions = make([]PendingDeletion, len(found))
	for i, d := range found {
		out.Body.Deletions[i] = PendingDeletion{
			Deletion: renderDeletion(d.Deletion), User: renderAuthor(d.User), DeletedBy: optionalAuthor(d.By),
			Reason: d.Reason, CreatedAt: renderTime(d.CreatedAt),
			Excerpt: d.Excerpt, WrittenAt: renderTime(d.WrittenAt),
		}
	}
	return out, nil
}

// keepErasing erases the text of deleted messages when it is time, until ctx
// ends.
func (a *App) keepErasing(ctx context.Context) error {
	tick := time.NewTicker(eraseEvery)
	defer tick.Stop()
	for {
		if _, err := a.store.EraseDeleted(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "deleted messages were not erased; trying again in a minute", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
