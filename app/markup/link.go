package markup

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// target is where a link leads.
type target struct {
	href string
	// host is the true host, or the mail address, as it goes over the wire.
	host string
	// odd says that host can be taken for another one.
	odd bool
}

// longestHref is how long an address is at most, in bytes. No browser takes many
// more.
const longestHref = 8_000

// hostForm makes host names what browsers make of them.
var hostForm = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// targetOf judges an address. ok is false for one that no link may have: only web
// and mail addresses lead out of a message.
func targetOf(address string) (t target, ok bool) {
	if len(address) > longestHref || strings.ContainsFunc(address, unicode.IsControl) {
		return target{}, false
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return target{}, false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return webTarget(u)
	case "mailto":
		return mailTarget(u)
	default:
		return target{}, false
	}
}

func webTarget(u *url.URL) (t target, ok bool) {
	shown := u.Hostname()
	host, err := hostForm.ToASCII(shown)
	if strings.Contains(shown, ":") && net.ParseIP(shown) != nil {
		host, err = "["+shown+"]", nil
	}
	if err != nil || host == "" || strings.ContainsAny(host, " %<>\"'`{}|\\^") {
		return target{}, false
	}
	t.host = host
	t.odd = u.User != nil || looksOdd(host)
	if port := u.Port(); port != "" {
		u.Host = host + ":" + port
	} else {
		u.Host = host
	}
	u.Scheme = strings.ToLower(u.Scheme)
	t.href = u.String()
	return t, true
}

func mailTarget(u *url.URL) (t target, ok bool) {
	to, err := url.PathUnescape(u.Opaque)
	if err != nil || !strings.Contains(to, "@") {
		return target{}, false
	}
	u.Scheme = "mailto"
	return target{href: u.String(), host: to, odd: strings.ContainsFunc(to, func(r rune) bool { return r >= 0x80 })}, true
}

// looksOdd reports whether a host in its form for the wire looks like another one
// when it is shown in letters: it mixes scripts, has letters that are seldom
// used, or those of another script that look Latin.
func looksOdd(host string) bool {
	if !strings.Contains(host, "xn--") {
		return false
	}
	shown, err := idna.Display.ToUnicode(host)
	if err != nil {
		return true
	}
	for label := range strings.SplitSeq(shown, ".") {
		if oddLabel(label) {
			return true
		}
	}
	return false
}

func oddLabel(label string) bool {
	latin, other, lookalikes := 0, 0, 0
	var script *unicode.RangeTable
	for _, r := range label {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin++
			if r > 0x17F && !unicode.In(r, usualLatin) {
				return true
			}
		case !unicode.IsLetter(r):
			if r > 0x7F && !unicode.IsMark(r) {
				return true
			}
		default:
			other++
			if strings.ContainsRune(looksLatin, r) {
				lookalikes++
			}
			found := scriptOf(r)
			if script != nil && found != script && !eastAsian(found, script) {
				return true
			}
			script = found
		}
	}
	mixed := latin > 0 && other > 0 && !eastAsian(script, unicode.Han)
	return mixed || other > 0 && lookalikes == other
}

// usualLatin are the Latin letters beyond Latin Extended-A that languages with
// many domains use: Romanian, Vietnamese.
var usualLatin = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x1A0, Hi: 0x1A1, Stride: 1}, {Lo: 0x1AF, Hi: 0x1B0, Stride: 1}, {Lo: 0x218, Hi: 0x21B, Stride: 1}, {Lo: 0x1EA0, Hi: 0x1EF9, Stride: 1},
}}

// looksLatin are small letters of other scripts that are taken for Latin ones.
const looksLatin = "асԁеһіјӏорԛѕԝхуъьгпкмтвнєүҝҡքօսցհոցքյαβγηικνορτυχωεɑ"

func scriptOf(r rune) *unicode.RangeTable {
	for _, table := range []*unicode.RangeTable{unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo} {
		if unicode.Is(table, r) {
			return table
		}
	}
	return nil
}

// eastAsian reports whether two scripts are written together.
func eastAsian(a, b *unicode.RangeTable) bool {
	together := func(t *unicode.RangeTable) bool {
		return t == unicode.Han || t == unicode.Hiragana || t == unicode.Katakana || t == unicode.Hangul || t == unicode.Bopomofo
	}
	return together(a) && together(b)
}

// hostLike finds what reads like a host.
var hostLike = regexp.MustCompile(`[\p{L}\p{M}\p{N}_-]+(?:[.。．｡][\p{L}\p{M}\p{N}_-]+)+`)

// note is the true host of a link, for readers whom its text could mislead; ""
// when there is nothing to say. bare says that the text is the address itself.
func (t target) note(shown string, bare bool) string {
	if t.odd || strings.ContainsFunc(shown, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
		return t.host
	}
	if bare {
		return ""
	}
	host := t.host[strings.IndexByte(t.host, '@')+1:]
	for _, found := range hostLike.FindAllString(visibleOnly(shown), -1) {
		claimed, err := hostForm.ToASCII(strings.ToLower(found))
		if err != nil || claimed != host && !strings.HasSuffix(host, "."+claimed) {
			return t.host
		}
	}
	return ""
}

// visibleOnly takes out characters that are not seen.
func visibleOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return r
	}, s)
}
