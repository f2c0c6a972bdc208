package app

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"chatd/app/pushlet/pushlettest"
)

// A wire is a browser's connection, on which requests are written byte by byte
// as clients of 2007 write them.
type wire struct {
	*person
	conn net.Conn
	read *bufio.Reader
	id   string // of the session, once it is known
}

func (p *person) wire() *wire {
	p.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	return &wire{person: p, conn: conn, read: bufio.NewReader(conn)}
}

// sends writes the request for a query; ID in it is the session's id.
func (w *wire) sends(query string) *http.Response {
	w.t.Helper()
	_, err := fmt.Fprintf(w.conn, "GET /pushlet.srv?%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (Windows; U; Windows NT 5.1; en-US; rv:1.8.1) Gecko/20061010 Firefox/2.0\r\n"+
		"Accept: text/xml,application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5\r\nAccept-Language: en-us,en;q=0.5\r\n"+
		"Accept-Encoding: gzip,deflate\r\nAccept-Charset: ISO-8859-1,utf-8;q=0.7,*;q=0.7\r\nKeep-Alive: 300\r\nConnection: keep-alive\r\nReferer: %s/chat.html\r\nCookie: chatd_session=%s\r\n\r\n",
		strings.ReplaceAll(query, "ID", w.id), strings.TrimPrefix(w.url, "http://"), w.url, w.sessionCookie().Value)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.ReadResponse(w.read, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.checkHead(resp)
	return resp
}

// checkHead wants the headers of the reference, and beside them only those that
// every answer of chatd has.
func (w *wire) checkHead(resp *http.Response) {
	w.t.Helper()
	h := resp.Header.Clone()
	for _, name := range []string{"Date", "X-Request-Id", "Content-Length", "X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy",
		"Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy", "X-Frame-Options", "X-Accel-Buffering", "Content-Type"} {
		h.Del(name)
	}
	got := fmt.Sprint(resp.StatusCode, h)
	want := "200 map[Cache-Control:[no-store, no-cache, must-revalidate post-check=0, pre-check=0] Expires:[Sat, 6 May 1995 12:00:00 GMT] Pragma:[no-cache]]"
	if got != want {
		w.t.Errorf("head: %s\nwant %s", got, want)
	}
}

// changing are what no two conversations have in common.
var changing = []struct {
	found *regexp.Regexp
	mask  string
}{
	{regexp.MustCompile(`[A-Z2-7]{26}`), "ID"},
	{regexp.MustCompile(`(p_time', ")\d{10}"`), `${1}TIME"`},
	{regexp.MustCompile(`(p_time=")\d{10}"`), `${1}TIME"`},
	{regexp.MustCompile(`(p_sid', ")[a-z]{5}"`), `${1}SID"`},
	{regexp.MustCompile(`(p_sid=")[a-z]{5}"`), `${1}SID"`},
	{regexp.MustCompile(`(id', ")\d+"`), `${1}N"`},
	{regexp.MustCompile(`( id=")\d+"`), `${1}N"`},
}

func masked(body string) string {
	for _, c := range changing {
		body = c.found.ReplaceAllString(body, c.mask)
	}
	return body
}

// is wants the whole answer to a request.
func (w *wire) is(query, want string) []pushlettest.Event {
	w.t.Helper()
	resp := w.sends(query)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if got := masked(string(body)); got != want {
		w.t.Errorf("%s is answered\n%s\nwant\n%s", query, got, want)
	}
	return w.parsed(resp, body)
}

// parsed reads the answer by other means.
func (w *wire) parsed(resp *http.Response, body []byte) []pushlettest.Event {
	w.t.Helper()
	format := map[string]string{
		"text/html;charset=UTF-8": "js", "text/plain;charset=UTF-8": "xml", "text/xml;charset=UTF-8": "xml-strict",
	}[resp.Header.Get("Content-Type")]
	events, err := pushlettest.NewReader(format, bytes.NewReader(body)).All()
	if err != nil || len(events) == 0 {
		w.t.Fatalf("%q, %v: %s", events, err, body)
	}
	return events
}

// comes wants the next bytes of an answer that goes on, and returns those of the
// answer until now.
func (w *wire) comes(body io.Reader, before []byte, want string) []byte {
	w.t.Helper()
	got := before
	for len(masked(string(got[len(before):]))) < len(want) {
		var b [1]byte
		if _, err := io.ReadFull(body, b[:]); err != nil {
			w.t.Fatalf("%v after %s", err, got)
		}
		got = append(got, b[0])
	}
	if part := masked(string(got[len(before):])); part != want {
		w.t.Fatalf("there comes\n%s\nwant\n%s", part, want)
	}
	return got
}

const (
	jsHead = "<html><head><meta http-equiv=\"Pragma\" content=\"no-cache\"><meta http-equiv=\"Expires\" content=\"Tue, 31 Dec 1997 23:59:59 GMT\"></head><body>\n" +
		"<script language=\"JavaScript\"> var url=\" \"; \nfunction refresh() { document.location.href=url; }</script>"
	jsPush = `<script language="JavaScript">parent.push(`
)

func TestPushletTheFrameClientsConversationOf2007(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	a := userName(ana.room("general").ID)
	control, listen := ana.wire(), ana.wire()
	joined := control.is("p_event=join", jsHead+jsPush+`'p_event', "join-ack",'p_time', "TIME",'p_id', "ID",'p_format', "js");</script>`)
	control.id, listen.id = joined[0]["p_id"], joined[0]["p_id"]

	resp := listen.sends("p_id=ID&p_event=listen&p_subject=/chat&p_mode=stream")
	defer resp.Body.Close()
	got := listen.comes(resp.Body, nil, jsHead+
		jsPush+`'p_event', "listen-ack",'p_time', "TIME",'p_id', "ID",'p_mode', "stream",'p_format', "js",'p_sid', "SID");</script>`+
		jsPush+`'p_event', "hb",'p_time', "TIME",'p_seq', "1");</script>`)
	control.is("p_event=hb&p_id=ID", jsHead+jsPush+`'p_event', "hb-ack",'p_time', "TIME");</script>`)
	control.is("p_event=publish&p_subject=/chat/"+a+"&msg=hello&p_id=ID", jsHead+jsPush+`'p_event', "publish-ack",'p_time', "TIME");</script>`)
	got = listen.comes(resp.Body, got, jsPush+`'p_event', "data",'p_time', "TIME",'p_subject', "/chat/`+a+
		`",'p_sid', "SID",'p_from', "ana",'user', "Ana",'msg', "hello",'number', "1",'id', "N",'p_seq', "2");</script>`)
	control.is("p_event=publish&p_subject=/chat/"+a+"&msg=100%;\"'é</script>&p_id=ID", jsHead+jsPush+`'p_event', "publish-ack",'p_time', "TIME");</script>`)
	got = listen.comes(resp.Body, got, jsPush+`'p_event', "data",'p_time', "TIME",'p_subject', "/chat/`+a+
		`",'p_sid', "SID",'p_from', "ana",'user', "Ana",'msg', "100%;\u0022\u0027é\u003c/script\u003e",'number', "2",'id', "N",'p_seq', "3");</script>`)
	control.is("p_event=leave&p_id=ID", jsHead+jsPush+`'p_event', "leave-ack",'p_time', "TIME",'p_id', "ID");</script>`)
	if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
		t.Errorf("after leaving comes %q, %v", rest, err)
	}
	if events := listen.parsed(resp, got); kinds(events) != "listen-ack hb data data" || events[3]["msg"] != `100%;"'é</script>` {
		t.Errorf("%q", events)
	}
}

func TestPushletTheAjaxClientsConversationOf2007(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shortHolds)
	ana := w.owner()
	a := userName(ana.room("general").ID)
	const back = `<event p_event="refresh" p_time="TIME" p_wait="0" p_url="/pushlet.srv?p_id=ID&amp;p_event=refresh" /></pushlet>`
	const refreshed = `<pushlet><event p_event="refresh-ack" p_time="TIME" />`
	listen, control := ana.wire(), ana.wire()
	joined := listen.is("p_event=join-listen&p_format=xml-strict&p_mode=pull&p_subject=/chat",
		`<pushlet><event p_event="join-listen-ack" p_time="TIME" p_id="ID" p_mode="pull" p_format="xml-strict" p_sid="SID" />`+back)
	control.id, listen.id = joined[0]["p_id"], joined[0]["p_id"]
	listen.is("p_event=refresh&p_id=ID", refreshed+`<event p_event="hb" p_time="TIME" p_seq="1" />`+back)
	control.is("p_event=publish&p_subject=/chat/"+a+"&msg=hello&p_id=ID", `<pushlet><event p_event="publish-ack" p_time="TIME" /></pushlet>`)
	control.is("p_event=publish&p_subject=/chat/"+a+"&msg=a<b>\\\"é&p_id=ID", `<pushlet><event p_event="publish-ack" p_time="TIME" /></pushlet>`)
	events := listen.is("p_event=refresh&p_id=ID", refreshed+
		`<event p_event="data" p_time="TIME" p_subject="/chat/`+a+`" p_sid="SID" p_from="ana" user="Ana" msg="hello" number="1" id="N" p_seq="1" />`+
		`<event p_event="data" p_time="TIME" p_subject="/chat/`+a+`" p_sid="SID" p_from="ana" user="Ana" msg="a&lt;b&gt;&#092;&quot;é" number="2" id="N" p_seq="2" />`+back)
	if got := strings.Join(texts(events), " "); got != `hello a<b>\"é` {
		t.Errorf("%q", got)
	}
	control.is("p_event=hb&p_id=ID", `<pushlet><event p_event="hb-ack" p_time="TIME" /></pushlet>`)
	control.is("p_event=unsubscribe&p_id=ID", `<pushlet><event p_event="unsubscribe-ack" p_time="TIME" p_id="ID" /></pushlet>`)
	control.is("p_event=leave&p_id=ID", `<pushlet><event p_event="leave-ack" p_time="TIME" p_id="ID" /></pushlet>`)
}
