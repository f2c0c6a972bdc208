package app

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"chatd/store"
)

type reportMessageInput struct {
	MessagePath
	Body struct {
		Reason string `json:"reason" doc:"1 to 500 characters: what is wrong with it."`
	}
}

// reportMessage tells those who keep order in a room about a message. Its text is
// copied for them.
func (a *App) reportMessage(ctx context.Context, in *reportMessageInput) (*struct{}, error) {
	if wait := a.reports.Wait(userOf(ctx)); wait > 0 {
		return nil, waitProblem(http.StatusTooManyRequests, "You are reporting very many messages. Wait a moment, or write to somebody who looks after the room.", wait)
	}
	pending, err := a.store.ReportMessage(ctx, userOf(ctx), in.Room, in.Number, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return nil, nil
}

// Report is what somebody has told about a message.
type Report struct {
	ID   int64 `json:"id"`
	Room struct {
		ID   int64  `json:"id"`
		Kind string `json:"kind" enum:"public,private,direct"`
		Name string `json:"name" doc:"Empty for direct rooms, and for private ones that the viewer is not in."`
	} `json:"room"`
	Number     int64   `json:"number" doc:"Of the message; 0 when it is no longer kept."`
	Deleted    bool    `json:"deleted" doc:"Whether the message is deleted."`
	Author     Author  `json:"author" doc:"Who wrote the message."`
	Body       string  `json:"body" doc:"The text of the message when it was reported. Empty 90 days after the report was settled."`
	Edited     bool    `json:"edited" doc:"Whether the message was changed since and says something else."`
	Now        string  `json:"now" doc:"What it says then. Empty when it was not changed, and for private rooms that the viewer is not in."`
	Reporter   Author  `json:"reporter" doc:"Who reported it. The author does not learn this."`
	Reason     string  `json:"reason"`
	CreatedAt  string  `json:"created_at" format:"date-time"`
	Settlement *string `json:"settlement" enum:"acted,dismissed" doc:"Null while it is open."`
	SettledAt  *string `json:"settled_at" format:"date-time"`
	SettledBy  *Author `json:"settled_by"`
}

// TransformSchema implements huma.SchemaTransformer.
func (Report) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return nullable[Author](s, r, "settled_by")
}

func renderReport(r store.Report) Report {
	rendered := Report{
		ID: r.ID, Number: r.Number, Deleted: r.Deleted,
		Author: renderAuthor(r.Author), Body: r.Body, Edited: r.Edited, Now: r.Now, Reporter: renderAuthor(r.Reporter), Reason: r.Reason,
		CreatedAt: renderTime(r.CreatedAt), SettledAt: optionalTime(r.SettledAt), SettledBy: optionalAuthor(r.SettledBy),
	}
	rendered.Room.ID, rendered.Room.Kind, rendered.Room.Name = r.RoomID, string(r.RoomKind), r.RoomName
	if r.Settlement != "" {
		rendered.Settlement = &r.Settlement
	}
	return rendered
}

type reportsInput struct {
	PageQuery
	Room int64 `query:"room" minimum:"0" doc:"Only those about messages of this room. 0: of all rooms."`
	Open bool  `query:"open" doc:"Only those that are not settled."`
}

type reportsOutput struct {
	Body struct {
		Reports   []Report `json:"reports" doc:"The newest first. None is about the viewer."`
		OpenTotal int      `json:"open_total" doc:"How many are open of all that the viewer may settle."`
		NextPage
	}
}

// listReports shows what was reported to those who keep order.
func (a *App) listReports(ctx context.Context, in *reportsInput) (*reportsOutput, error) {
	reports, next, open, err := a.store.Reports(ctx, userOf(ctx), store.ReportsPage{Page: in.page(), Room: in.Room, Open: in.Open})
	if err != nil {
		return nil, err
	}
	out := &reportsOutput{}
	out.Body.NextPage, out.Body.OpenTotal = nextPage(next), open
	out.Body.Reports = renderAll(reports, renderReport)
	return out, nil
}

type settleReportInput struct {
	Report int64 `path:"report" minimum:"1"`
	Body   struct {
		Settlement string `json:"settlement" enum:"acted,dismissed" doc:"Something was done about it, or nothing is to be done."`
	}
}

// Resolve implements huma.Resolver.
func (*settleReportInput) Resolve(ctx huma.Context) []error { return plainID(ctx, "report") }

type reportOutput struct {
	Body Report
}

// settleReport takes a report from the queue.
func (a *App) settleReport(ctx context.Context, in *settleReportInput) (*reportOutput, error) {
	report, pending, err := a.store.SettleReport(ctx, userOf(ctx), in.Report, in.Body.Settlement)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return &reportOutput{Body: renderReport(report)}, nil
}
