// Command load puts chatd under load and measures what it costs.
//
//	load [flags] hold|fanout|chat|stalled|restart|control|presence
//	load all
//	load table FILE
//
// It starts a chatd and a PostgreSQL of its own, or uses those that -url and
// -database name; it fills the database with people, sign-ins and rooms, never
// through a password. Each scenario prints one line of JSON on standard output:
// parameters, figures, versions and violations. The exit status is 1 when there
// was a violation.
//
// Whatever it measures, it also checks: every listener follows its topics as
// docs/protocol.md says, and must have got each event once, in order and with
// the payload that the database holds.
//
// It is written to cost little, since it shares the machine with what it
// measures: requests are raw HTTP/1.1, one goroutine and one socket a listener,
// and of the many copies of one event only the first is parsed.
package main
