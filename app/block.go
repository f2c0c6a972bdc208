package app

import "context"

// blockUser hides from the viewer what somebody writes.
func (a *App) blockUser(ctx context.Context, in *UserPath) (*struct{}, error) {
	pending, err := a.store.Block(ctx, userOf(ctx), in.User)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return nil, nil
}

// unblockUser takes that back.
func (a *App) unblockUser(ctx context.Context, in *UserPath) (*struct{}, error) {
	pending, err := a.store.Unblock(ctx, userOf(ctx), in.User)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return nil, nil
}

type blocksOutput struct {
	Body struct {
		Users []User `json:"users" doc:"By display name."`
	}
}

// listBlocks shows whom the viewer no longer wants to see.
func (a *App) listBlocks(ctx context.Context, _ *struct{}) (*blocksOutput, error) {
	people, err := a.store.Blocks(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &blocksOutput{}
	out.Body.Users = renderUsers(people)
	return out, nil
}
