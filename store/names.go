package store

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

// InvalidError reports a value that cannot be stored, whoever asks. Field
// names it as the API does, Text is a sentence for people with the way out.
// errors.Is(err, ErrInvalid) is true for it.
type InvalidError struct{ Field, Text string }

func (e *InvalidError) Error() string { return "invalid " + e.Field + ": " + e.Text }

// Unwrap makes an InvalidError a kind of ErrInvalid.
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// UsernameKey is a user name as names are compared: without regard to case,
// width and Unicode composition. Names with the same key belong to the same
// user. It is empty when the name is not a valid user name.
//
// The key is the PRECIS profile UsernameCaseMapped (RFC 8265), case folded.
func UsernameKey(username string) string {
	if _, err := cleanUsername(username); err != nil {
		return ""
	}
	mapped, err := precis.UsernameCaseMapped.String(strings.TrimSpace(username))
	if err != nil {
		return ""
	}
	return fold(mapped)
}

// cleanUsername returns the name as it is stored: in its own case, composed,
// and with full-width forms made narrow. A user name has 1 to 40 letters,
// digits, dots, dashes and underscores, with a letter or digit at both ends;
// other names give an *InvalidError with a sentence for people. It has no '@',
// so that no user name can be taken for an e-mail address.
func cleanUsername(username string) (string, error) {
	invalid := &InvalidError{Field: "username", Text: "A user name has 1 to 40 letters, digits, dots, dashes and underscores, and begins and ends with a letter or a digit."}
	name, err := precis.UsernameCasePreserved.String(strings.TrimSpace(username))
	if err != nil {
		return "", invalid
	}
	if n := utf8.RuneCountInString(name); n < 1 || n > MaxUsername {
		return "", invalid
	}
	for _, r := range name {
		if !isWordRune(r) && !strings.ContainsRune("._-", r) {
			return "", invalid
		}
	}
	first, _ := utf8.DecodeRuneInString(name)
	last, _ := utf8.DecodeLastRuneInString(name)
	// A combining mark is the end of a letter in many scripts, never its beginning.
	if !isWordRune(first) || unicode.IsMark(first) || !isWordRune(last) {
		return "", invalid
	}
	if _, err := precis.UsernameCaseMapped.String(name); err != nil {
		return "", invalid
	}
	return name, nil
}

// newUsername is cleanUsername for a name that is given out now: it is written
// in one script, with no more marks than languages have. Names from before this
// was a rule are still good.
func newUsername(username string) (string, error) {
	name, err := cleanUsername(username)
	switch {
	case err != nil:
	case mixesScripts(name):
		err = &InvalidError{Field: "username", Text: "A user name is written in one script. Do not mix, for example, Latin and Cyrillic letters."}
	case abusesMarks(name):
		err = &InvalidError{Field: "username", Text: "A letter in a user name has at most two accents, none of another script and none that strikes or underlines it. Leave them out."}
	}
	return name, err
}

func isWordRune(r rune) bool {
	return unicode.In(r, unicode.Letter, unicode.Nd, unicode.Mn, unicode.Mc)
}

// emailKey is an e-mail address as addresses are compared: without regard to
// case, width and Unicode composition, in front of the '@' too. It is empty when
// the address is not valid. A domain's form in ASCII (xn--…) is not the same as
// its form in Unicode.
func emailKey(email string) string {
	clean, err := cleanEmail(email)
	if err != nil {
		return ""
	}
	return fold(clean)
}

// cleanEmail returns the address as it is stored. It asks for what every
// deliverable address has, not for the whole grammar; an address without a
// dot in its domain is fine inside a company.
func cleanEmail(email string) (string, error) {
	invalid := &InvalidError{Field: "email", Text: "This does not look like an e-mail address. Write it like name@example.org."}
	if !utf8.ValidString(email) {
		return "", invalid
	}
	address := norm.NFKC.String(strings.TrimSpace(email))
	local, domain, found := strings.Cut(address, "@")
	if !found || local == "" || len(local) > 64 || len(address) > MaxEmail {
		return "", invalid
	}
	if strings.ContainsFunc(address, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) ||
		strings.ContainsAny(local, `()<>[]\",;:`) {
		return "", invalid
	}
	for label := range strings.SplitSeq(domain, ".") {
		if !isDomainLabel(label) {
			return "", invalid
		}
	}
	return address, nil
}

// isDomainLabel reports whether a label can be part of a domain: letters, digits
// and hyphens in between.
func isDomainLabel(label string) bool {
	const longest = 63
	return label != "" && utf8.RuneCountInString(label) <= longest &&
		!strings.HasPrefix(label, "-") && !strings.HasSuffix(label, "-") &&
		!strings.ContainsFunc(label, func(r rune) bool { return !isWordRune(r) && r != '-' })
}

// cleanLine returns a name of one line as it is stored: composed, trimmed and
// with single spaces. A name has 1 to limit characters, something to see, and
// nothing that controls how other text is shown.
func cleanLine(line string, limit int, invalid *InvalidError) (string, error) {
	if !utf8.ValidString(line) {
		return "", invalid
	}
	line = strings.TrimSpace(line)
	if at := strings.IndexFunc(line, controlsText); at >= 0 {
		control, _ := utf8.DecodeRuneInString(line[at:])
		return "", &InvalidError{Field: invalid.Field, Text: fmt.Sprintf("%s Take out the invisible character U+%04X.", invalid.Text, control)}
	}
	if !Visible(line) {
		return "", invalid
	}
	clean := oneSpaced(norm.NFC.String(line))
	if utf8.RuneCountInString(clean) > limit {
		return "", invalid
	}
	return clean, nil
}

// cleanText is cleanLine for a text that may be empty or have several lines,
// which become one.
func cleanText(text string, limit int, invalid *InvalidError) (string, error) {
	text = oneSpaced(text)
	if text == "" {
		return "", nil
	}
	return cleanLine(text, limit, invalid)
}

// Visible reports whether there is something to see in a text.
func Visible(text string) bool { return strings.ContainsFunc(text, isVisible) }

// isVisible asks what r is not, since next year's emoji are in no table yet.
func isVisible(r rune) bool {
	const brailleBlank = '\u2800' // counts as a symbol
	return r != brailleBlank && !unicode.In(r, unicode.Z, unicode.Cc, unicode.Cf, unicode.M,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

// controlsText finds control characters and those that reverse the direction
// of what follows, which could make one name look like another.
func controlsText(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// nameKey is a room's name as names are compared: without regard to case,
// width, composition, white space around and between words, and characters
// that cannot be seen.
func nameKey(name string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, name)
	return oneSpaced(fold(seen))
}

func oneSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// fold maps all spellings of a text to one, as Unicode's compatibility
// caseless matching (definition D146 of the standard) does.
func fold(s string) string {
	once := norm.NFKD.String(cases.Fold().String(norm.NFD.String(s)))
	return norm.NFKC.String(cases.Fold().String(once))
}
