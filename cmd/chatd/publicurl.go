package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// defaultPorts are those that browsers leave out.
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// setPublicURL takes the address in the form in which browsers send it as the
// origin of a page, as that is what it is compared with.
func setPublicURL(c *config, g given) error {
	if g.value == "" {
		return nil
	}
	u, err := url.Parse(g.value)
	if strings.Contains(g.value, "@") {
		return fmt.Errorf("is %s, but nobody signs in by the address; write it without what ends in @, for example https://chat.example.org", g.shown())
	}
	if err != nil || u.Hostname() == "" || defaultPorts[u.Scheme] == "" {
		return fmt.Errorf("is %s, which is not a web address; write for example https://chat.example.org", g.shown())
	}
	if u.RawQuery != "" || u.ForceQuery || strings.Contains(g.value, "#") {
		return fmt.Errorf("is %s, but nothing can follow the path; leave out what begins with ? or #", g.shown())
	}
	path, err := basePath(u)
	if err != nil {
		return fmt.Errorf("is %s, %w", g.shown(), err)
	}
	host, err := originHost(u)
	if err != nil {
		return fmt.Errorf("is %s, %w", g.shown(), err)
	}
	port, err := originPort(u)
	if err != nil {
		return fmt.Errorf("is %s, %w", g.shown(), err)
	}
	c.publicURL = &url.URL{Scheme: u.Scheme, Host: host + port, Path: path}
	return nil
}

// segment is a part of a path that nothing on the way writes in another form.
var segment = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)

// basePath is the path below which people find chatd, without the slash at its
// end.
func basePath(u *url.URL) (string, error) {
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	if path == "" {
		return "", nil
	}
	for part := range strings.SplitSeq(path[1:], "/") {
		if !segment.MatchString(part) || part == "." || part == ".." {
			return "", errors.New("whose path is not made of plain names; write letters, digits and - _ . ~ between its slashes, such as https://example.org/team/chat")
		}
	}
	if path == "/healthz" || path == "/readyz" {
		return "", errors.New("whose path is where chatd tells of its health; choose another, such as https://example.org/chat")
	}
	return path, nil
}

// originHost is the host of an address as browsers write it.
func originHost(u *url.URL) (string, error) {
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return "", err
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	isIP := strings.HasPrefix(u.Host, "[") || endsInNumber(host)
	switch addr, err := netip.ParseAddr(host); {
	case isIP && (err != nil || addr.Zone() != ""):
		return "", errors.New("whose host is not an IP address that browsers take; write for example http://192.0.2.1 or http://[2001:db8::1]")
	case isIP && addr.Is4In6():
		b := addr.As16()
		return fmt.Sprintf("[::ffff:%x:%x]", uint16(b[12])<<8|uint16(b[13]), uint16(b[14])<<8|uint16(b[15])), nil
	case isIP && addr.Is6():
		return "[" + addr.String() + "]", nil
	case isIP:
		return addr.String(), nil
	case host == "" || slices.Contains(strings.Split(host, "."), "") || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-._") != "":
		return "", errors.New("whose host is no name of a machine; write for example https://chat.example.org")
	}
	return host, nil
}

// asciiHost is a host in its form with xn--, which browsers send, if it has
// letters beyond a to z.
func asciiHost(host string) (string, error) {
	if !strings.ContainsFunc(host, func(r rune) bool { return r > '~' }) {
		return host, nil
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return "", errors.New("whose host cannot be in an address as it is written; " +
			"write the form with xn-- that a browser gives when its address bar is copied")
	}
	return ascii, nil
}

// endsInNumber reports whether browsers take a host for an IPv4 address.
func endsInNumber(host string) bool {
	last := host[strings.LastIndex(host, ".")+1:]
	if digits, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// originPort is the port of an address as browsers write it, with its colon.
func originPort(u *url.URL) (string, error) {
	if u.Port() == "" {
		return "", nil
	}
	number, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || number == 0 {
		return "", errors.New("whose port is not a number from 1 to 65535; write for example https://chat.example.org:8443")
	}
	port := strconv.FormatUint(number, 10)
	if port == defaultPorts[u.Scheme] {
		return "", nil
	}
	return ":" + port, nil
}
