package app

import (
	"context"

	"chatd/store"
)

// AdminPerson is somebody as those see them who look after the workspace.
type AdminPerson struct {
	User
	Email          string  `json:"email" doc:"Empty when there is none."`
	State          string  `json:"state" enum:"active,suspended,deactivated" doc:"Of the account."`
	SuspendedUntil *string `json:"suspended_until" format:"date-time" doc:"Null when nobody is suspended, or without an end."`
	LastSeenAt     *string `json:"last_seen_at" format:"date-time" doc:"When others saw them come or go, or use chatd, for the last time."`
	CreatedAt      string  `json:"created_at" format:"date-time"`
	DeactivatedAt  *string `json:"deactivated_at" format:"date-time"`
	Sessions       int     `json:"sessions" doc:"In how many browsers they are signed in."`
	Tokens         int     `json:"tokens" doc:"How many access tokens they have that can be used."`
	Rooms          int     `json:"rooms" doc:"How many public and private rooms they are in."`
}

// RenderAdminPerson is how the API and the command line show somebody.
func RenderAdminPerson(p store.AdminPerson) AdminPerson {
	return AdminPerson{
		User: renderUser(p.User), Email: p.Email, State: p.State, SuspendedUntil: optionalTime(p.SuspendedUntil),
		LastSeenAt: optionalTime(p.LastSeenAt), CreatedAt: renderTime(p.CreatedAt), DeactivatedAt: optionalTime(p.DeactivatedAt),
		Sessions: p.Sessions, Tokens: p.Tokens, Rooms: p.Rooms,
	}
}

type adminPeopleInput struct {
	PageQuery
	Search string `query:"search" maxLength:"80" doc:"Only those with this in a name or in the e-mail address, whatever the case."`
	Role   string `query:"role" enum:"owner,admin,member,guest" doc:"Only those with this role."`
	State  string `query:"state" enum:"active,suspended,deactivated" doc:"Only those whose account is so."`
	Order  string `query:"order" enum:"name,newest,last-seen" default:"name" doc:"By display name, or who came last first, or who was seen last first."`
}

type adminPeopleOutput struct {
	Body struct {
		People []AdminPerson `json:"people"`
		NextPage
	}
}

// listAdminPeople shows everybody to those who look after the workspace.
func (a *App) listAdminPeople(ctx context.Context, in *adminPeopleInput) (*adminPeopleOutput, error) {
	people, next, err := a.store.AdminPeople(ctx, userOf(ctx), store.AdminPeoplePage{
		Page: in.page(), Search: in.Search, Role: store.Role(in.Role), State: in.State, Order: in.Order,
	})
	if err != nil {
		return nil, err
	}
	out := &adminPeopleOutput{}
	out.Body.NextPage = nextPage(next)
	out.Body.People = renderAll(people, RenderAdminPerson)
	return out, nil
}
