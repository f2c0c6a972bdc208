package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"chatd/store"
)

// audit returns what the audit log tells, the oldest first, each as "action
// actor user room reason before after" with a dash for what is not there.
func (w *world) audit() []string {
	w.t.Helper()
	rows, err := w.sql.Query(w.ctx(), `
		select concat_ws(' ', action, coalesce(actor_id::text, origin), coalesce(user_id::text, '-'), coalesce(room_id::text, '-'),
			coalesce(nullif(reason, ''), '-'), coalesce(before::text, '-'), coalesce(after::text, '-'))
		from audit_entries order by id`)
	w.ok(err)
	entries, err := pgx.CollectRows(rows, pgx.RowTo[string])
	w.ok(err)
	return entries
}

// wrote returns what f leaves in the audit log.
func (w *world) wrote(f func()) []string {
	w.t.Helper()
	before := len(w.audit())
	f()
	return w.audit()[before:]
}

// signedIn signs somebody in.
func (w *world) signedIn(user store.User, n int) string {
	w.t.Helper()
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	w.exec(`insert into sessions (id, token_hash, user_id, user_agent, expires_at) values ($1::text::uuid, decode(md5($1::text), 'hex'), $2, 'Firefox', now() + interval '1 hour')`, id, user.ID)
	return id
}

func TestEachActIsInTheAuditLogOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	browser := w.signedIn(ana, 1)
	member, admin, guest := store.RoleMember, store.RoleAdmin, store.RoleGuest
	var token store.Token
	var invite store.Invite
	open, name := true, "Quay"
	o, a := w.owner.ID, ana.ID
	none := func(error) {}
	for _, act := range []struct {
		what string
		do   func()
		want string // without what differs each time
	}{
		{"give a role", func() { _, _, err := w.SetRole(w.ctx(), o, a, admin); w.ok(err) },
			deed("user-role-changed", o, a, `- {"role": "member"} {"role": "admin"}`)},
		{"give the same role", func() { _, _, err := w.SetRole(w.ctx(), o, a, admin); w.ok(err) }, ""},
		{"give a role without the right", func() { _, _, err := w.SetRole(w.ctx(), a, o, member); none(err) }, ""},
		{"demote the last owner", func() { _, _, err := w.SetRole(w.ctx(), o, o, guest); none(err) }, ""},
		{"make a token", func() {
			var err error
			token, err = w.CreateToken(w.ctx(), a, browser, store.NewToken{Name: "script", Scope: store.ScopeRead, TTL: time.Hour})
			w.ok(err)
		}, deed("token-made", a, a, `- - {"name": "script", "scope": "read"}`)},
		{"revoke it", func() { w.ok(w.RevokeToken(w.ctx(), a, token.ID)) },
			deed("token-revoked", a, a, `- {"name": "script", "scope": "read"} -`)},
		{"revoke it again", func() { w.ok(w.RevokeToken(w.ctx(), a, token.ID)) }, ""},
		{"sign out in one browser", func() { w.ok(w.EndOwnSession(w.ctx(), a, w.signedIn(ana, 2), "revoked")) },
			deed("own-sessions-ended", a, a, `- {"user_agent": "Firefox"} -`)},
		{"sign out where nobody is", func() { none(w.EndOwnSession(w.ctx(), a, token.ID, "revoked")) }, ""},
		{"sign out everywhere else", func() {
			w.signedIn(ana, 3)
			_, err := w.EndUserSessions(w.ctx(), a, browser, "revoked")
			w.ok(err)
		}, deed("own-sessions-ended", a, a, `- - {"sessions_ended": 1}`)},
		{"sign out everywhere else again", func() { _, err := w.EndUserSessions(w.ctx(), a, browser, "revoked"); w.ok(err) }, ""},
		{"change the password", func() { _, err := w.ChangePassword(w.ctx(), a, "hash", "other", browser); w.ok(err) },
			deed("password-changed", a, a, `- - {"sessions_ended": 0}`)},
		{"change it with the wrong one", func() { _, err := w.ChangePassword(w.ctx(), a, "hash", "other", browser); none(err) }, ""},
		{"sign somebody out", func() { _, err := w.SignOutUser(w.ctx(), o, a, "removed"); w.ok(err) },
			deed("user-signed-out", o, a, `- - {"sessions_ended": 1}`)},
		{"sign them out again", func() { _, err := w.SignOutUser(w.ctx(), o, a, "removed"); w.ok(err) }, ""},
		{"reset the password", func() { _, _, err := w.ResetPassword(w.ctx(), "ana", "new"); w.ok(err) },
			fmt.Sprintf(`password-reset command-line %d - - - {"sessions_ended": 0}`, a)},
		{"deactivate", func() { w.signedIn(ana, 4); _, _, _, err := w.Deactivate(w.ctx(), o, a); w.ok(err) },
			deed("user-deactivated", o, a, `- - {"sessions_ended": 1}`)},
		{"deactivate again", func() { _, _, _, err := w.Deactivate(w.ctx(), o, a); w.ok(err) }, ""},
		{"reactivate", func() { _, _, err := w.Reactivate(w.ctx(), o, a); w.ok(err) }, deed("user-reactivated", o, a, `- - -`)},
		{"reactivate again", func() { _, _, err := w.Reactivate(w.ctx(), o, a); w.ok(err) }, ""},
		{"make an invite", func() {
			var err error
			invite, err = w.CreateInvite(w.ctx(), o, store.NewInvite{TTL: time.Hour})
			w.ok(err)
		}, fmt.Sprintf(`invite-made %d - - - - {"role": "member", "max_uses": 0, "room_ids": []}`, o)},
		{"revoke the invite", func() { w.ok(w.RevokeInvite(w.ctx(), o, invite.ID)) }, fmt.Sprintf("invite-revoked %d - - - - -", o)},
		{"revoke it twice", func() { w.ok(w.RevokeInvite(w.ctx(), o, invite.ID)) }, ""},
		{"revoke one that is not", func() { none(w.RevokeInvite(w.ctx(), o, 999)) }, ""},
		{"change the workspace", func() {
			_, _, err := w.ChangeWorkspace(w.ctx(), o, store.WorkspaceChange{SignUpOpen: &open, Name: &name})
			w.ok(err)
		}, fmt.Sprintf(`workspace-changed %d - - - {"name": "Test", "sign_up_open": false} {"name": "Quay", "sign_up_open": true}`, o)},
		{"change nothing", func() {
			_, _, err := w.ChangeWorkspace(w.ctx(), o, store.WorkspaceChange{SignUpOpen: &open})
			w.ok(err)
		}, ""},
	} {
		var got []string
		for _, entry := range w.wrote(act.do) {
			got = append(got, without(entry, "expires_at"))
		}
		if want := slices.DeleteFunc([]string{act.want}, func(s string) bool { return s == "" }); !slices.Equal(got, want) {
			t.Errorf("%s: the audit log says %q, want %q", act.what, got, want)
		}
	}
}

// deed is an entry about what somebody did to somebody.
func deed(action string, by, user int64, rest string) string {
	return fmt.Sprintf("%s %d %d - %s", action, by, user, rest)
}

// without takes a fact that differs each time out of an entry.
func without(entry, fact string) string {
	at := strings.LastIndex(entry, " {")
	var facts map[string]any
	if at < 0 || json.Unmarshal([]byte(entry[at:]), &facts) != nil || facts[fact] == nil {
		return entry
	}
	begin := strings.Index(entry, `"`+fact+`": "`)
	end := begin + strings.Index(entry[begin:], `Z"`) + len(`Z"`)
	return strings.ReplaceAll(strings.ReplaceAll(entry[:begin]+entry[end:], ", }", "}"), "{, ", "{")
}

func TestWhoComesInIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := w.room(store.RoomPublic, "tea", w.owner)
	invite, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Hour, Role: store.RoleGuest, Rooms: []int64{tea.ID}})
	w.ok(err)
	var guest, member store.User
	account := func(name string) store.NewUser {
		return store.NewUser{Username: name, DisplayName: name, PasswordHash: "secret"}
	}
	open := true
	_, _, err = w.ChangeWorkspace(w.ctx(), w.owner.ID, store.WorkspaceChange{SignUpOpen: &open})
	w.ok(err)
	got := w.wrote(func() {
		guest, _, err = w.SignUp(w.ctx(), invite.Token, account("gil"))
		w.ok(err)
		member, _, err = w.SignUp(w.ctx(), "", account("mia"))
		w.ok(err)
		if _, _, err := w.SignUp(w.ctx(), "", account("mia")); err == nil {
			t.Error("two have the same name")
		}
	})
	want := []string{
		deed("user-added", guest.ID, guest.ID, fmt.Sprintf(`- - {"role": "guest", "room_ids": [%d], "invited_by": %d}`, tea.ID, w.owner.ID)),
		deed("user-added", member.ID, member.ID, `- - {"role": "member"}`),
	}
	if !slices.Equal(got, want) {
		t.Errorf("the audit log says %q, want %q", got, want)
	}
	if n := w.number(`select count(*) from audit_entries where action = 'user-added' and object_id = $1`, fmt.Sprint(invite.ID)); n != 1 {
		t.Errorf("%d came by the invite, want 1", n)
	}
	if n := w.number(`select count(*) from audit_entries where action = 'workspace-made' and actor_id = $1 and after->>'name' = 'Test'`, w.owner.ID); n != 1 {
		t.Errorf("the workspace was made %d times", n)
	}
}

// Of many who do the same at once one has done it.
func TestWhatManyDoAtOnceIsInTheAuditLogOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo := w.user("ana"), w.user("bo")
	_, _, err := w.SetRole(w.ctx(), w.owner.ID, ana.ID, store.RoleOwner)
	w.ok(err)
	owners := []int64{w.owner.ID, ana.ID}
	name := "Quay"
	for round, act := range map[store.AuditAction]func(by int64) error{
		store.AuditUserRoleChanged: func(by int64) error {
			_, _, err := w.SetRole(w.ctx(), by, bo.ID, store.RoleAdmin)
			return err
		},
		store.AuditUserDeactivated: func(by int64) error { _, _, _, err := w.Deactivate(w.ctx(), by, bo.ID); return err },
		store.AuditInviteRevoked:   func(by int64) error { return w.RevokeInvite(w.ctx(), by, 1) },
		store.AuditWorkspaceChanged: func(by int64) error {
			_, _, err := w.ChangeWorkspace(w.ctx(), by, store.WorkspaceChange{Name: &name})
			return err
		},
	} {
		count := func() int64 { return w.number(`select count(*) from audit_entries where action = $1`, round) }
		before := count()
		for _, err := range together(10, func(i int) error { return act(owners[i%2]) }) {
			if err != nil {
				t.Errorf("%s: %v", round, err)
			}
		}
		if n := count() - before; n != 1 {
			t.Errorf("%s: %d entries, want 1", round, n)
		}
	}
}

// Nobody, whoever writes to the database by hand, changes what the log says;
// what was to happen beside it does not happen either.
func TestTheAuditLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.audit()
	if len(before) < 2 {
		t.Fatalf("there is little to change: %q", before)
	}
	for _, sql := range []string{
		`update audit_entries set reason = 'because'`,
		`update audit_entries set id = default where id = 1`,
		`delete from audit_entries`,
		`delete from audit_entries where id = 1`,
		`truncate audit_entries`,
		`truncate audit_entries restart identity cascade`,
		`insert into audit_entries (id, origin, action) overriding system value values (1, 'chatd', 'room-made') on conflict (id) do update set reason = 'x'`,
		`merge into audit_entries e using workspace on e.id = 1 when matched then delete`,
		`with gone as (delete from audit_entries returning 1) update workspace set name = 'Mine' where exists (select from gone)`,
	} {
		for name, run := range map[string]func() error{
			"alone": func() error { _, err := w.sql.Exec(w.ctx(), sql); return err },
			"in a transaction": func() error {
				return pgx.BeginFunc(w.ctx(), w.sql, func(tx pgx.Tx) error {
					if _, err := tx.Exec(w.ctx(), `update workspace set name = 'Mine'`); err != nil {
						w.t.Error(err)
					}
					_, err := tx.Exec(w.ctx(), sql)
					return err
				})
			},
			"as changes are replayed": func() error {
				return pgx.BeginFunc(w.ctx(), w.sql, func(tx pgx.Tx) error {
					_, err := tx.Exec(w.ctx(), `set local session_replication_role = replica`)
					w.ok(err)
					_, err = tx.Exec(w.ctx(), sql)
					return err
				})
			},
		} {
			refused, ok := errors.AsType[*pgconn.PgError](run())
			if !ok || refused.Code != "42501" || !strings.Contains(refused.Message, "append-only") {
				t.Errorf("%s, %s: %v", sql, name, refused)
			}
		}
	}
	if after := w.audit(); !slices.Equal(after, before) {
		t.Errorf("the audit log says %q, want %q", after, before)
	}
	if n := w.number(`select count(*) from workspace where name = 'Mine'`); n != 0 {
		t.Error("what came with a change of the audit log has happened")
	}
}

// What cannot be written to the log does not happen.
func TestNothingHappensThatCannotBeRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	w.exec(`alter table audit_entries add constraint full_up check (false) not valid`)
	name := "Quay"
	for what, act := range map[string]func() error{
		"a role": func() error { _, _, err := w.SetRole(w.ctx(), w.owner.ID, ana.ID, store.RoleAdmin); return err },
		"a name": func() error {
			_, _, err := w.ChangeWorkspace(w.ctx(), w.owner.ID, store.WorkspaceChange{Name: &name})
			return err
		},
		"an account": func() error {
			_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: "bo", DisplayName: "Bo", PasswordHash: "x"})
			return err
		},
		"an invite": func() error {
			_, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Hour})
			return err
		},
		"a new password": func() error { _, _, err := w.ResetPassword(w.ctx(), "ana", "x"); return err },
	} {
		if err := act(); err == nil {
			t.Errorf("%s: it was done", what)
		}
	}
	if n := w.number(`
		select (select count(*) from users where role = 'admin' or username = 'bo' or password_hash = 'x')
			+ (select count(*) from workspace where name = 'Quay') + (select count(*) - 1 from invites)`); n != 0 {
		t.Errorf("%d things have happened", n)
	}
}

func TestTheCommandLineIsNobodyInTheAuditLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	got := w.wrote(func() {
		_, _, err := w.SetRole(store.FromCommandLine(context.WithoutCancel(w.ctx())), w.owner.ID, ana.ID, store.RoleAdmin)
		w.ok(err)
	})
	want := fmt.Sprintf(`user-role-changed command-line %d - - {"role": "member"} {"role": "admin"}`, ana.ID)
	if !slices.Equal(got, []string{want}) {
		t.Errorf("the audit log says %q, want %q", got, want)
	}
}
