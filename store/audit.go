package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"
)

// AuditAction is what somebody did, as the audit log names it.
type AuditAction string

// The actions of the audit log, by what they concern.
const (
	AuditWorkspaceMade       AuditAction = "workspace-made"
	AuditWorkspaceChanged    AuditAction = "workspace-changed"
	AuditWorkspaceHandedOver AuditAction = "workspace-handed-over"
	AuditExported            AuditAction = "audit-exported"

	AuditUserAdded        AuditAction = "user-added"
	AuditUserRoleChanged  AuditAction = "user-role-changed"
	AuditUserDeactivated  AuditAction = "user-deactivated"
	AuditUserReactivated  AuditAction = "user-reactivated"
	AuditUserSuspended    AuditAction = "user-suspended"
	AuditSuspensionEnded  AuditAction = "suspension-ended"
	AuditUserSignedOut    AuditAction = "user-signed-out"    // everywhere, by somebody else
	AuditSessionEnded     AuditAction = "session-ended"      // one of somebody else's
	AuditOwnSessionsEnded AuditAction = "own-sessions-ended" // one's own, in other browsers
	AuditPasswordChanged  AuditAction = "password-changed"
	AuditPasswordReset    AuditAction = "password-reset" // by the command line or with a link
	AuditResetLinkMade    AuditAction = "reset-link-made"
	AuditTokenMade        AuditAction = "token-made"
	AuditTokenRevoked     AuditAction = "token-revoked"
	AuditInviteMade       AuditAction = "invite-made"
	AuditInviteRevoked    AuditAction = "invite-revoked"

	AuditRoomMade          AuditAction = "room-made"
	AuditRoomChanged       AuditAction = "room-changed"
	AuditRoomArchived      AuditAction = "room-archived"
	AuditRoomUnarchived    AuditAction = "room-unarchived"
	AuditRoomDeleted       AuditAction = "room-deleted"
	AuditRoomUndeleted     AuditAction = "room-undeleted"
	AuditRoomErased        AuditAction = "room-erased"
	AuditRoomHandedOver    AuditAction = "room-handed-over"
	AuditMemberAdded       AuditAction = "member-added"
	AuditMemberRemoved     AuditAction = "member-removed"
	AuditMemberRoleChanged AuditAction = "member-role-changed"
	AuditMemberMuted       AuditAction = "member-muted"
	AuditMuteEnded         AuditAction = "mute-ended"
	AuditMemberBanned      AuditAction = "member-banned"
	AuditBanEnded          AuditAction = "ban-ended"

	AuditMessagesDeleted   AuditAction = "messages-deleted"
	AuditMessagesUndeleted AuditAction = "messages-undeleted"
	AuditMessagesErased    AuditAction = "messages-erased" // by retention, or when the time to undo is over
	AuditReportSettled     AuditAction = "report-settled"
)

// AuditActions are all actions of the audit log.
var AuditActions = []AuditAction{
	AuditWorkspaceMade, AuditWorkspaceChanged, AuditWorkspaceHandedOver, AuditExported,
	AuditUserAdded, AuditUserRoleChanged, AuditUserDeactivated, AuditUserReactivated, AuditUserSuspended, AuditSuspensionEnded,
	AuditUserSignedOut, AuditSessionEnded, AuditOwnSessionsEnded, AuditPasswordChanged, AuditPasswordReset, AuditResetLinkMade,
	AuditTokenMade, AuditTokenRevoked, AuditInviteMade, AuditInviteRevoked,
	AuditRoomMade, AuditRoomChanged, AuditRoomArchived, AuditRoomUnarchived, AuditRoomDeleted, AuditRoomUndeleted, AuditRoomErased,
	AuditRoomHandedOver, AuditMemberAdded, AuditMemberRemoved, AuditMemberRoleChanged, AuditMemberMuted, AuditMuteEnded,
	AuditMemberBanned, AuditBanEnded,
	AuditMessagesDeleted, AuditMessagesUndeleted, AuditMessagesErased, AuditReportSettled,
}

// The ways by which somebody acts.
const (
	OriginPerson      = "person"       // in the page or over the API
	OriginCommandLine = "command-line" // whoever has access to the machine
	OriginChatd       = "chatd"        // a time is over
)

// decisionsLock is the first part of the keys of the advisory locks under which
// decisions are numbered; the second is the person whom they are about.
const decisionsLock = 0x64656373 // "decs"

var origins = []string{OriginPerson, OriginCommandLine, OriginChatd}

type commandLineKey struct{}

// FromCommandLine marks what is done with the context as done by the command
// line: the audit log names no person for it.
func FromCommandLine(ctx context.Context) context.Context {
	return context.WithValue(ctx, commandLineKey{}, true)
}

func isFromCommandLine(ctx context.Context) bool { return ctx.Value(commandLineKey{}) != nil }

// auditTable is where entries are added, and never changed.
const auditTable = "audit_entries"

// facts are what an act changed, by name.
type facts map[string]any

// audited is an act that is to stand in the audit log.
type audited struct {
	by         int64 // 0 for chatd itself
	action     AuditAction
	user, room int64  // 0 for none
	object     string // what else it is about: an invite, a token, a message, a report
	reason     string
	// Before and after hold what the act changed, and nothing secret.
	before, after facts
}

// record writes an act to the audit log. It belongs in the transaction of the
// act, after everything that can still refuse it: what was not done is not in the
// log. Of what was decided about somebody else they are told on their own topic,
// which the caller has numbered; see [Store.Decisions]. What was decided about one
// person is numbered in the order in which it is committed, so that nothing comes
// to light below what they were told already. The lock for that is the last one
// that an act takes: whoever holds it waits for nobody.
func record(ctx context.Context, tx pgx.Tx, act audited) error {
	origin := OriginPerson
	switch {
	case isFromCommandLine(ctx):
		origin, act.by = OriginCommandLine, 0
	case act.by == 0:
		origin = OriginChatd
	}
	before, err := act.before.encode()
	if err != nil {
		return err
	}
	after, err := act.after.encode()
	if err != nil {
		return err
	}
	var batch pgx.Batch
	if act.isDecision() {
		batch.Queue(`select pg_advisory_xact_lock($1, $2)`, decisionsLock, int32(act.user%(1<<31)))
	}
	batch.Queue(`
		with entry as (
			insert into audit_entries (origin, actor_id, action, user_id, room_id, object_id, reason, before, after, late)
			values ($1, nullif($2, 0), $3, nullif($4, 0), nullif($5, 0), nullif($6, ''), $7, $8, $9,
				exists (select from audit_entries where at > now() + interval '1 hour'))
			returning user_id, actor_id
		)
		insert into pending_events (topic_id, kind, user_id, actor_id)
		select user_id, 'decided', user_id, actor_id from entry where $10`,
		origin, act.by, act.action, act.user, act.room, act.object, act.reason, before, after, act.isDecision())
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("write to the audit log: %w", err)
	}
	return nil
}

// differing leaves only what is not the same before and after.
func differing(before, after facts) (was, is facts) {
	was, is = facts{}, facts{}
	for name := range after {
		if !reflect.DeepEqual(before[name], after[name]) {
			was[name], is[name] = before[name], after[name]
		}
	}
	return was, is
}

// encode returns nil for no facts.
func (f facts) encode() ([]byte, error) {
	if f == nil {
		return nil, nil
	}
	return json.Marshal(f)
}
