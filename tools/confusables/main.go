// Command confusables makes the table with which the store finds user names
// that look alike, store/confusables.txt, out of Unicode's table of confusable
// characters (UTS #39). From the root of the repository, with
// https://www.unicode.org/Public/security/15.0.0/confusables.txt:
//
//	go -C tools run ./confusables <confusables.txt >store/confusables.txt
//
// It keeps what can occur in a user name once it is decomposed. After a change
// of the table a migration has to empty users.username_skeleton; chatd fills it
// in again when it starts.
package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// header explains the table to its readers, with Unicode's licence.
//
//go:embed header.txt
var header string

func main() {
	if err := convert(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// convert reads lines such as "0430 ;	0061 ;	MA	# …" and writes one line for
// each look, "0061: 0430 …".
func convert(in io.Reader, out io.Writer) error {
	sources := map[string][]string{}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		line, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\uFEFF"), "#")
		fields := strings.Split(line, ";")
		if len(fields) < 2 {
			continue
		}
		source, look := strings.TrimSpace(fields[0]), strings.TrimSpace(fields[1])
		code, err := strconv.ParseInt(source, 16, 32)
		if err != nil {
			return fmt.Errorf("read %q: %w", line, err)
		}
		if occurs(rune(code)) {
			sources[look] = append(sources[look], source)
		}
	}
	if len(sources) == 0 {
		return fmt.Errorf("no characters: is this Unicode's confusables.txt?")
	}
	looks := make([]string, 0, len(sources))
	for look := range sources {
		looks = append(looks, look)
	}
	slices.Sort(looks)
	w := bufio.NewWriter(out)
	fmt.Fprint(w, header)
	for _, look := range looks {
		slices.Sort(sources[look])
		fmt.Fprintf(w, "%s: %s\n", look, strings.Join(sources[look], " "))
	}
	return w.Flush()
}

// occurs reports whether r can be part of a decomposed user name: PRECIS allows
// no characters that are only another form of one (RFC 8264, 9.17), and the
// store few that are neither letters, marks nor digits.
func occurs(r rune) bool {
	if norm.NFKD.String(string(r)) != string(r) {
		return false
	}
	return strings.ContainsRune("._-", r) || unicode.In(r, unicode.Letter, unicode.Nd, unicode.Mn, unicode.Mc)
}
