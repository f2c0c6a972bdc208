package main

import (
	"strings"
	"testing"
)

func TestThePublicAddressIsTakenAsBrowsersWriteIt(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"https://chat.example.org":           "https://chat.example.org",
		"HTTPS://Chat.Example.ORG/":          "https://chat.example.org",
		"http://Chat.Example:80":             "http://chat.example",
		"https://chat.example:0443/":         "https://chat.example",
		"https://chat.example:":              "https://chat.example",
		"http://chat.example:443":            "http://chat.example:443",
		"https://chat.example:8443":          "https://chat.example:8443",
		"https://chat.example.":              "https://chat.example",
		"https://chat.example.:443":          "https://chat.example",
		"https://XN--Mnchen-3ya.example":     "https://xn--mnchen-3ya.example",
		"http://my_chat":                     "http://my_chat",
		"http://192.0.2.1:8080":              "http://192.0.2.1:8080",
		"http://[::1]:80":                    "http://[::1]",
		"https://[2001:DB8:0:0:0:0:0:1]":     "https://[2001:db8::1]",
		"https://[2001:db8::1]:8443":         "https://[2001:db8::1]:8443",
		"https://[::ffff:192.0.2.1]:8443":    "https://[::ffff:c000:201]:8443",
		"https://bücher.example":             "https://xn--bcher-kva.example",
		"https://B%C3%9CCHER.example:443":    "https://xn--bcher-kva.example",
		"https://faß.example":                "https://xn--fa-hia.example",
		"https://東京。example.":                "https://xn--1lqs71d.example",
		"http://１２７.0.0.1":                   "http://127.0.0.1",
		"https://Example.org/chat":           "https://example.org/chat",
		"https://example.org/chat/":          "https://example.org/chat",
		"https://example.org/Team/a-b_c.~1/": "https://example.org/Team/a-b_c.~1",
		"https://bücher.example/chat":        "https://xn--bcher-kva.example/chat",
		"http://[::1]:8080/chat":             "http://[::1]:8080/chat",
	} {
		if got := parsed(t, nil, []string{"CHATD_PUBLIC_URL=" + value}).publicURL.String(); got != want {
			t.Errorf("%s is taken as %s, want %s", value, got, want)
		}
	}
}

func TestAPublicAddressThatNoBrowserSendsIsRefused(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"https://:8443":                  "is not a web address",
		"https://.":                      "is no name of a machine",
		"https://chat*.example":          "is no name of a machine",
		"https://☃-.example":             "xn--",
		"https://a\u200db\u00e9.example": "xn--",
		"https://example.org/a b":        "plain names",
		"https://example.org/healthz":    "tells of its health",
		"https://a..example":             "no name of a machine",
		"https://.example.org":           "no name of a machine",
		"https://example.org/a%20b":      "plain names",
		"https://example.org/%63hat":     "plain names",
		"https://example.org/bücher":     "plain names",
		"https://example.org/a//b":       "plain names",
		"https://example.org//":          "plain names",
		"https://example.org/a/../b":     "plain names",
		"https://example.org/.":          "plain names",
		"https://example.org/a;b":        "plain names",
		"https://example.org/chat?":      "nothing can follow the path",
		"https://example.org/chat?a=b":   "nothing can follow the path",
		"https://example.org/chat#":      "nothing can follow the path",
		"https://chat.example:0":         "from 1 to 65535",
		"https://chat.example:65536":     "from 1 to 65535",
		"http://127.1":                   "is not an IP address",
		"http://chat.0x7f":               "is not an IP address",
		"http://[fe80::1%25eth0]":        "is not an IP address",
		"https://[::1":                   "is not a web address",
		"https://u:topsecret@host":       `is "https://xxxxx@host"`,
		"https://u:4711/topsecret@h":     `is "https://xxxxx@h"`,
	} {
		_, err := parse(nil, []string{"CHATD_PUBLIC_URL=" + value})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error is %v, want %q", value, err, want)
		}
	}
}
