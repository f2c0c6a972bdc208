package comet

// precedence orders what a client tells by operations and by its data requests,
// which may overtake each other on their way. An operation may name the newest
// data request that the client had made before it: up to that one they are
// older. It is the counter from which on data requests are newer than the newest
// operation that has named one.
type precedence int64

// ofRequest reports whether a data request is newer than all operations.
func (p precedence) ofRequest(n int64) bool { return n >= int64(p) }

// ofOperation reports whether an operation is newer than all before it, and than
// the data request that the session goes by. One that names none always is.
func (p *precedence) ofOperation(n *int64, newest int64) bool {
	if n == nil {
		return true
	}
	next := precedence(*n + 1)
	if *n < newest || next < *p {
		return false
	}
	*p = next
	return true
}
