package app

import (
	"net/http"
	"slices"
	"testing"
)

func TestPeopleSeeTheirConnectedDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	phone := w.visitor()
	phone.me = ana.me
	phone.header.Set("User-Agent", "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0")
	phone.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	frame, pulled := ana.streams("iframe"), phone.listener()
	frame.does(map[string]any{"op": "activity", "state": "idle", "round_trip": 12})
	pulled.polls()
	plain := ana.displays(ana.room("general").ID)
	defer plain.hangUp()
	var desk, hand Session
	w.eventually("all are connected", func() bool {
		for _, s := range ana.sessionList() {
			if s.Current {
				desk = s
			} else {
				hand = s
			}
		}
		return len(desk.Connected) == 2 && len(hand.Connected) == 1
	})
	if desk.Kind != "browser" || hand.Kind != "phone" || hand.Connected[0].Device != "phone" {
		t.Errorf("the desk is %+v, the hand %+v", desk, hand)
	}
	w.eventually("it is told how they are connected", func() bool {
		for _, s := range ana.sessionList() {
			if s.Current {
				desk = s
			}
		}
		i := slices.IndexFunc(desk.Connected, func(c Connection) bool { return c.Device == "browser" })
		return i >= 0 && desk.Connected[i].Transport == "iframe" && desk.Connected[i].Idle && desk.Connected[1-i].Device == "plain" && !desk.Connected[1-i].Idle
	})
	ana.creates("public", "quay")
	if list := ana.brings("ben").sessionList(); len(list) != 1 || list[0].Connected == nil || len(list[0].Connected) != 0 {
		t.Errorf("Ben has %+v", list)
	}
}

func TestKindsOfDevices(t *testing.T) {
	t.Parallel()
	for userAgent, want := range map[string]string{
		"": "browser",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "browser",
		"Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0":                                                                    "phone",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36":                         "phone",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36":                                "browser",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1": "phone",
		"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1":        "browser",
		"Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.5.25 Version/10.54":                                                                     "phone",
		"Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1":                                                                                            "browser",
	} {
		if got := browserKind(userAgent); got != want {
			t.Errorf("%q is a %s", userAgent, got)
		}
	}
}
