package main

import (
	"context"
	"errors"
	"fmt"

	"chatd/store"
)

// causes are what the store refuses, in words for somebody at a terminal.
var causes = []struct {
	cause error
	text  string
}{
	{store.ErrLastOwner, "this is the last active owner, without whom nobody could look after the workspace; make somebody else owner first: chatd admin users role LOGIN owner"},
	{store.ErrDeactivated, "this account is deactivated; open it again first: chatd admin users reactivate LOGIN"},
	{store.ErrNoSuchUser, "there is no such active person; chatd admin users list shows who there is"},
	{store.ErrArchived, "the room is archived; take that back first: chatd admin rooms unarchive ROOM"},
	{store.ErrRoomErased, "the time in which this room could be taken back is over: it is erased"},
	{store.ErrNotFound, "there is none with this name or id; the list shows which there are"},
	{store.ErrForbidden, "this cannot be done with it; chatd help of the command says what it is for"},
}

// explainAct turns what went wrong with an act into a sentence with a way out.
func explainAct(ctx context.Context, err error, address string) error {
	if taken, ok := errors.AsType[*store.TakenError](err); ok {
		return takenFailure(taken)
	}
	if invalid, ok := errors.AsType[*store.InvalidError](err); ok {
		return errors.New(invalid.Text)
	}
	if sanction, ok := errors.AsType[*store.SanctionError](err); ok {
		return fmt.Errorf("this person is kept out of it (%s, until %s); end that first, in chatd", sanction.Kind, shortTime(sanction.Until))
	}
	for _, c := range causes {
		if errors.Is(err, c.cause) {
			return errors.New(c.text)
		}
	}
	return explainCommand(ctx, err, address)
}

// takenFailure is about a value that somebody or something else has.
func takenFailure(taken *store.TakenError) error {
	switch taken.Field {
	case "username":
		return errors.New("somebody has this user name, or one that looks like it; choose another one")
	case "email":
		return errors.New("somebody has this e-mail address; choose another one")
	case "name":
		return errors.New("another room has this name; choose another one (with undelete: --name NAME)")
	}
	return errors.New("this is taken already; choose another one")
}
