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
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// assets are the built files of the page, kept in memory by name. A name
// holds a hash of the content, so a browser may keep each for ever.
type assets struct {
	files   map[string]asset
	entries map[string]string // "main.js" → "main-HASH.js"
}

type asset struct {
	content, zipped []byte // zipped is nil when it would not be smaller
	kind, etag      string
}

// readAssets reads manifest.json and every file it names.
func readAssets(built fs.FS) (*assets, error) {
	raw, err := fs.ReadFile(built, "manifest.json")
	if err != nil {
		return nil, fmt.Errorf("read the page's manifest: %w", err)
	}
	a := &assets{files: map[string]asset{}}
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
	return a, nil
}

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	a := asset{
		content: content,
		kind:    mime.TypeByExtension(path.Ext(name)),
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

// path is where the page finds the built file of an entry; empty when there
// is none.
func (a *assets) path(entry string) string {
	if name := a.entries[entry]; name != "" {
		return "/assets/" + name
	}
	return ""
}

// serveAsset answers with a built file.
func (a *App) serveAsset(w http.ResponseWriter, r *http.Request) {
	found, ok := a.assets.files[strings.TrimPrefix(r.URL.Path, "/assets/")]
	if !ok {
		a.notFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", found.kind)
	h.Set("ETag", found.etag)
	h.Set("Vary", "Accept-Encoding")
	content := found.content
	if found.zipped != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		content = found.zipped
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
