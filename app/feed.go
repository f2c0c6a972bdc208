package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"chatd/comet"
	"chatd/store"
)

// feed is how the hub reads the event log: topics by name, events rendered.
type feed struct {
	store *store.Store
	// alerts hears of the messages that are read, some of which other nodes have
	// stored; nil when nothing is read.
	alerts *alerts
}

var _ comet.Log = feed{}

// Positions implements comet.Log.
func (f feed) Positions(ctx context.Context, who comet.Principal, topics []string) (map[string]comet.Position, error) {
	user := userID(who.User)
	names := make(map[int64]string, len(topics))
	ids := make([]int64, 0, len(topics))
	for _, name := range topics {
		if id, ok := topicID(name, user); ok {
			names[id] = name
			ids = append(ids, id)
		}
	}
	found, err := f.store.Positions(ctx, user, ids)
	if err != nil {
		return nil, err
	}
	positions := make(map[string]comet.Position, len(found))
	for id, p := range found {
		positions[names[id]] = comet.Position(p)
	}
	return positions, nil
}

// Read implements comet.Log.
func (f feed) Read(ctx context.Context, topic string, after int64, limit int) (comet.Page, error) {
	id, err := listenedTopic(topic)
	if err != nil {
		return comet.Page{}, err
	}
	page, err := f.store.EventsAfter(ctx, id, after, limit)
	if err != nil {
		return comet.Page{}, err
	}
	f.alerts.Read(page.Now, page.Events...)
	events := make([]comet.Event, len(page.Events))
	var withdrawn []int64
	for i, e := range page.Events {
		if e.Kind == store.EventMessagesDeleted { // which another node may have done, and the look has not told yet
			withdrawn = append(withdrawn, e.Deletion.Seqs...)
		}
		payload := renderNews(e)
		if takesQuery(e.Kind) {
			if payload, err = f.current(ctx, e); err != nil {
				return comet.Page{}, err
			}
		}
		events[i] = comet.Event{Seq: e.Seq, Payload: payload}
	}
	return comet.Page{Epoch: page.Epoch, Head: page.Head, Events: events, Withdrawn: withdrawn}, nil
}

// current renders an event that tells of something as it stands now.
func (f feed) current(ctx context.Context, e store.Event) ([]byte, error) {
	if e.Kind == store.EventWorkspaceChanged {
		workspace, err := f.store.Workspace(ctx)
		if err != nil {
			return nil, err
		}
		return encode(News{Kind: string(e.Kind), Name: workspace.Name, SignUp: signUpWord(workspace), RetentionDays: workspace.RetentionDays}), nil
	}
	if e.Kind == store.EventRoomCreated || e.Kind == store.EventRoomListed {
		// As it stood when the event was read: what was told by then is withdrawn
		// when it may be told no longer.
		return encode(News{Kind: string(e.Kind), Room: renderRoom(*e.Room)}), nil
	}
	return f.ownRoom(ctx, e)
}

// ownRoom renders a room as it stands in the list of the user whose topic this
// is. When it no longer does, there is nothing to see.
func (f feed) ownRoom(ctx context.Context, e store.Event) ([]byte, error) {
	if e.Room == nil {
		return nil, nil
	}
	room, err := f.store.OverviewRoom(ctx, e.TopicID, e.Room.ID)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrForbidden) || errors.Is(err, store.ErrNotMember) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return encode(News{Kind: string(e.Kind), Room: renderEntry(room)}), nil
}

// listenedTopic is the id of a topic that the hub was allowed to listen to.
func listenedTopic(name string) (int64, error) {
	if name == workspaceTopic {
		return store.WorkspaceTopic, nil
	}
	_, number, _ := strings.Cut(name, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read topic %q: %w", name, err)
	}
	return id, nil
}

// identify is who the hub deals with in a request that signedIn let through.
func identify(r *http.Request) (comet.Principal, error) {
	v, ok := viewerOf(r.Context())
	if !ok {
		return comet.Principal{}, store.ErrSessionEnded
	}
	who := comet.Principal{User: userName(v.user), Login: loginOf(v), Browser: !v.token()}
	if v.token() {
		who.Quota = who.Login // a script takes no place from a browser
	}
	return who, nil
}
