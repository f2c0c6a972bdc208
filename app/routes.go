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

// routes is the whole URL space, without the base.
func (a *App) routes(origins *http.CrossOriginProtection) (http.Handler, error) {
	r := chi.NewRouter()
	r.Use(a.identified, addressed(a.config.TrustedProxies), a.logged, a.under, a.recovered, a.hardened, a.sameOrigin(origins), middleware.GetHead)
	r.NotFound(a.notFound)
	r.MethodNotAllowed(a.methodNotAllowed)

	// The page: one shell, whatever the address shows.
	for _, path := range []string{"/", "/setup", "/sign-in", "/sign-up", "/connection", "/administration", "/administration/{part}", "/join/{token}", "/reset/{token}", "/rooms/{room:[0-9]+}", "/rooms/{room:[0-9]+}/{number:[0-9]+}", "/rooms/{room:[0-9]+}/thread/{number:[0-9]+}", "/unread", "/threads", "/saved"} {
		r.Get(path, a.page)
	}
	r.Get("/assets/*", a.serveAsset)
	r.Get("/comet/client.js", a.serveLibrary)
	r.Get("/comet/client.d.ts", a.serveLibrary)
	r.Get("/healthz", a.healthz)
	r.Get("/readyz", a.readyz)

	// The connection check: for everybody, since who needs it may not get as far as signing in.
	checking := r.With(a.legible, a.ownPages)
	checking.Get("/connection/echo", a.echoConnection)
	checking.Get("/connection/stream", a.streamConnection)
	checking.Get("/connection/silence", a.silenceConnection)

	// Two channels: what waits on data never holds up control.
	lookUp := a.lookUp(a.sessions, a.store, lookUpPatience)
	lookUpForControl := a.lookUp(a.controlSessions, a.store.Control(), controlLookUpPatience)
	listening := a.recognized(a.knownFirst(lookUp), a.store, lookUpPatience)
	data := a.recognized(lookUp, a.store, lookUpPatience)
	control := a.recognized(lookUpForControl, a.store.Control(), controlLookUpPatience)

	r.With(listening, a.signedIn).Handle("/comet/data", a.hub.DataHandler())
	r.With(control, a.signedIn).Handle("/comet/control", a.hub.ControlHandler())
	r.Handle(pushletPath, a.servePushlet(pushletRecognizers{a.knownFirst(lookUp), lookUp, lookUpForControl}))
	r.Post("/logout", a.signOut)

	// Chat without JavaScript. Forms are read first, so that whatever refuses
	// them can give back what was typed. The frame with the form, leaving and the
	// log-out are control; the display waits on data.
	const plainRoomPattern = plainPath + "/rooms/{room:[0-9]+}"
	plain := r.With(private, a.legible, a.ownForms, bounded(dataPatience), data, a.inBrowser)
	plainly := plain.With(a.signedIn)
	urgentPlainly := r.With(private, a.legible, a.ownForms, control, a.inBrowser, a.signedIn, bounded(controlPatience))
	drafting := r.With(private, a.ownForms, a.readingForm(draftLimit), bounded(dataPatience), data, a.inBrowser, a.signedIn)
	plain.Get(plainPath, a.plainHome)
	r.Get(plainPath+"/deleted.css", a.plainDeleted)
	r.With(private, a.ownForms, a.readingForm(visitorBodyLimit), bounded(dataPatience), data, a.inBrowser).Post(plainPath+"/sign-in", a.plainSignIn)
	r.With(a.ownForms).Post(plainPath+"/sign-out", a.plainSignOut)
	for _, form := range []string{plainPath + "/", plainPath + "/sign-in", plainPath + "/sign-out", plainRoomPattern + "/join", plainRoomPattern + "/leave"} {
		r.With(private).Get(form, a.plainAway)
	}
	plainly.Get(plainRoomPattern, a.plainRoomPage)
	plainly.Get(plainRoomPattern+"/page", a.plainRoomText)
	drafting.Post(plainRoomPattern+"/page", a.plainPost)
	r.With(a.ownPages, listening, a.inBrowser, a.signedIn).Get(plainRoomPattern+"/display", a.plainDisplay)
	urgentPlainly.Get(plainRoomPattern+"/control", a.plainControl)
	drafting.Post(plainRoomPattern+"/control", a.plainPost)
	plainly.Post(plainRoomPattern+"/join", a.plainJoin)
	urgentPlainly.Post(plainRoomPattern+"/leave", a.plainLeave)

	// The API. Visitors need no session, members do. Who is new begins a session
	// and whoever manages accounts, or makes an invite, has one: both in a browser,
	// with no access token, which these would outlive. Control is for members and answers whatever happens to data.
	document := a.newDocument()
	visiting := r.With(private, compressed, a.legible, bounded(dataPatience), data)
	visitor := newGroup(visiting.With(a.writable, a.strictBody(visitorBodyLimit)), document, visitors)
	newcomer := newGroup(visiting.With(a.inBrowser, a.strictBody(visitorBodyLimit)), document, visitors)
	signedIn := r.With(private, compressed, a.legible, bounded(dataPatience), data, a.signedIn)
	member := newGroup(signedIn.With(a.writable, a.strictBody(bodyLimit)), document, members)
	holder := newGroup(signedIn.With(a.inBrowser, a.strictBody(visitorBodyLimit)), document, holders)
	exporter := newGroup(r.With(private, a.legible, data, a.signedIn, a.inBrowser), document, holders) // takes as long as it takes
	urgently := r.With(private, a.legible, control, a.signedIn)
	urgent := newGroup(urgently.With(a.writable, a.strictBody(visitorBodyLimit), bounded(controlPatience)), document, members)
	urgentHolder := newGroup(urgently.With(a.inBrowser, a.strictBody(visitorBodyLimit), bounded(controlPatience)), document, holders)

	operation(a, visitor, "GET /api/v1/workspace", "What a visitor can do first.", a.workspaceState)
	operation(a, newcomer, "POST /api/v1/setup", "Make the workspace and its owner.", a.setUp, 201, 409)
	operation(a, newcomer, "POST /api/v1/sign-in", "Begin a session.", a.signIn)
	operation(a, visitor, "GET /api/v1/suspension", "Why the viewer was signed out, and the terms if they are suspended.", a.ownSuspension)
	operation(a, visitor, "GET /api/v1/invites/by-token/{token}", "Who invites to what.", a.invitation, 410)
	operation(a, visitor, "GET /api/v1/password-resets/by-token/{token}", "Whose password a link sets.", a.showReset, 410)
	operation(a, newcomer, "POST /api/v1/password-resets", "Set a new password with a link, and sign out everywhere.", a.resetPassword, 404, 410)
	operation(a, newcomer, "POST /api/v1/sign-up", "Make an account, with an invite or where everybody may.", a.signUp, 201, 404, 409, 410)

	operation(a, member, "GET /api/v1/me", "The viewer's own account.", a.showMe)
	operation(a, member, "PATCH /api/v1/me", "Change the viewer's name, e-mail address, status, presence or settings.", a.changeMe, 409)
	operation(a, holder, "PUT /api/v1/me/password", "Change the password and sign out everywhere else.", a.changePassword, 409)
	operation(a, member, "GET /api/v1/me/decisions", "What others decided about the viewer since they were told last.", a.listDecisions)
	operation(a, member, "PUT /api/v1/me/decisions", "Mark decisions as told.", a.markTold)
	operation(a, holder, "GET /api/v1/sessions", "Where the viewer is signed in.", a.listSessions)
	operation(a, urgentHolder, "DELETE /api/v1/sessions", "Sign out everywhere else.", a.endOtherSessions)
	operation(a, urgentHolder, "DELETE /api/v1/sessions/{session}", "Sign out in one browser.", a.endOwnSession)
	operation(a, holder, "GET /api/v1/tokens", "The viewer's access tokens.", a.listTokens)
	operation(a, holder, "POST /api/v1/tokens", "Make an access token.", a.createToken, 201, 409)
	operation(a, holder, "DELETE /api/v1/tokens/{token}", "Revoke an access token.", a.revokeToken)

	operation(a, member, "GET /api/v1/overview", "Everything the page shows first.", a.overview)
	operation(a, holder, "PATCH /api/v1/workspace", "Change the workspace's name and settings.", a.changeWorkspace)
	operation(a, member, "GET /api/v1/admin/settings", "The workspace's name and settings.", a.showSettings, 403)
	operation(a, member, "GET /api/v1/admin/people", "Everybody, whatever the state of their account.", a.listAdminPeople, 403)
	operation(a, member, "GET /api/v1/admin/rooms", "All public and private rooms: of private ones no more than counts.", a.listAdminRooms, 403)
	operation(a, member, "GET /api/v1/admin/figures", "What the workspace amounts to, and what happened day by day.", a.showFigures, 403)
	operation(a, member, "GET /api/v1/admin/connections", "Where people listen to chatd now.", a.listConnections, 403)
	operation(a, holder, "DELETE /api/v1/admin/connections/{node}/{id}", "Sign somebody out where they have a connection.", a.endConnection)
	operation(a, holder, "POST /api/v1/workspace/hand-over", "Make somebody else owner of the workspace.", a.handOverWorkspace, 404, 409)
	operation(a, member, "GET /api/v1/users", "Everybody whom the viewer can see.", a.listPeople, 403)
	operation(a, member, "GET /api/v1/users/{user}", "One person.", a.showPerson)
	operation(a, holder, "PATCH /api/v1/users/{user}", "Give somebody another role, or close or open their account.", a.changePerson, 409)
	operation(a, holder, "DELETE /api/v1/users/{user}/sessions", "Sign somebody out everywhere.", a.signOutPerson)
	operation(a, holder, "POST /api/v1/users/{user}/reset-link", "Make a link with which somebody sets a new password.", a.createResetLink, 201, 409)
	operation(a, holder, "GET /api/v1/users/{user}/suspension/addresses", "From where somebody came lately: which addresses a suspension can ban, and which it spares.", a.suspensionAddresses)
	operation(a, holder, "PUT /api/v1/users/{user}/suspension", "Let somebody sign in no more for a time, and end all their sessions.", a.suspend, 409)
	operation(a, holder, "DELETE /api/v1/users/{user}/suspension", "Let somebody sign in again.", a.endSuspension)

	operation(a, member, "GET /api/v1/rooms/directory", "All public rooms.", a.directory, 403)
	operation(a, member, "POST /api/v1/rooms", "Make a room.", a.createRoom, 201, 409)
	operation(a, member, "POST /api/v1/direct", "Open the direct room with other people.", a.openDirect, 201, 200, 404)
	operation(a, member, "GET /api/v1/rooms/{room}", "A room of the viewer's.", a.showRoom, 403)
	operation(a, member, "PATCH /api/v1/rooms/{room}", "Change what a room is called and about, who finds it, who writes in it, or archive it.", a.changeRoom, 409)
	operation(a, member, "DELETE /api/v1/rooms/{room}", "Delete a room.", a.deleteRoom, 413, 415)
	operation(a, member, "GET /api/v1/rooms/{room}/deletion", "What became of a room that the viewer was in, or may take back.", a.showLostRoom)
	operation(a, member, "PUT /api/v1/rooms/{room}/undelete", "Take the deletion of a room back.", a.undeleteRoom, 409, 410)
	operation(a, member, "POST /api/v1/rooms/{room}/hand-over", "Make somebody else owner of a room of the viewer's.", a.handOverRoom)
	operation(a, member, "PUT /api/v1/rooms/{room}/membership", "Join a public room.", a.joinRoom)
	operation(a, urgent, "DELETE /api/v1/rooms/{room}/membership", "Leave a room.", a.leaveRoom)
	operation(a, member, "GET /api/v1/rooms/{room}/members", "Who is in a room.", a.listMembers, 403)
	operation(a, member, "POST /api/v1/rooms/{room}/members", "Bring somebody into a room.", a.addMember, 409)
	operation(a, member, "PATCH /api/v1/rooms/{room}/members/{user}", "Give somebody another role in a room.", a.setRoomRole)
	operation(a, member, "DELETE /api/v1/rooms/{room}/members/{user}", "Remove somebody from a room.", a.removeMember)
	operation(a, member, "GET /api/v1/rooms/{room}/mutes", "Who is muted in a room.", a.listMutes, 403)
	operation(a, member, "PUT /api/v1/rooms/{room}/members/{user}/mute", "Mute somebody in a room for a time.", a.mute)
	operation(a, member, "DELETE /api/v1/rooms/{room}/members/{user}/mute", "Let somebody write again.", a.endMute)
	operation(a, member, "GET /api/v1/rooms/{room}/bans", "Who is banned from a room.", a.listBans, 403)
	operation(a, member, "PUT /api/v1/rooms/{room}/bans/{user}", "Remove somebody from a room and keep them out for a time.", a.ban)
	operation(a, member, "DELETE /api/v1/rooms/{room}/bans/{user}", "Let somebody be in a room again.", a.endBan)
	operation(a, member, "GET /api/v1/rooms/{room}/messages", "A page of a room's messages.", a.history, 403)
	operation(a, member, "GET /api/v1/rooms/{room}/messages/{number}", "One message.", a.message, 403)
	operation(a, member, "POST /api/v1/rooms/{room}/messages", "Send a message.", a.postMessage, 201, 200, 409)
	operation(a, urgent, "PUT /api/v1/rooms/{room}/read", "Remember how far the viewer has read.", a.markRead)
	operation(a, urgent, "PUT /api/v1/rooms/{room}/unread", "Let a message and what follows it count as unread again.", a.markUnread)
	operation(a, member, "GET /api/v1/me/unread", "What the viewer has not read, in all their rooms.", a.listUnread)
	operation(a, member, "PATCH /api/v1/rooms/{room}/settings", "Change what the viewer is told of a room, and where it stands in their list.", a.changeAttention)
	operation(a, member, "PUT /api/v1/me/sections", "Change the sections of the viewer's list of rooms.", a.setSections)
	operation(a, member, "PUT /api/v1/rooms/{room}/messages/{number}/reactions/{emoji}", "React to a message.", a.react, 410)
	operation(a, member, "DELETE /api/v1/rooms/{room}/messages/{number}/reactions/{emoji}", "Take a reaction back.", a.unreact, 410)
	operation(a, member, "PUT /api/v1/rooms/{room}/messages/{number}/pin", "Pin a message to its room.", a.pin, 409, 410)
	operation(a, member, "DELETE /api/v1/rooms/{room}/messages/{number}/pin", "Unpin a message.", a.unpin, 410)
	operation(a, member, "GET /api/v1/rooms/{room}/pins", "What is pinned to a room.", a.listPins, 403)
	operation(a, member, "GET /api/v1/rooms/{room}/messages/{number}/seen", "Who has read a message.", a.seenBy, 403, 410)
	operation(a, member, "GET /api/v1/me/saved", "Messages that the viewer has saved.", a.listSaved)
	operation(a, member, "PUT /api/v1/me/saved/{room}/{number}", "Save a message.", a.save, 403, 410)
	operation(a, member, "DELETE /api/v1/me/saved/{room}/{number}", "Keep a message no longer.", a.unsave, 403)
	operation(a, member, "GET /api/v1/me/drafts", "What the viewer has written and not sent.", a.listDrafts)
	operation(a, member, "PUT /api/v1/me/drafts", "Keep what the viewer has written and not sent.", a.saveDraft, 403, 404)
	operation(a, member, "PATCH /api/v1/rooms/{room}/messages/{number}", "Change what a message of the viewer's says.", a.editMessage, 409, 410)
	operation(a, member, "GET /api/v1/rooms/{room}/messages/{number}/revisions", "What a message has said.", a.revisions, 403, 410)
	operation(a, member, "GET /api/v1/rooms/{room}/threads/{number}", "A page of the replies to a message.", a.thread, 403)
	operation(a, urgent, "PUT /api/v1/rooms/{room}/threads/{number}/read", "Remember how far the viewer has read a thread.", a.readThread)
	operation(a, member, "PUT /api/v1/rooms/{room}/threads/{number}/follow", "Be told of new replies in a thread.", a.followThread)
	operation(a, member, "DELETE /api/v1/rooms/{room}/threads/{number}/follow", "Be told of them no longer.", a.unfollowThread)
	operation(a, member, "GET /api/v1/me/threads", "The threads that the viewer follows.", a.ownThreads)
	operation(a, member, "DELETE /api/v1/rooms/{room}/messages/{number}", "Delete a message.", a.deleteMessage, 413, 415)
	operation(a, member, "POST /api/v1/rooms/{room}/messages/{number}/report", "Report a message to those who keep order.", a.reportMessage, 410)
	operation(a, member, "GET /api/v1/rooms/{room}/deletions", "What was deleted in a room and can be taken back.", a.listDeletions, 403)
	operation(a, member, "POST /api/v1/rooms/{room}/deletions", "Delete what somebody has written in a room of late.", a.deleteRecent)
	operation(a, member, "POST /api/v1/deletions", "Delete what somebody has written of late, in all rooms where the viewer may.", a.deleteRecentEverywhere, 404)
	operation(a, member, "DELETE /api/v1/deletions/{deletion}", "Take a deletion back.", a.undoDeletion, 410)
	operation(a, member, "GET /api/v1/reports", "What was reported to the viewer.", a.listReports, 403)
	operation(a, member, "PUT /api/v1/reports/{report}", "Settle a report.", a.settleReport, 409)
	operation(a, member, "GET /api/v1/me/blocks", "Whom the viewer no longer wants to see.", a.listBlocks)
	operation(a, member, "PUT /api/v1/me/blocks/{user}", "Block somebody.", a.blockUser, 409)
	operation(a, member, "DELETE /api/v1/me/blocks/{user}", "Block somebody no longer.", a.unblockUser)
	operation(a, member, "GET /api/v1/invites", "All invites.", a.listInvites, 403)
	operation(a, holder, "POST /api/v1/invites", "Make an invite.", a.createInvite, 201, 404)
	operation(a, member, "DELETE /api/v1/invites/{invite}", "Take an invite back.", a.revokeInvite)

	operation(a, member, "GET /api/v1/audit", "Who did what to whom, where and why.", a.listAudit, 403)
	operation(a, exporter, "GET "+exportPath, "The audit log as a file.", a.exportAudit)
	describeExport(document.OpenAPI)

	return r, serveDocument(r.With(private, a.legible), document)
}
