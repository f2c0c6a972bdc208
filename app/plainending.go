package app

import (
	"cmp"
	"strconv"

	"chatd/comet"
)

// ending is why a display ends: the sentence that it tells.
type ending string

// What a display says at its end.
const (
	endSuperseded ending = "The messages go on in another window."
	endCrowded    ending = "This browser shows messages in too many windows, so this one has stopped."
	endRecycled   ending = "This page has been open for so long that it stops here."
	endDrained    ending = "The server is being restarted."
	endGap        ending = "Too much happened at once to show it here."
	endLeft       ending = "You have left this room."
	endRemoved    ending = "You are no longer in this room."
	endBanned     ending = "You are banned from this room."
	endUnknown    ending = "The messages have stopped here."
)

// endingOf is the ending that an event announces, empty when it announces none.
func endingOf(e displayEvent) ending {
	switch e.Event {
	case "abort":
		return ending(cmp.Or(e.Text, string(endUnknown)))
	case "gap":
		return endGap
	case "unsubscribe-ack":
		switch comet.Reason(e.Why) {
		case comet.ReasonLeft:
			return endLeft
		case reasonBanned:
			return endBanned
		default:
			return endRemoved
		}
	case "listen-ack":
		if len(e.Denied) > 0 {
			return endRemoved
		}
		return ""
	case "refresh":
		return refreshEnding(e.Why)
	default:
		return ""
	}
}

func refreshEnding(why string) ending {
	switch why {
	case "superseded":
		return endSuperseded
	case "crowded":
		return endCrowded
	case "recycle":
		return endRecycled
	case "drain":
		return endDrained
	default:
		return endUnknown
	}
}

// endContent is the end of a display: a sentence and the way on.
type endContent struct{ Text, Link, Label, Target string }

// content is what a display of a room ends with.
func (e ending) content(room int64) endContent {
	e = cmp.Or(e, endUnknown)
	switch e {
	case endLeft, endRemoved, endBanned:
		return endContent{string(e), plainPath, "Go to your rooms", "_top"}
	case endSuperseded, endCrowded:
		return endContent{string(e), plainRoomPath(room, "display"), "Show them here", "_self"}
	case endRecycled, endDrained, endGap, endUnknown:
		return endContent{string(e), plainRoomPath(room, "display"), "Show the newest messages", "_self"}
	default: // the log-out, as the hub tells it
		return endContent{string(e), plainPath + "?room=" + strconv.FormatInt(room, 10), "Sign in", "_top"}
	}
}
