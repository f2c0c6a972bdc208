// Package frontend holds the built page. The files in dist are made from src
// by make frontend and are committed, so that chatd builds without Node.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// Assets returns the built files: manifest.json and what it names.
func Assets() fs.FS {
	assets, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("frontend: dist is not embedded: " + err.Error())
	}
	return assets
}
