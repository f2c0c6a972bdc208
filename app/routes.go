package app

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// How long a request of the API may take. Control requests have their own few
// connections; one that waits in the database must give its connection up
// before the others lose patience.
const (
	dataPatience    = 20 * time.Second
	controlPatience = 2 * time.Second
)

// routes is the whole URL space.
func (a *App) routes() (http.Handler, error) {
	sameOrigin, err := a.sameOrigin()
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Use(a.identified, addressed(a.config.TrustedProxies), a.logged, a.recovered, a.hardened, sameOrigin, middleware.GetHead)
	r.NotFound(a.notFound)
	r.MethodNotAllowed(a.methodNotAllowed)

	// The page: one shell, whatever the address shows.
	for _, path := range []string{"/", "/setup", "/sign-in", "/join/{token}", "/rooms/{room:[0-9]+}"} {
		r.Get(path, a.page)
	}
	r.Get("/assets/*", a.serveAsset)
	r.Get("/healthz", a.healthz)

	// Two channels: what waits on data never holds up control.
	data := a.recognized(a.sessions, a.store, lookUpPatience)
	control := a.recognized(a.controlSessions, a.store.Control(), controlLookUpPatience)

	r.With(data, a.signedIn).Handle("/comet/data", a.hub.DataHandler())
	r.With(control, a.signedIn).Handle("/comet/control", a.hub.ControlHandler())
	r.Post("/logout", a.signOut)

	// The API. Visitors need no session, members do; control is for members
	// and answers whatever happens to data.
	document := newDocument(a.config.Version)
	compressed := middleware.Compress(5, "application/json", "application/problem+json")
	visitor := newAPI(r.With(private, compressed, bounded(dataPatience), data, a.strictBody(visitorBodyLimit)), document)
	member := newAPI(r.With(private, compressed, bounded(dataPatience), data, a.signedIn, a.strictBody(bodyLimit)), document)
	urgent := newAPI(r.With(private, control, a.signedIn, a.strictBody(visitorBodyLimit), bounded(controlPatience)), document)

	operation(a, visitor, "GET /api/v1/workspace", "What a visitor can do first.", a.workspaceState)
	operation(a, visitor, "POST /api/v1/setup", "Make the workspace and its owner.", a.setUp, 201)
	operation(a, visitor, "POST /api/v1/sign-in", "Begin a session.", a.signIn)
	operation(a, visitor, "GET /api/v1/invites/by-token/{token}", "Who invites to what.", a.invitation)
	operation(a, visitor, "POST /api/v1/sign-up", "Make an account with an invite.", a.signUp, 201)

	operation(a, member, "GET /api/v1/overview", "Everything the page shows first.", a.overview)
	operation(a, member, "GET /api/v1/rooms/directory", "All public rooms.", a.directory)
	operation(a, member, "POST /api/v1/rooms", "Make a room.", a.createRoom, 201)
	operation(a, member, "POST /api/v1/direct", "Open the direct room with other people.", a.openDirect, 201, 200)
	operation(a, member, "PUT /api/v1/rooms/{room}/membership", "Join a public room.", a.joinRoom)
	operation(a, urgent, "DELETE /api/v1/rooms/{room}/membership", "Leave a room.", a.leaveRoom)
	operation(a, member, "GET /api/v1/rooms/{room}/members", "Who is in a room.", a.listMembers)
	operation(a, member, "POST /api/v1/rooms/{room}/members", "Bring somebody into a room.", a.addMember)
	operation(a, member, "DELETE /api/v1/rooms/{room}/members/{user}", "Remove somebody from a room.", a.removeMember)
	operation(a, member, "GET /api/v1/rooms/{room}/messages", "A page of a room's messages.", a.history)
	operation(a, member, "POST /api/v1/rooms/{room}/messages", "Send a message.", a.postMessage, 201, 200)
	operation(a, urgent, "PUT /api/v1/rooms/{room}/read", "Remember how far the viewer has read.", a.markRead)
	operation(a, member, "GET /api/v1/invites", "All invites.", a.listInvites)
	operation(a, member, "POST /api/v1/invites", "Make an invite.", a.createInvite, 201)
	operation(a, member, "DELETE /api/v1/invites/{invite}", "Take an invite back.", a.revokeInvite)

	return r, serveDocument(r, document)
}
