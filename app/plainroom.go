package app

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"chatd/store"
	"chatd/store/rights"
)

// roomContent is a room without scripts.
type roomContent struct {
	ID                 int64
	Title, Description string
	Kind               string
	Form               formContent
	Messages           []Message
	Lines              []plainLine // the messages as they are shown
	Read               int64       // the number up to which the viewer had read
	Unread             int64       // how many unread ones are before those shown
	First              int64       // the number of the oldest message that is kept
	Earlier            int64       // the messages before this number are the earlier ones; 0: there are none
	Newest             int64       // the number of the last message shown
	Begins             bool        // whether the first message shown is the room's first
	Partly             bool        // whether there are newer ones than these
	Nothing            bool        // whether newer ones were asked for and there are none
}

// formContent is the form with which one writes, and what else can be done in
// the room.
type formContent struct {
	Action             string
	ClientID, Body     string
	Problem            string
	SignIn             string // the way to sign in, when that is the problem
	Several            bool   // whether it takes several lines
	MayWrite, MayLeave bool
	Room               int64
	Title, Kind        string
	Framed             bool
}

// plainRoomPage is the room with its two frames. Text browsers, which know none,
// are led to the page without.
func (a *App) plainRoomPage(w http.ResponseWriter, r *http.Request) {
	room := plainRoom(r)
	if isTextBrowser(r.UserAgent()) {
		a.goTo(w, r, plainRoomPath(room, "page"))
		return
	}
	content, err := a.roomContent(r.Context(), a.store, room)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.writePlain(w, r, http.StatusOK, "room", content.Title, content)
}

// textBrowsers are words in the User-Agent of browsers that show no frames, or
// show a page only when it has come whole.
var textBrowsers = []string{"Lynx/", "w3m/", "Links (", "ELinks", "Dillo", "NetSurf", "EWW", "retawq", "edbrowse"}

func isTextBrowser(userAgent string) bool {
	for _, word := range textBrowsers {
		if strings.Contains(userAgent, word) {
			return true
		}
	}
	return false
}

// roomContent is a room of the viewer's, without its messages.
func (a *App) roomContent(ctx context.Context, through *store.Store, room int64) (roomContent, error) {
	entry, err := through.OverviewRoom(ctx, userOf(ctx), room)
	if err != nil {
		return roomContent{}, err
	}
	me, err := through.User(ctx, userOf(ctx))
	if err != nil {
		return roomContent{}, ownAccount(err)
	}
	title := entry.Name
	if entry.Kind == store.RoomDirect {
		if title, err = a.directTitleOf(ctx, through, room); err != nil {
			return roomContent{}, err
		}
	}
	standing := rights.Standing{
		Role: me.Role, RoomRole: entry.Role,
		Place: rights.Place{Kind: entry.Kind, State: entry.State},
	}
	form := newFormContent(room)
	form.Title, form.Kind = title, string(entry.Kind)
	form.MayWrite, form.MayLeave = rights.PostMessage.May(standing), rights.LeaveRoom.May(standing)
	return roomContent{ID: room, Title: title, Description: entry.Description, Kind: string(entry.Kind), Read: entry.ReadNumber, First: entry.FirstNumber, Form: form}, nil
}

// directTitleOf is what the viewer calls a direct room.
func (a *App) directTitleOf(ctx context.Context, through *store.Store, room int64) (string, error) {
	members, _, err := through.Members(ctx, userOf(ctx), room, store.MembersPage{})
	if err != nil {
		return "", err
	}
	var others []string
	for _, m := range members {
		if m.ID != userOf(ctx) {
			others = append(others, m.DisplayName)
		}
	}
	return directTitle(others), nil
}

// newFormContent is an empty form, under which a message is stored once.
func newFormContent(room int64) formContent {
	return formContent{Room: room, ClientID: newUUID(), MayWrite: true}
}

// plainControl is the frame with the form. It asks only the reserved
// connections, so it answers however busy the display is.
func (a *App) plainControl(w http.ResponseWriter, r *http.Request) {
	content, err := a.roomContent(r.Context(), a.store.Control(), plainRoom(r))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	form := content.Form
	form.Framed, form.Action = true, r.URL.Path
	form.Several = r.URL.Query().Has("several")
	a.writePlain(w, r, http.StatusOK, "control", "Write in "+content.Title, form)
}

// plainRoomText is the room on one page, without frames.
func (a *App) plainRoomText(w http.ResponseWriter, r *http.Request) {
	content, err := a.roomContent(r.Context(), a.store, plainRoom(r))
	if err == nil {
		err = a.addHistory(r, &content)
	}
	if err != nil {
		a.fail(w, r, err)
		return
	}
	content.Form.Action = r.URL.Path
	content.Form.Several = r.URL.Query().Has("several")
	a.writePlain(w, r, http.StatusOK, "page", content.Title, content)
}

// firstMessages is how many messages the first page of a room has.
const firstMessages = 50

// addHistory adds the messages that the address asks for, which are then read.
func (a *App) addHistory(r *http.Request, content *roomContent) error {
	in := &historyInput{RoomPath: RoomPath{Room: content.ID}}
	for name, at := range map[string]*int64{"before": &in.Before, "after": &in.After} {
		if value := r.URL.Query().Get(name); value != "" {
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 0 {
				return problem(http.StatusUnprocessableEntity, "The part of the address after the question mark names no message. Go back to the room.")
			}
			*at = n
		}
	}
	if r.URL.Query().Get("after") != "" && in.After == 0 && in.Before == 0 {
		in.Before, in.Limit = content.First+firstMessages, firstMessages
	}
	page, err := a.readHistory(r.Context(), in, true)
	if err != nil {
		return err
	}
	blocked, err := a.blockedBy(r.Context())
	if err != nil {
		return err
	}
	content.show(page, blocked, in.After > 0)
	if content.Newest > 0 && isLookedAt(r) {
		a.markShown(r.Context(), content.ID, content.Newest)
	}
	content.Newest = max(content.Newest, in.After)
	content.Nothing = in.After > 0 && len(content.Messages) == 0
	content.Partly = in.Before > 0 || in.After > 0 && page.Body.More
	return nil
}

// show puts a page of the history into the content, for somebody who blocked
// people. Forwards the page says whether there are newer messages, else whether
// there are earlier ones.
func (c *roomContent) show(page *historyOutput, blocked map[int64]bool, forwards bool) {
	c.Messages = page.Body.Messages
	c.Lines = plainLines(c.Messages, blocked)
	if len(c.Messages) == 0 {
		return
	}
	first, last := c.Messages[0], c.Messages[len(c.Messages)-1]
	c.Newest, c.Begins = last.Number, first.Number <= c.First || !forwards && !page.Body.More
	c.Unread = max(0, first.Number-max(c.First, c.Read+1))
	if !c.Begins {
		c.Earlier = first.Number
	}
}

// markShown remembers that messages up to number were shown. Whoever cannot be
// told of it still sees them.
func (a *App) markShown(ctx context.Context, room, number int64) {
	in := &readInput{RoomPath: RoomPath{Room: room}}
	in.Body.Number = number
	ctx, cancel := context.WithTimeout(ctx, controlPatience)
	defer cancel()
	if _, err := a.markRead(ctx, in); err != nil {
		a.log.DebugContext(ctx, "what was shown was not marked as read", "room", room, "error", err)
	}
}

// plainPost stores a message and leads back to an empty form.
func (a *App) plainPost(w http.ResponseWriter, r *http.Request) {
	form, room := plainFormOf(r.Context()), plainRoom(r)
	in := &postMessageInput{RoomPath: RoomPath{Room: room}}
	in.Body.Body = strings.ReplaceAll(form.Get("body"), "\r\n", "\n")
	in.Body.ClientID = onceID(form.Get("client_id"), room, in.Body.Body)
	if _, err := a.postMessage(r.Context(), in); err != nil {
		a.fail(w, r, err)
		return
	}
	to := r.URL.Path
	switch {
	case !inFrame(r):
		to += "#write"
	case form.Get("several") != "":
		to += "?several#body"
	default:
		to += "#body" // autofocus works once in a window; this moves the focus every time
	}
	a.goTo(w, r, to)
}

// onceID is the client_id of a message from a form. The same form with the same
// words is the same message, however often it is sent; with other words, as
// after going back in a text browser, it is another one.
func onceID(formID string, room int64, body string) string {
	if formID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(formID + "\x00" + strconv.FormatInt(room, 10) + "\x00" + body))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// writeDraft shows a form that was refused once more, with the words and what is
// wrong.
func (a *App) writeDraft(w http.ResponseWriter, r *http.Request, p *Problem, kept plainForm, signedOut bool) {
	room := plainRoom(r)
	form := newFormContent(room)
	form.Action, form.Framed, form.Problem = r.URL.Path, inFrame(r), p.Detail
	form.Body = kept.Get("body")
	form.Several = kept.Get("several") != "" || strings.ContainsAny(form.Body, "\r\n")
	if id := kept.Get("client_id"); sessionID.MatchString(id) {
		form.ClientID = id
	}
	if signedOut {
		form.SignIn = plainPath + "?room=" + strconv.FormatInt(room, 10)
	}
	name := "draft"
	if form.Framed {
		name = "control"
	}
	a.writePlain(w, r, p.Status, name, "Not sent", form)
}

// plainJoin makes the viewer a member of a public room and shows it.
func (a *App) plainJoin(w http.ResponseWriter, r *http.Request) {
	room := plainRoom(r)
	if _, err := a.joinRoom(r.Context(), &RoomPath{Room: room}); err != nil {
		a.fail(w, r, err)
		return
	}
	a.goTo(w, r, plainRoomPath(room))
}

// plainLeave ends the viewer's membership.
func (a *App) plainLeave(w http.ResponseWriter, r *http.Request) {
	if _, err := a.leaveRoom(r.Context(), &RoomPath{Room: plainRoom(r)}); err != nil {
		a.fail(w, r, err)
		return
	}
	a.goTo(w, r, plainPath)
}
