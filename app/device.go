package app

import "strings"

// A sign is a word in a User-Agent and what it says. Of several the first one
// counts: most browsers also name those they descend from.
type sign struct{ word, name string }

var browserSigns = []sign{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"},
	{"OPR/", "Opera"}, {"OPT/", "Opera"},
	{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
	{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"},
	{"Version/", "Safari"}, // Safari/ stands in almost all of them
}

var systemSigns = []sign{
	{"iPhone", "iOS"}, {"iPad", "iPadOS"},
	{"Android", "Android"},
	{"Windows", "Windows"},
	{"Macintosh", "macOS"},
	{"CrOS", "ChromeOS"},
	{"Linux", "Linux"},
}

const unknownBrowser = "Unknown browser"

// device is what a person may know their browser by again, such as Firefox on
// Linux. It says no more than the User-Agent, which says what it likes.
func device(userAgent string) string {
	browser, system := firstSign(browserSigns, userAgent), firstSign(systemSigns, userAgent)
	switch {
	case browser == "" || browser == "Safari" && !strings.Contains(userAgent, "Safari/"):
		return unknownBrowser
	case system == "":
		return browser
	}
	return browser + " on " + system
}

func firstSign(signs []sign, text string) string {
	for _, s := range signs {
		if strings.Contains(text, s.word) {
			return s.name
		}
	}
	return ""
}
