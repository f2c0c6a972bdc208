package app

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// assets are the built files of the page, kept in memory by name. A name
// holds a hash of the content, so a browser may keep each for ever.
type assets struct {
	files   map[string]asset
	entries map[string]string // "main.js" → "main-HASH.js", and what it needs at once below it
	library map[string]asset  // the comet client for other pages, by address
}

// library is the comet client for other pages of the same origin: address and
// built file of each part. Pages name these addresses, so they never change.
var library = map[string]string{
	"/comet/client.js":   "comet-client.js",
	"/comet/client.d.ts": "comet-client.d.ts",
}

type asset struct {
	content, zipped []byte // zipped is nil when it would not be smaller
	kind, etag      string
}

// readAssets reads manifest.json, every file it names, and the comet client.
func readAssets(built fs.FS) (*assets, error) {
	raw, err := fs.ReadFile(built, "manifest.json")
	if err != nil {
		return nil, fmt.Errorf("read the page's manifest: %w", err)
	}
	a := &assets{files: map[string]asset{}, library: map[string]asset{}}
	if err := json.Unmarshal(raw, &a.entries); err != nil {
		return nil, fmt.Errorf("read the page's manifest: %w", err)
	}
	if a.entries["main.js"] == "" || a.entries["main.css"] == "" {
		return nil, errors.New("the page is not built: run make frontend")
	}
	for _, name := range a.entries {
		content, err := fs.ReadFile(built, name)
		if err != nil {
			return nil, fmt.Errorf("read the page: %w", err)
		}
		a.files[name] = newAsset(name, content)
	}
	for address, name := range library {
		content, err := fs.ReadFile(built, name)
		if err != nil {
			return nil, fmt.Errorf("read the comet client: %w", err)
		}
		a.library[address] = newAsset(name, content)
	}
	a.addPlain()
	return a, nil
}

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	a := asset{
		content: content,
		kind:    contentType(name),
		etag:    `"` + hex.EncodeToString(sum[:12]) + `"`,
	}
	var zipped bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	_, _ = z.Write(content) // a buffer takes everything
	_ = z.Close()
	if zipped.Len() < len(content)*9/10 {
		a.zipped = zipped.Bytes()
	}
	return a
}

// contentType goes by the end of a file's name. Many systems take .ts for films.
func contentType(name string) string {
	if strings.HasSuffix(name, ".d.ts") {
		return "application/typescript; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// path is where the built file of an entry is, without the base; empty when
// there is none.
func (a *assets) path(entry string) string {
	if name := a.entries[entry]; name != "" {
		return "/assets/" + name
	}
	return ""
}

// parts are where the files are that an entry needs at once, without the base.
// A browser that knows of them asks for all at the same time.
func (a *assets) parts(entry string) []string {
	var found []string
	for _, key := range slices.Sorted(maps.Keys(a.entries)) {
		if strings.HasPrefix(key, entry+"/") {
			found = append(found, a.path(key))
		}
	}
	return found
}

// serveAsset answers with a built file.
func (a *App) serveAsset(w http.ResponseWriter, r *http.Request) {
	found, ok := a.assets.files[strings.TrimPrefix(r.URL.Path, "/assets/")]
	if !ok {
		a.notFound(w, r)
		return
	}
	// A proxy that made scripts smaller would take away the line by which the page knows a whole one.
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable, no-transform")
	found.serve(w, r)
}

// serveLibrary answers with a part of the comet client. Whoever has it asks
// each time whether it is still the same.
func (a *App) serveLibrary(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	a.assets.library[r.URL.Path].serve(w, r)
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	content := a.content
	if a.zipped != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		content = a.zipped
		if r.Header.Get("Range") == "" {
			// ServeContent leaves the length of what is encoded out. Without it a
			// browser keeps a file that was cut before its first byte as a whole one.
			h.Set("Content-Length", strconv.Itoa(len(content)))
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// acceptsGzip reads Accept-Encoding as browsers write it. Who writes it in
// another way gets the plain file, which is always right.
func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if strings.TrimSpace(coding) == "gzip" {
			return true
		}
	}
	return false
}
