package pushlet

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// appendJS appends s as it may stand in either quotes of a script in a page:
// nothing in it can end the string or the script. What is not UTF-8 becomes
// U+FFFD.
func appendJS(b []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r < ' ', r == '"', r == '\'', r == '\\', r == '<', r == '>', r == '&', r == 0x7f, r == '\u2028', r == '\u2029':
			b = append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// appendXML appends s as it may stand in the quotes of an attribute. Characters
// that XML 1.0 does not have become U+FFFD.
func appendXML(b []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '"':
			b = append(b, "&quot;"...)
		case r == '\'':
			b = append(b, "&#039;"...)
		case r == '\\':
			b = append(b, "&#092;"...)
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '\t':
			b = append(b, "&#009;"...) // as it stands, it would be read as a space
		case r == '\n':
			b = append(b, "&#010;"...)
		case r == '\r':
			b = append(b, "&#013;"...)
		case r < ' ', r == 0xfffe, r == 0xffff:
			b = append(b, "\uFFFD"...)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}
