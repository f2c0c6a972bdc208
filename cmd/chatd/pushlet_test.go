package main

import (
	"testing"

	"chatd/store/storetest"
)

func TestTheCommandsOfThePushletPageDoWhatItSays(t *testing.T) {
	t.Parallel()
	chatd := serving(t, "CHATD_DATABASE_URL="+storetest.URL(t))
	token, say := newWorkspace(t, chatd)
	newShell(t, chatd, token).runAll(t, shellLines(fences(t, "../../docs/pushlet.md")), []outcome{
		{command: `PUSHLET=`},
		{command: `ID=`},
		{command: `curl -N`, says: []string{`<event p_event="listen-ack" `, `<event p_event="hb" `, `<event p_event="data" `, `p_subject="/chat/3"`, `p_from="ann" user="Ann" msg="one" number="`}, while: "one", held: true},
		{command: `curl -s`, says: []string{`<event p_event="listen-ack" `, `p_mode="pull"`, `<event p_event="refresh" `, `p_wait="0"`}},
		{command: `curl -s`, says: []string{`<event p_event="publish-ack" `}},
		{command: `curl -s`, says: []string{`<event p_event="publish-ack" `}},
		{command: `curl -s`, says: []string{`<event p_event="refresh-ack" `, `msg="Hello"`, `msg="And &quot;again&quot;"`, `<event p_event="refresh" `}},
		{command: `curl -s`, says: []string{`<event p_event="leave-ack" `}},
	}, say)
}
