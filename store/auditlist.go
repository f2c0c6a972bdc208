package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// AuditEntry is what the audit log tells of one act.
type AuditEntry struct {
	ID     int64
	At     time.Time
	Origin string
	// Actor is who did it, unless it was the command line or chatd itself.
	Actor  *AuditPerson
	Action AuditAction
	// Person and Room are whom and where it concerns, nil when it is nobody and
	// no room.
	Person *AuditPerson
	Room   *AuditRoom
	Object string // what else it is about: an invite, a token, a message, a report
	Reason string
	// Before and After hold what the act changed, nil when there is nothing to
	// tell.
	Before, After map[string]any
	// Withheld says that it was in a private room that the reader is not in, and
	// neither theirs nor about them: so Person, Object, Reason, Before and After
	// are not told.
	Withheld bool
}

// AuditPerson is somebody in the audit log, with the names of today.
type AuditPerson struct {
	ID                    int64
	Username, DisplayName string
}

// AuditRoom is a room in the audit log. The name is "" when the room has none
// any more, and when it is not the reader's to know.
type AuditRoom struct {
	ID   int64
	Name string
}

// AuditFilter says which entries are wanted; what is zero is not asked for.
type AuditFilter struct {
	Actor, User, Room int64
	Action            AuditAction
	Origin            string
	From, To          time.Time // from then on, and before then
	// Search finds words that begin so in reasons, parts of the names of people and
	// of rooms whose name the reader knows, and the id of whatever else an entry is
	// about. Neither it nor User finds what is withheld.
	Search string
}

// AuditPage is a part of the audit log.
type AuditPage struct {
	Page
	AuditFilter
}

// AuditLog returns a page of the audit log, the newest entries first, and where
// the next page begins, "" after the last one. Of what happened in private rooms
// that the reader is not in it tells when, who did what, and the id of the room
// (see [AuditEntry.Withheld]); of what is their own or concerns them there, all
// but what the room is called and about. For the command line it tells
// everything. Those who may not read the log get ErrForbidden.
func (s *Store) AuditLog(ctx context.Context, by int64, page AuditPage) (entries []AuditEntry, next string, err error) {
	const list = "audit"
	from, err := page.from(list)
	if err != nil {
		return nil, "", err
	}
	query, err := newAuditQuery(by, isFromCommandLine(ctx), page.AuditFilter, from.ID, page.limit()+1)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, query.sql(), append([]any{planned}, query.args...)...)
	if err != nil {
		return nil, "", fmt.Errorf("read the audit log: %w", err)
	}
	entries, next, err = collectPage(rows, page.Page, list, func(row pgx.Row) (AuditEntry, cursor, error) {
		e, err := scanAuditEntry(row)
		return e, cursor{ID: e.ID}, err
	})
	if err == nil && len(entries) == 0 {
		err = whyNotHere(ctx, s.db, rights.SeeAudit, by)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the audit log: %w", err)
	}
	return entries, next, nil
}

// NoteAuditExport writes to the audit log that somebody takes it with them, in
// which format, and what of it. Those who may not read it get ErrForbidden.
func (s *Store) NoteAuditExport(ctx context.Context, by int64, format string, filter AuditFilter) error {
	err := filter.check()
	if err != nil {
		return err
	}
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := holdRole(ctx, tx, by); err != nil {
			return err
		}
		if err := whyNotHere(ctx, tx, rights.SeeAudit, by); err != nil {
			return err
		}
		return record(ctx, tx, audited{by: by, action: AuditExported, after: filter.facts(format)})
	})
	if err != nil {
		return fmt.Errorf("note an export of the audit log: %w", err)
	}
	return nil
}

// holdRole keeps what somebody may do in the workspace until the end of the
// transaction.
func holdRole(ctx context.Context, tx pgx.Tx, user int64) error {
	_, err := tx.Exec(ctx, `select from users where id = $1 for share`, user)
	return err
}

// facts are what the audit log tells of an export.
func (f AuditFilter) facts(format string) facts {
	told := facts{"format": format}
	for name, id := range map[string]int64{"actor": f.Actor, "user": f.User, "room": f.Room} {
		if id != 0 {
			told[name] = id
		}
	}
	for name, text := range map[string]string{"action": string(f.Action), "origin": f.Origin, "search": f.Search} {
		if text != "" {
			told[name] = text
		}
	}
	for name, at := range map[string]time.Time{"from": f.From, "to": f.To} {
		if !at.IsZero() {
			told[name] = at
		}
	}
	return told
}

// scanAuditEntry reads auditQuery.columns.
func scanAuditEntry(row pgx.Row) (AuditEntry, error) {
	var e AuditEntry
	var actor, person, room *int64
	var actorNames, personNames [2]*string
	var roomName string
	var secret, withheld bool
	err := row.Scan(&e.ID, &e.At, &e.Origin, &actor, &actorNames[0], &actorNames[1], &e.Action, &person, &personNames[0], &personNames[1],
		&room, &roomName, &secret, &withheld, &e.Object, &e.Reason, &e.Before, &e.After)
	if err != nil {
		return AuditEntry{}, err
	}
	e.Actor = auditPerson(actor, actorNames)
	if room != nil {
		e.Room = &AuditRoom{ID: *room, Name: roomName}
	}
	if withheld {
		return AuditEntry{ID: e.ID, At: e.At, Origin: e.Origin, Actor: e.Actor, Action: e.Action, Room: e.Room, Withheld: true}, nil
	}
	e.Person = auditPerson(person, personNames)
	if secret {
		withholdRoom(e.Before)
		withholdRoom(e.After)
	}
	return e, nil
}

func auditPerson(id *int64, names [2]*string) *AuditPerson {
	if id == nil {
		return nil
	}
	person := &AuditPerson{ID: *id}
	if names[0] != nil {
		person.Username, person.DisplayName = *names[0], *names[1]
	}
	return person
}

// withholdRoom takes out what a private room is called and is about.
func withholdRoom(f map[string]any) {
	for _, name := range []string{"name", "topic", "description"} {
		delete(f, name)
	}
}

// cleanAuditSearch returns what is looked for in names as they are stored, and
// the words that reasons are to have, for to_tsquery.
func cleanAuditSearch(search string) (clean, words string, err error) {
	clean, err = cleanText(search, MaxDisplayName,
		&InvalidError{Field: "search", Text: "Search for at most 80 characters of a reason or a name."})
	if err != nil {
		return "", "", err
	}
	parts := strings.Fields(clean)
	for i, word := range parts {
		parts[i] = `'` + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(word) + `':*`
	}
	return clean, strings.Join(parts, " & "), nil
}

// check refuses what no entry can have.
func (f AuditFilter) check() error {
	if f.Action != "" && !slices.Contains(AuditActions, f.Action) {
		return &InvalidError{Field: "action", Text: "The audit log knows no such action. Leave it out to see all."}
	}
	if f.Origin != "" && !slices.Contains(origins, f.Origin) {
		return &InvalidError{Field: "origin", Text: "What is in the audit log came about by person, command-line or chatd. Leave it out to see all."}
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return &InvalidError{Field: "to", Text: "The time up to which you search comes before the one from which. Exchange them."}
	}
	_, _, err := cleanAuditSearch(f.Search)
	return err
}
