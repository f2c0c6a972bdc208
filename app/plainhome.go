package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"chatd/store"
	"chatd/store/rights"
)

// signInContent is what the form to sign in shows. Room is where to go next; 0
// means the list.
type signInContent struct {
	Workspace, Problem, Notice string
	Login                      string
	Room                       int64
	Full                       string // the full page
	SetUp                      bool   // whether there is a workspace to sign in to
}

// plainHome shows somebody who is signed in the room that they want or the list
// of theirs, and others the form.
func (a *App) plainHome(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	room, notice := wantedRoom(query), plainNotice(query.Get("why"))
	if _, ok := viewerOf(r.Context()); !ok {
		a.writeSignIn(w, r, http.StatusOK, signInContent{Notice: notice, Room: room, Full: fullPage(query.Get("from"))})
		return
	}
	if room > 0 {
		a.goTo(w, r, plainRoomPath(room))
		return
	}
	content, err := a.homeContent(r.Context(), query.Get("after"))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	content.Notice, content.Full = notice, fullPage(query.Get("from"))
	a.writePlain(w, r, http.StatusOK, "home", content.Workspace, content)
}

// wantedRoom is the room that somebody was led here from, 0 when there is none.
func wantedRoom(query url.Values) int64 {
	room := roomNamed(query.Get("room"))
	if from, ok := strings.CutPrefix(query.Get("from"), "/rooms/"); ok {
		room = cmp.Or(room, roomNamed(from))
	}
	return room
}

// roomNamed is the room that a text names, 0 when it names none.
func roomNamed(text string) int64 {
	room, err := strconv.ParseInt(text, 10, 64)
	if err != nil || room < 0 {
		return 0
	}
	return room
}

// plainAway leads from the address of a form to where the form is found.
func (a *App) plainAway(w http.ResponseWriter, r *http.Request) {
	if room := plainRoom(r); room > 0 {
		a.goTo(w, r, plainRoomPath(room))
		return
	}
	a.goTo(w, r, plainPath)
}

// plainNotice says why somebody was led here.
func plainNotice(why string) string {
	switch why {
	case "old":
		return "This browser is too old for the full page, so this is the one without JavaScript. You can try the full page all the same."
	case "signed-out":
		return "You are signed out."
	default:
		return ""
	}
}

// fullPage is the address of the full page for somebody who wants it in spite of
// an old browser: the one they came from, if it is one of ours.
func fullPage(from string) string {
	if !strings.HasPrefix(from, "/") || strings.HasPrefix(from, "//") || strings.ContainsAny(from, "\\?#") {
		from = "/"
	}
	return from + "?full"
}

// writeSignIn shows the form to sign in, unless there is nothing to sign in to.
func (a *App) writeSignIn(w http.ResponseWriter, r *http.Request, status int, content signInContent) {
	content.Full = cmp.Or(content.Full, fullPage(""))
	ctx, cancel := context.WithTimeout(r.Context(), lookUpPatience)
	defer cancel()
	workspace, err := a.store.Workspace(ctx)
	switch {
	case err == nil:
		content.Workspace, content.SetUp = workspace.Name, true
	case errors.Is(err, store.ErrNotFound):
	default: // the form does without the name
		content.SetUp = true
		content.Problem = cmp.Or(content.Problem, a.problemOf(ctx, err).Detail)
		status = max(status, http.StatusServiceUnavailable)
	}
	a.writePlain(w, r, status, "sign-in", "Sign in", content)
}

// plainSignIn begins a session.
func (a *App) plainSignIn(w http.ResponseWriter, r *http.Request) {
	form := plainFormOf(r.Context())
	in := &signInInput{Browser: Browser{w: w, r: r}}
	in.Body.Login, in.Body.Password = form.Get("login"), form.Get("password")
	err := checkSignIn(in)
	if err == nil {
		_, err = a.signIn(r.Context(), in)
	}
	if err != nil {
		a.fail(w, r, err)
		return
	}
	to := plainPath
	if room := roomNamed(form.Get("room")); room > 0 {
		to = plainRoomPath(room)
	}
	a.goTo(w, r, to)
}

// checkSignIn is what the API's schema asks of a sign-in.
func checkSignIn(in *signInInput) error {
	switch {
	case in.Body.Login == "":
		return fieldProblem("login", "Enter your user name or e-mail address, and your password.")
	case len(in.Body.Login) > 254 || len(in.Body.Password) > 1000:
		return fieldProblem("login", "The name or the password is too long. Check both and try again.")
	default:
		return nil
	}
}

// plainSignOut is the log-out of those who chat without scripts.
func (a *App) plainSignOut(w http.ResponseWriter, r *http.Request) {
	a.signOutTo(w, r, plainPath+"?why=signed-out")
}

type homeContent struct {
	Workspace, Me, Notice string
	Full                  string
	Rooms, Direct         []homeRoom
	Public                []DirectoryRoom
	Directory             bool   // whether the viewer sees it
	Next                  string // where its next page begins
	First                 bool   // whether this is its first page
}

// homeRoom is a room in the viewer's list.
type homeRoom struct {
	RoomEntry
	Title  string
	Unread int64
}

// homeContent is the viewer's rooms, and the public rooms after a place in their
// list.
func (a *App) homeContent(ctx context.Context, after string) (homeContent, error) {
	seen, err := a.overview(ctx, nil)
	if err != nil {
		return homeContent{}, err
	}
	content := homeContent{Workspace: seen.Body.Workspace.Name, Me: seen.Body.Me.DisplayName, First: after == ""}
	names := map[int64]string{}
	for _, user := range seen.Body.Users {
		names[user.ID] = user.DisplayName
	}
	for _, entry := range seen.Body.Rooms {
		room := homeRoom{RoomEntry: entry, Title: entry.Name, Unread: entry.LastNumber - entry.LastAside - (entry.ReadNumber - entry.ReadAside)}
		if entry.Kind != string(rights.Direct) {
			content.Rooms = append(content.Rooms, room)
			continue
		}
		if isBlocked(entry.Members, seen.Body.Me.ID, seen.Body.Blocked) {
			room.Unread = 0
		}
		room.Title = directTitle(a.others(ctx, names, entry.Members))
		content.Direct = append(content.Direct, room)
	}
	byTitle := func(a, b homeRoom) int { return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) }
	slices.SortStableFunc(content.Rooms, byTitle)
	slices.SortStableFunc(content.Direct, byTitle)
	if content.Directory = rights.SeeDirectory.May(rights.Role(seen.Body.Me.Role)); content.Directory {
		err = a.addDirectory(ctx, &content, after)
	}
	return content, err
}

// isBlocked reports whether the viewer blocked all others in a direct room, in
// which nothing waits for them then.
func isBlocked(members []int64, viewer int64, blocked []int64) bool {
	return len(members) > 1 && !slices.ContainsFunc(members, func(m int64) bool { return m != viewer && !slices.Contains(blocked, m) })
}

// addDirectory adds the public rooms that the viewer has not joined.
func (a *App) addDirectory(ctx context.Context, content *homeContent, after string) error {
	listed, err := a.directory(ctx, &PageQuery{After: after, Limit: store.MaxPage})
	if err != nil {
		return err
	}
	content.Public = slices.DeleteFunc(listed.Body.Rooms, func(room DirectoryRoom) bool { return room.Joined })
	if listed.Body.Next != nil {
		content.Next = *listed.Body.Next
	}
	return nil
}

// others are the names of a direct room's members without the viewer's. Who is
// deactivated is in no list and is looked up.
func (a *App) others(ctx context.Context, names map[int64]string, members []int64) []string {
	var others []string
	for _, member := range members {
		if member == userOf(ctx) {
			continue
		}
		if names[member] == "" {
			if user, err := a.store.User(ctx, member); err == nil {
				names[member] = user.DisplayName
			}
		}
		others = append(others, cmp.Or(names[member], "somebody"))
	}
	return others
}

// directTitle is what a direct room is called to whom the others are these.
func directTitle(others []string) string {
	if len(others) == 0 {
		return "Notes to yourself"
	}
	return strings.Join(others, ", ")
}
