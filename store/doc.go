// Package store keeps chatd's truth in PostgreSQL: records, queries and the
// event log.
//
// # Topics and events
//
// A topic is what the hub publishes on: one for each room, one for each user
// and one for the workspace. Rooms, users and the workspace share one sequence
// of ids with their topics, so a topic is named by the id of what it is about.
//
// An event has a position in its topic, seq = 1, 2, 3, … without gaps and in
// the order of the commits. Only the [Committer] gives out positions, under
// the topic's row lock. Everything else that wants an event in the log inserts
// a row into pending_events in its own transaction, which locks nothing, and
// then calls [Committer.Number]. A lost call costs nothing but time: a
// [Store.Look] reports what was left behind.
//
// A topic also has an epoch. Positions of different epochs cannot be compared;
// all epochs are renewed when the database turns out to be another one than
// before ([Store.CheckIdentity]).
//
// # Connections
//
// A Store has two pools. The main pool serves data requests; the control pool,
// reached by [Store.Control], is reserved for requests that must never wait:
// log-out, leaving, acknowledgements. The committer and the doorbell have
// connections of their own.
package store
