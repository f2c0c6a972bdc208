// Package comet pushes numbered events to browsers over plain HTTP: as streams
// (in a hidden frame, as lines, as server-sent events) and as long and short
// polls. It knows nothing of what the events mean. docs/protocol.md describes
// what goes over the wire.
//
// # Where the truth is
//
// The truth is the log behind Config.Log and the cursors in the clients. The
// hub is a cache between the two: for each topic that somebody follows a ring
// of recent events, encoded once; for each client a cursor in every topic it
// follows. There is no queue for a client, so a slow one costs nothing but its
// socket, and a hub that dies loses nothing.
//
// # How an event travels
//
// Publish appends to the ring, sets a dirty mark in each follower (one bit) and
// fills the one-slot wake channel of the request that serves it. That is all a
// publisher does. The goroutine of the request wakes, takes its marks and pulls
// whatever lies between its cursors and the heads of the dirty topics: from the
// ring, else from the log, page by page. Everything it finds goes out in one
// write. Opening a request is the same thing: it registers first, with every
// topic marked, so that replay and live delivery cannot miss each other. Opens
// ask the log in turn (admission), and a browser holds few requests (held). A
// session that was checked and has all the topics asks nothing.
//
// Of a topic that is only watched nothing is kept but where it stands. Its marks
// are taken once a second, whatever happens, and told as one unread event.
//
// # Locks
//
// registry.mu, session.mu, topics.mu and topic.mu are taken in this order.
// The locks of admission, openings, held, lull, pace, inquiry, gate, wheel, notifier,
// pages, conn and sink are leaves, save that admission sets a timer of the wheel
// under its own.
// No lock is held while anything is read, written or called back. A publisher
// takes topic.mu alone, so it never waits for a client.
//
// # Goroutines
//
// Run starts the wheel (all timers of the hub), the lull (the few milliseconds
// that connections linger) and the notifier (all calls of Presence.Opened and
// Closed and of Config.Activity) and waits for them. Requests are served by the
// goroutines of the HTTP server; Run waits for them too. A page of the log is
// read by a goroutine of its own, at most Limits.Reads at a time, and another
// one asks where watched topics stand that became void. Run waits for these as
// well.
package comet
