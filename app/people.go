package app

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"chatd/comet"
	"chatd/store"
	"chatd/store/rights"
)

// Person is somebody in the list of people. Those who manage members see more
// of them than others do.
type Person struct {
	User
	Email      *string `json:"email,omitempty" doc:"Empty when there is none. Only for those who manage members."`
	LastSeenAt *string `json:"last_seen_at,omitempty" format:"date-time" doc:"Only for those who manage members."`
}

type peopleInput struct {
	PageQuery
	Deactivated bool `query:"deactivated" doc:"Also those whose accounts are closed, for those who manage members."`
}

type peopleOutput struct {
	Body struct {
		Users []Person `json:"users" doc:"By display name."`
		NextPage
	}
}

// listPeople shows everybody whom the viewer may see.
func (a *App) listPeople(ctx context.Context, in *peopleInput) (*peopleOutput, error) {
	viewer, err := a.store.User(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	people, next, err := a.store.People(ctx, viewer.ID, store.PeoplePage{Page: in.page(), Deactivated: in.Deactivated})
	if err != nil {
		return nil, err
	}
	out := &peopleOutput{}
	out.Body.NextPage = nextPage(next)
	out.Body.Users = make([]Person, len(people))
	for i, u := range people {
		person := Person{User: renderUser(u)}
		if rights.ManageMembers.May(viewer.Role) {
			person.Email, person.LastSeenAt = &u.Email, optionalTime(u.LastSeenAt)
		}
		out.Body.Users[i] = person
	}
	return out, nil
}

// UserPath names the user in an address.
type UserPath struct {
	User int64 `path:"user" minimum:"1"`
}

// Resolve implements huma.Resolver.
func (*UserPath) Resolve(ctx huma.Context) []error { return plainID(ctx, "user") }

type userOutput struct {
	Body User
}

// Profile is what people see of one person who look closer.
type Profile struct {
	User
	Attendance
	TimeZone  string `json:"time_zone" doc:"An IANA name, such as Europe/Vienna. Empty when it is not known."`
	CreatedAt string `json:"created_at" format:"date-time" doc:"When the account was made."`

	Suspension *Sanction `json:"suspension,omitempty" doc:"Only for those who may end it."`
}

type profileOutput struct {
	Body Profile
}

// showPerson shows one user.
func (a *App) showPerson(ctx context.Context, in *UserPath) (*profileOutput, error) {
	viewer := userOf(ctx)
	user, err := a.store.Person(ctx, viewer, in.User)
	if err != nil {
		return nil, err
	}
	state, lastSeen, err := a.store.PresenceOf(ctx, viewer, in.User)
	if err != nil {
		return nil, err
	}
	suspension, err := a.suspensionOf(ctx, viewer, user)
	if err != nil {
		return nil, err
	}
	return &profileOutput{Body: Profile{
		User: renderUser(user), Attendance: renderAttendance(state, lastSeen),
		TimeZone: user.TimeZone, CreatedAt: renderTime(user.CreatedAt), Suspension: suspension,
	}}, nil
}

type changePersonInput struct {
	UserPath
	Body struct {
		Role        given[string] `json:"role,omitempty" enum:"owner,admin,member,guest"`
		Deactivated given[bool]   `json:"deactivated,omitempty" doc:"True closes the account and ends all its sessions and access tokens; false opens it again."`
	}
}

// changePerson gives somebody another role in the workspace, or closes or opens
// their account. It is one or the other: each is a change of its own, and half
// of one must not stay when the other fails.
func (a *App) changePerson(ctx context.Context, in *changePersonInput) (*userOutput, error) {
	by := userOf(ctx)
	var user store.User
	var err error
	switch {
	case in.Body.Role.to != nil && in.Body.Deactivated.to != nil:
		return nil, problem(http.StatusUnprocessableEntity, "Change either the role or the account, one after the other.")
	case in.Body.Role.to != nil:
		user, err = a.setRole(ctx, by, in.User, store.Role(*in.Body.Role.to))
	case in.Body.Deactivated.to == nil:
		user, err = a.store.Person(ctx, by, in.User)
	case *in.Body.Deactivated.to:
		user, err = a.deactivate(ctx, by, in.User)
	default:
		user, err = a.reactivate(ctx, by, in.User)
	}
	if err != nil {
		return nil, err
	}
	return &userOutput{Body: renderUser(user)}, nil
}

func (a *App) setRole(ctx context.Context, by, user int64, role store.Role) (store.User, error) {
	changed, pending, err := a.store.SetRole(ctx, by, user, role)
	if err != nil {
		return store.User{}, err
	}
	a.feelChange(ctx, changed, pending)
	return changed, nil
}

func (a *App) deactivate(ctx context.Context, by, user int64) (store.User, error) {
	changed, ended, pending, err := a.store.Deactivate(ctx, by, user)
	if err != nil {
		return store.User{}, err
	}
	a.endLogins(user, ended, comet.ReasonDeactivated)
	a.feelChange(ctx, changed, pending)
	return changed, nil
}

func (a *App) reactivate(ctx context.Context, by, user int64) (store.User, error) {
	changed, pending, err := a.store.Reactivate(ctx, by, user)
	if err != nil {
		return store.User{}, err
	}
	a.feelChange(ctx, changed, pending)
	return changed, nil
}

// feelChange makes a change of a user felt at once, here and on other nodes.
// What fails here the next look makes good.
func (a *App) feelChange(ctx context.Context, user store.User, pending store.Pending) {
	err := a.userChanged(ctx, store.ChangedUser{ID: user.ID, Role: user.Role, Deactivated: user.DeactivatedAt != nil, Suspended: user.Suspended})
	if err != nil {
		a.log.WarnContext(ctx, "a change of a user is felt a little later", slog.Int64("user", user.ID), slog.Any("error", err))
	}
	a.doorbell.Ring()
	a.committer.Number(pending...)
}

// signOutPerson ends all sessions and access tokens of somebody.
func (a *App) signOutPerson(ctx context.Context, in *UserPath) (*struct{}, error) {
	ended, err := a.store.SignOutUser(ctx, userOf(ctx), in.User, string(comet.ReasonRemoved))
	if err != nil {
		return nil, err
	}
	a.endLogins(in.User, ended, comet.ReasonRemoved)
	a.committer.Number(in.User) // who is told of it when they sign in again
	return nil, nil
}
