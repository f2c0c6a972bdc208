package comet

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Config is what a hub needs. Log, Identify and Check are required.
type Config struct {
	// Log is read by the data channel.
	Log Log
	// ControlLog is asked for positions by the control channel, so that it
	// never waits behind data; nil means Log.
	ControlLog Log
	// Presence may be nil.
	Presence Presence
	// Identify tells who makes a request that middleware has authenticated.
	// An error is answered with 401.
	Identify func(*http.Request) (Principal, error)
	// Origins decides whose pages may make GET requests to the data channel; nil
	// means those of the same origin. Of other methods middleware decides.
	Origins *http.CrossOriginProtection
	// Check looks up afresh whether a login still lives. It returns an
	// *EndedError when it does not; any other error means that nobody knows.
	// It is asked when a comet session begins and from time to time
	// (Times.Recheck); in between EndLogin and EndUser must tell.
	Check func(context.Context, Principal) error
	// Lasting tells of whom it is enough to ask Check from time to time; of
	// others it is asked with each data request. It must not wait. When it is
	// nil, it is enough for all.
	Lasting func(Principal) bool
	// Expires tells when the login behind a request ends by itself; zero means
	// never. From then on Check must say so. When it is nil, none does.
	Expires func(*http.Request) time.Time
	// Device tells what kind of device makes a request, in a word of the
	// program's own. When it is nil, none has a word.
	Device func(*http.Request) string
	// Activity is told what a client says that its person does, and how it is
	// connected. It is called in turn with Presence.Opened and Closed, between
	// the two of the session, and must not wait. When it is nil, clients cannot
	// say what their person does.
	Activity func(SessionInfo, Activity)
	// Node is told to clients, so that they can see which node they use.
	Node string
	// Times and Limits have a default for every field that is zero.
	Times  Times
	Limits Limits
	// Logger is for the operator; nil means slog.Default().
	Logger *slog.Logger
}

// Activity is news of a client: what its person does, and how it is connected.
// What is empty or 0 is as before.
type Activity struct {
	State string // active, idle or typing
	Topic string // that the session follows; empty: none in particular, which typing never is

	// Transport is that of the protocol; of Hub.Serve it is the mode.
	Transport string
	RoundTrip time.Duration // as the client has measured it, in whole milliseconds
}

// Times are all the times of the hub.
type Times struct {
	Heartbeat  time.Duration // silence on a stream before a heartbeat, ± 10 %; 15 s
	HoldMin    time.Duration // a poll is held between this …; 25 s
	HoldMax    time.Duration // … and this; 30 s
	HoldLong   time.Duration // the same after three clean rounds; 50 s
	PullLease  time.Duration // how long a session waits after an answer; 15 s
	LostLease  time.Duration // the same after a lost socket or a goodbye; 10 s
	Write      time.Duration // deadline of one flush; 10 s
	FrameLife  time.Duration // an iframe stream is recycled after this ± 20 %; 10 min
	StreamLife time.Duration // another stream is; 30 min
	Overlap    time.Duration // how long a recycled stream waits for the next; 5 s
	Linger     time.Duration // the least time between two flushes under load; 5 ms
	Read       time.Duration // limit of one question to the Log, Check included; 10 s
	Control    time.Duration // the same for the control channel, and for topics that are only watched; 5 s
	DrainMin   time.Duration // the least window of a drain; 2 s
	DrainMax   time.Duration // the greatest; 30 s
	Admit      time.Duration // how long the opening of a data request may wait for its turn; 1 s
	Recheck    time.Duration // how long it holds for a comet session what Check has said; 5 min
	Presence   time.Duration // the least time between two presence events of a comet session; 250 ms
	Unread     time.Duration // the least time between two unread events of a comet session; 1 s
	TopicHint  time.Duration // how long a hint of a topic may wait for a client; 5 s
}

// Limits are all the limits of the hub.
type Limits struct {
	Body         int64 // bytes of a request; 64 KiB
	Operations   int   // of one control request; 32
	Topics       int   // of one comet session; 256, which is also the greatest
	Sessions     int   // comet sessions of one user, or one quota, on this hub; 16
	Hints        int   // keys of hints kept for one comet session; 256
	RingEvents   int   // events kept in memory for each followed topic; 256
	RingBytes    int   // bytes of these; 512 KiB
	Behind       int64 // a client further behind than this gets a gap; 1000
	Reads        int   // pages read from the Log at a time; 16
	WriteBytes   int   // bytes of one write to a stream, about; 64 KiB
	AnswerEvents int   // events in one answer to a poll; 200
	AnswerBytes  int   // bytes of these, unless it is one alone; a client may ask for fewer; 256 KiB
	FrameEvents  int   // an iframe stream is recycled after so many events; 2000
	FrameBytes   int64 // … or so many bytes; 1 MiB
	StreamBytes  int64 // another stream after so many; 16 MiB
	PollRate     int   // answers to polls a second, more are slowed by "next"; 10
	DrainRate    int   // streams sent away a second while draining; 2000
	Opens        int   // data requests that open at a time, that is ask Check and the Log; 64
	OpensWaiting int   // data requests that wait for that; 2000
	Held         int   // streams and long polls of one browser; 2
	Watched      int   // topics that one comet session watches; 1000
	People       int   // people of one View; 200
}

func or[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (t *Times) defaults() {
	or(&t.Heartbeat, 15*time.Second)
	or(&t.HoldMin, 25*time.Second)
	or(&t.HoldMax, 30*time.Second)
	or(&t.HoldLong, 50*time.Second)
	or(&t.PullLease, 15*time.Second)
	or(&t.LostLease, 10*time.Second)
	or(&t.Write, 10*time.Second)
	or(&t.FrameLife, 10*time.Minute)
	or(&t.StreamLife, 30*time.Minute)
	or(&t.Overlap, 5*time.Second)
	or(&t.Linger, 5*time.Millisecond)
	or(&t.Read, 10*time.Second)
	or(&t.Control, 5*time.Second)
	or(&t.DrainMin, 2*time.Second)
	or(&t.DrainMax, 30*time.Second)
	or(&t.Admit, time.Second)
	or(&t.Recheck, 5*time.Minute)
	or(&t.Presence, 250*time.Millisecond)
	or(&t.Unread, time.Second)
	or(&t.TopicHint, 5*time.Second)
}

func (l *Limits) defaults() {
	or(&l.Body, 64<<10)
	or(&l.Operations, 32)
	or(&l.Topics, maxTopics)
	or(&l.Sessions, 16)
	or(&l.Hints, 256)
	or(&l.RingEvents, 256)
	or(&l.RingBytes, 512<<10)
	or(&l.Behind, 1000)
	or(&l.Reads, 16)
	or(&l.WriteBytes, 64<<10)
	or(&l.AnswerEvents, 200)
	or(&l.AnswerBytes, 256<<10)
	or(&l.FrameEvents, 2000)
	or(&l.FrameBytes, 1<<20)
	or(&l.StreamBytes, 16<<20)
	or(&l.PollRate, 10)
	or(&l.DrainRate, 2000)
	or(&l.Opens, 64)
	or(&l.OpensWaiting, 2000)
	or(&l.Held, 2)
	or(&l.Watched, 1000)
	or(&l.People, 200)
	l.Topics = min(l.Topics, maxTopics)
}
