package app

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"chatd/app/emoji"
)

// ReactionPath names a reaction to a message in an address.
type ReactionPath struct {
	MessagePath
	Emoji string `path:"emoji" maxLength:"100" doc:"One emoji, as Unicode writes it."`
}

// Resolve implements huma.Resolver.
func (p *ReactionPath) Resolve(ctx huma.Context) []error { return p.MessagePath.Resolve(ctx) }

type reactionsOutput struct {
	Body struct {
		Reactions []Reaction `json:"reactions" doc:"All of the message, in the order of their first use."`
	}
}

// react puts an emoji to a message.
func (a *App) react(ctx context.Context, in *ReactionPath) (*reactionsOutput, error) {
	return a.setReaction(ctx, in, true)
}

// unreact takes it back.
func (a *App) unreact(ctx context.Context, in *ReactionPath) (*reactionsOutput, error) {
	return a.setReaction(ctx, in, false)
}

func (a *App) setReaction(ctx context.Context, in *ReactionPath, on bool) (*reactionsOutput, error) {
	picture, known := emoji.Canonical(in.Emoji)
	if !known {
		return nil, fieldProblem("emoji", "This is not an emoji that can be a reaction. Choose another one.")
	}
	if err := a.mayAct(ctx); err != nil {
		return nil, err
	}
	all, pending, err := a.store.React(ctx, userOf(ctx), in.Room, in.Number, picture, on)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	out := &reactionsOutput{}
	out.Body.Reactions = renderReactions(all)
	return out, nil
}
