package app

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"path"
	"strings"
)

// The style of the pages without scripts, and the script that leads browsers to
// them that are too old for the page. Both are kept apart from the built page:
// they are for browsers that a bundler no longer knows.
var (
	//go:embed plain.css
	plainStyle []byte
	//go:embed old.js
	oldScript []byte
)

// addPlain adds what pages without scripts need, under names with their
// content's hash.
func (a *assets) addPlain() {
	for entry, content := range map[string][]byte{"plain.css": plainStyle, "old.js": oldScript} {
		sum := sha256.Sum256(content)
		ext := path.Ext(entry)
		name := strings.TrimSuffix(entry, ext) + "-" + strings.ToUpper(hex.EncodeToString(sum[:4])) + ext
		a.entries[entry] = name
		a.files[name] = newAsset(name, content)
	}
}
