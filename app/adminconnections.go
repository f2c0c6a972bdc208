package app

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"chatd/comet"
	"chatd/store"
)

// AdminConnection is where somebody listens to chatd now. Tabs that share a
// connection are one.
type AdminConnection struct {
	Node      string `json:"node" format:"uuid" doc:"The chatd that it leads to, another name after each start. With id it names the connection."`
	ID        int64  `json:"id"`
	User      Author `json:"user"`
	Device    string `json:"device" enum:"browser,phone,plain,api" doc:"Plain is the page without scripts."`
	Browser   string `json:"browser" doc:"Such as Firefox on Linux, as far as the browser tells."`
	Transport string `json:"transport" doc:"Such as iframe; empty when it is not known."`
	RoundTrip *int64 `json:"round_trip_ms" doc:"As the browser has measured it, in milliseconds; null when it is not known."`
	Idle      bool   `json:"idle" doc:"Whether nobody has touched the device for a while."`
	Lag       int    `json:"lag" doc:"How many events it was behind what there is in the last 10 to 20 seconds; 0 for one that keeps up."`
	Since     string `json:"since" format:"date-time"`
}

func renderConnection(c store.Connection) AdminConnection {
	rendered := AdminConnection{
		Node: c.Node, ID: c.ID, User: renderAuthor(c.User), Device: c.Device.Device, Browser: device(c.UserAgent),
		Transport: c.Transport, Idle: c.Idle, Lag: c.Lag, Since: renderTime(c.Since),
	}
	if ms := c.RoundTrip.Milliseconds(); ms > 0 {
		rendered.RoundTrip = &ms
	}
	return rendered
}

type connectionsInput struct {
	PageQuery
	Search string `query:"search" maxLength:"80" doc:"Only of people with this in their display or user name, whatever the case."`
}

type connectionsOutput struct {
	Body struct {
		Connections []AdminConnection `json:"connections" doc:"The newest first. Those of people who are invisible are not among them, except for one's own: for all others they are not here, and a connection without a name would tell that somebody is. Neither are those who only listen and are not shown as being here: readers (GET on /comet/data), Pushlet clients, and scripts with access tokens. They end when the sign-in or the token behind them does."`
		NextPage
	}
}

// listConnections shows where people listen to chatd.
func (a *App) listConnections(ctx context.Context, in *connectionsInput) (*connectionsOutput, error) {
	found, next, err := a.store.Connections(ctx, userOf(ctx), store.ConnectionsPage{Page: in.page(), Search: in.Search})
	if err != nil {
		return nil, err
	}
	out := &connectionsOutput{}
	out.Body.NextPage = nextPage(next)
	out.Body.Connections = renderAll(found, renderConnection)
	return out, nil
}

const connectionGoneDetail = "This connection is gone. Load the list again."

type connectionInput struct {
	Node   string `path:"node" doc:"The node of a connection."`
	ID     int64  `path:"id" minimum:"1" doc:"Its id there."`
	Reason string `query:"reason" maxLength:"500" doc:"Why; the person is told."`
}

// Resolve implements huma.Resolver.
func (*connectionInput) Resolve(ctx huma.Context) []error { return plainID(ctx, "id") }

// endConnection signs somebody out where they have a connection. Everything that
// listens with the same sign-in ends at once, on all nodes.
func (a *App) endConnection(ctx context.Context, in *connectionInput) (*struct{}, error) {
	user, ended, err := a.store.EndConnection(ctx, userOf(ctx), in.Node, in.ID, string(comet.ReasonRemoved), in.Reason)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem(http.StatusNotFound, connectionGoneDetail)
	}
	if err != nil {
		return nil, err
	}
	a.endLogins(user, ended, comet.ReasonRemoved)
	a.committer.Number(user) // who is told of it where they are still signed in
	return nil, nil
}
