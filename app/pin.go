package app

import (
	"context"

	"chatd/store"
)

// Pin is a message that somebody has pinned to its room.
type Pin struct {
	Message Message `json:"message"`
	User    Author  `json:"user" doc:"Who pinned it."`
	At      string  `json:"at" format:"date-time"`
}

type pinOutput struct {
	Body struct {
		Pinned bool `json:"pinned"`
	}
}

// pin pins a message to its room for everybody.
func (a *App) pin(ctx context.Context, in *MessagePath) (*pinOutput, error) {
	return a.setPin(ctx, in, true)
}

// unpin takes that back.
func (a *App) unpin(ctx context.Context, in *MessagePath) (*pinOutput, error) {
	return a.setPin(ctx, in, false)
}

func (a *App) setPin(ctx context.Context, in *MessagePath, on bool) (*pinOutput, error) {
	if err := a.mayAct(ctx); err != nil {
		return nil, err
	}
	pending, err := a.store.PinMessage(ctx, userOf(ctx), in.Room, in.Number, on)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	out := &pinOutput{}
	out.Body.Pinned = on
	return out, nil
}

type pinsOutput struct {
	Body struct {
		Pins []Pin `json:"pins" doc:"The newest pin first."`
	}
}

// listPins shows what is pinned to a room.
func (a *App) listPins(ctx context.Context, in *RoomPath) (*pinsOutput, error) {
	pins, err := a.store.Pins(ctx, userOf(ctx), in.Room)
	if err != nil {
		return nil, err
	}
	out := &pinsOutput{}
	out.Body.Pins = renderAll(pins, renderPin)
	return out, nil
}

func renderPin(p store.Pin) Pin {
	return Pin{Message: renderMessage(p.Message), User: renderAuthor(p.User), At: renderTime(p.At)}
}
