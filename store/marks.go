package store

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many accents a letter of a user name may have, if it is not one
// character with all of them. Vowels of scripts that write them as marks do not
// count.
const maxMarks = 2

// Combining classes of the Unicode standard, section 4.3.
const (
	classInner   = 0 // vowels and the like, which take their own place
	classOverlay = 1
	classBelow   = 220
	classDouble  = 233 // 233 and 234 span two letters
)

// abusesMarks reports whether the marks of a user name, as it is stored, could
// hide what its letters are, or that they are another name's: too many on a
// letter, one twice, one of another script, or one that strikes or underlines.
func abusesMarks(name string) bool {
	var base, last rune
	marks := 0
	for _, r := range name {
		if unicode.IsMark(r) {
			if r == last || !marksLetter(r, base) || drawsLine(r) || dotsAgain(r, base) {
				return true
			}
		} else {
			base, marks = r, 0
		}
		for _, last = range norm.NFD.String(string(r)) {
			if combiningClass(last) != classInner {
				marks++
			}
		}
		if marks > maxMarks && r != base {
			return true
		}
	}
	return false
}

func combiningClass(r rune) uint8 { return norm.NFC.PropertiesString(string(r)).CCC() }

// marksLetter reports whether a mark is written on a letter: one of its own
// script, or one of several scripts where they use it.
func marksLetter(mark, base rune) bool {
	if !unicode.IsLetter(base) {
		return false
	}
	script := scriptOf(base)
	if own := scriptOf(mark); own != "" {
		return own == script
	}
	switch {
	case mark >= 0x300 && mark <= 0x36f: // those of Latin, Greek, Cyrillic and others
		return true
	case mark >= 0x64b && mark <= 0x655 || mark == 0x670:
		return script == "Arabic" || script == "Syriac"
	case mark == 0x3099 || mark == 0x309a:
		return script == "Hiragana" || script == "Katakana"
	}
	return false
}

// drawsLine reports whether a mark strikes a letter or could be taken for an
// underline, or for nothing. Of the marks below a letter only those are none that
// living languages use: dot, diaeresis, ring, comma, vertical line (Yoruba),
// circumflex, breve and tilde. Marks of one script alone do not count.
func drawsLine(mark rune) bool {
	if scriptOf(mark) != "" {
		return false
	}
	switch combiningClass(mark) {
	case classOverlay, classDouble, classDouble + 1:
		return true
	case classBelow:
		switch mark {
		case 0x323, 0x324, 0x325, 0x326, 0x329, 0x32d, 0x32e, 0x330, 0x655:
			return false
		}
		return true
	}
	return false
}

// dotsAgain reports whether a mark is a dot over a letter that has one.
func dotsAgain(mark, letter rune) bool {
	const dotAbove = 0x307
	return mark == dotAbove && (unicode.Is(unicode.Soft_Dotted, letter) || letter == '\u0131' || letter == '\u0237')
}
