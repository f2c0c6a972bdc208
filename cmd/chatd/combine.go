package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// combine refuses settings that contradict each other, and puts together those
// that belong together.
func (c *config) combine() error {
	switch {
	case c.databaseURL != "" && c.pgBin != "":
		return errors.New("CHATD_DATABASE_URL and CHATD_PG_BIN contradict each other: " +
			"the first names a database that runs already, the second the programs for a private one; remove one of them")
	case c.databasePassword != "" && c.databaseURL == "":
		return errors.New("CHATD_DATABASE_PASSWORD is set, but CHATD_DATABASE_URL is not; " +
			"set that as well, or remove the password: a private PostgreSQL needs none")
	case c.databasePassword != "" && holdsPassword(c.databaseURL):
		return errors.New("CHATD_DATABASE_PASSWORD is set, but CHATD_DATABASE_URL holds a password too; remove one of them")
	case overlap(c.addr, c.metricsAddr):
		return fmt.Errorf("CHATD_ADDR (%s) and CHATD_METRICS_ADDR (%s) are the same address; "+
			"give one of them another port, or set CHATD_METRICS_ADDR to off", c.addr, c.metricsAddr)
	}
	if c.databasePassword != "" {
		c.databaseURL = withPassword(c.databaseURL, c.databasePassword)
	}
	return nil
}

// overlap reports whether not both addresses can be listened on, or one name
// leads to both, as localhost does to 127.0.0.1 and ::1.
func overlap(a, b string) bool {
	hostA, textA, _ := net.SplitHostPort(a)
	hostB, textB, _ := net.SplitHostPort(b)
	portA, _ := strconv.ParseUint(textA, 10, 16) // 0, any free one, when there is none
	portB, _ := strconv.ParseUint(textB, 10, 16)
	return portA == portB && portA != 0 && (everyHost(hostA) || everyHost(hostB) || sameHost(hostA, hostB))
}

// sameHost reports whether two hosts are one, perhaps written differently.
func sameHost(a, b string) bool {
	ipA, ipB := net.ParseIP(a), net.ParseIP(b)
	switch {
	case ipA != nil && ipB != nil:
		return ipA.Equal(ipB)
	case ipA != nil:
		return sameName(b, "localhost") && isLocal(ipA)
	case ipB != nil:
		return sameName(a, "localhost") && isLocal(ipB)
	default:
		return sameName(a, b)
	}
}

func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

// isLocal reports whether localhost leads to an address.
func isLocal(ip net.IP) bool {
	return ip.Equal(net.IPv4(127, 0, 0, 1)) || ip.Equal(net.IPv6loopback)
}

// everyHost reports whether listening on host means all addresses.
func everyHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || (ip != nil && ip.IsUnspecified())
}

// holdsPassword reports whether an address of a database holds its password.
func holdsPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	_, ok := u.User.Password()
	return ok || u.Query().Has("password")
}

// withPassword is the address with the password in it.
func withPassword(address, password string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	addParameter(u, "password", password)
	return u.String()
}

// addParameter leaves the others as they are: to PostgreSQL a plus sign is no
// space, as Go would have it.
func addParameter(u *url.URL, name, value string) {
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += name + "=" + strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// hidden is what stands in the place of a secret in an address.
const hidden = "xxxxx"

// hidePassword shows an address of a database without what is secret in it.
func hidePassword(_ config, address string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil {
		return "(set)"
	}
	if _, ok := u.User.Password(); ok {
		u.User = url.UserPassword(u.User.Username(), hidden)
	}
	query := u.Query()
	for name := range query {
		if strings.Contains(strings.ToLower(name), "password") { // sslpassword, too
			query.Set(name, hidden)
			u.RawQuery = query.Encode()
		}
	}
	return u.String()
}

// hideAll shows nothing but that there is a value.
func hideAll(_ config, value string) string {
	if value == "" {
		return ""
	}
	return "(set)"
}
