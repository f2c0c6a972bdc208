package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chatd/store"
)

// How long a page of an export may take to be read, and to reach a client.
const (
	exportPatience = 20 * time.Second
	exportWrite    = 30 * time.Second
)

type exportAuditInput struct {
	Browser
	AuditFilter
	Format string `query:"format" enum:"csv,json" default:"csv" doc:"Lines of cells, or one list of entries."`
}

type exportAuditOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

// exportAudit sends all of the audit log that is asked for as a file. It reads a
// page, sends it and forgets it; in between it holds nothing of the database. It
// ends when the client is gone or too slow, and, without the end of the file,
// when the session ends or the right to read the log is taken away.
func (a *App) exportAudit(ctx context.Context, in *exportAuditInput) (*exportAuditOutput, error) {
	v, _ := viewerOf(ctx)
	export := &auditExport{app: a, viewer: v, page: store.AuditPage{Page: store.Page{Limit: store.MaxPage}, AuditFilter: in.filter()}}
	name, kind := "chatd-audit-"+time.Now().UTC().Format(time.DateOnly), "text/csv; charset=utf-8; header=present"
	if export.format = newAuditCSV; in.Format == "json" {
		kind, export.format = jsonType, newAuditJSON
	}
	// A request for the header alone takes nothing away.
	if in.r.Method != http.MethodHead {
		if err := export.note(ctx, in.Format); err != nil {
			return nil, err
		}
	}
	if err := export.read(ctx); err != nil {
		return nil, err
	}
	return &exportAuditOutput{
		ContentType: kind,
		Disposition: `attachment; filename="` + name + "." + in.Format + `"`,
		Body:        func(huma.Context) { export.send(ctx, in.w, in.r) },
	}, nil
}

// An auditFormat writes entries as a part of a file.
type auditFormat interface {
	begin() error
	entry(AuditEntry) error
	end() error
}

// An auditExport is the work of one request.
type auditExport struct {
	app    *App
	viewer viewer
	format func(io.Writer) auditFormat

	page    store.AuditPage // the next one
	entries []store.AuditEntry
	last    bool
}

func (e *auditExport) note(ctx context.Context, format string) error {
	ctx, cancel := context.WithTimeout(ctx, exportPatience)
	defer cancel()
	return e.app.store.NoteAuditExport(ctx, e.viewer.user, format, e.page.AuditFilter)
}

// read reads the next page for somebody who is still signed in.
func (e *auditExport) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, exportPatience)
	defer cancel()
	if _, err := e.app.store.LiveRole(ctx, e.viewer.session); err != nil {
		return err
	}
	entries, next, err := e.app.store.AuditLog(ctx, e.viewer.user, e.page)
	e.entries, e.page.After, e.last = entries, next, next == ""
	return err
}

// send writes what has been read, and reads on. When it cannot go on it cuts the
// connection, so that nobody takes a part for the whole.
func (e *auditExport) send(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		return
	}
	err := e.sendPages(ctx, w)
	if err == nil {
		return
	}
	if !errors.Is(err, errClientGone) {
		e.app.logFailure(ctx, err)
	}
	panic(http.ErrAbortHandler)
}

// errClientGone means that nobody takes what is sent.
var errClientGone = errors.New("the client is gone or too slow")

func (e *auditExport) sendPages(ctx context.Context, w http.ResponseWriter) error {
	var part bytes.Buffer
	format := e.format(&part)
	if err := format.begin(); err != nil {
		return err
	}
	for {
		for _, entry := range e.entries {
			if err := format.entry(renderAuditEntry(entry)); err != nil {
				return err
			}
		}
		if e.last {
			if err := format.end(); err != nil {
				return err
			}
		}
		if err := sendPart(w, &part); err != nil || e.last {
			return err
		}
		if err := e.read(ctx); err != nil {
			return err
		}
	}
}

// sendPart writes a part of a file and sees it off.
func sendPart(w http.ResponseWriter, part *bytes.Buffer) error {
	control := http.NewResponseController(w)
	// A writer that cannot have a deadline goes without one.
	_ = control.SetWriteDeadline(time.Now().Add(exportWrite))
	if _, err := part.WriteTo(w); err != nil {
		return errClientGone
	}
	if err := control.Flush(); err != nil {
		return errClientGone
	}
	// The next request on this connection has its own time.
	_ = control.SetWriteDeadline(time.Time{})
	return nil
}

// describeExport adds to the document what the body of an export is.
func describeExport(document *huma.OpenAPI) {
	list := document.Components.Schemas.Schema(reflect.TypeFor[[]AuditEntry](), true, "AuditEntries")
	document.Paths[exportPath].Get.Responses["200"].Content = map[string]*huma.MediaType{
		jsonType: {Schema: list},
		csvType:  {Schema: &huma.Schema{Type: huma.TypeString}},
	}
}

const (
	exportPath = "/api/v1/audit/export"
	csvType    = "text/csv"
)
