// Frontend bundles the sources below frontend/src into frontend/dist with
// content hashes in the names, and writes dist/manifest.json, which maps each
// entry ("main.js") to its file ("main-ABCD1234.js"). Parts have names of their
// own there; those that main.js cannot do without stand below it
// ("main.js/part-chunk-ABCD1234.js"), the others are loaded when they are needed.
// What is known of emoji is there as emoji.json, made from an npm package.
// The comet client for other pages is there as comet-client.js, with its types.
//
//	go -C tools run ./frontend          build frontend/dist
//	go -C tools run ./frontend -check   fail when frontend/dist is not what the sources give
//	go -C tools run ./frontend -tests DIR   bundle src/**/*.test.ts for Node into DIR
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	source = "../frontend/src"
	dist   = "../frontend/dist"
)

func main() {
	check := flag.Bool("check", false, "compare with the committed files instead of writing")
	tests := flag.String("tests", "", "bundle the unit tests into this directory")
	flag.Parse()
	if err := run(*check, *tests); err != nil {
		fmt.Fprintln(os.Stderr, "frontend:", err)
		os.Exit(1)
	}
}

func run(check bool, tests string) error {
	if tests != "" {
		return bundleTests(tests)
	}
	files, err := bundle()
	if err != nil {
		return err
	}
	if err := addLibrary(files); err != nil {
		return err
	}
	if err := tellSizes(files); err != nil {
		return err
	}
	if check {
		return compare(files)
	}
	return write(files)
}

// forBrowsers is how everything is bundled that browsers run. The oldest are those
// that app/old.js lets through.
var forBrowsers = api.BuildOptions{
	Bundle: true,
	Format: api.FormatESModule,
	Target: api.ES2022,
	Engines: []api.Engine{
		{Name: api.EngineChrome, Version: "111"},
		{Name: api.EngineFirefox, Version: "115"},
		{Name: api.EngineSafari, Version: "16.2"},
	},
	MinifyWhitespace:  true,
	MinifyIdentifiers: true,
	MinifySyntax:      true,
	LegalComments:     api.LegalCommentsEndOfFile,
	Charset:           api.CharsetUTF8,
	LogLevel:          api.LogLevelWarning,
}

// bundle returns the page's files by name.
func bundle() (map[string][]byte, error) {
	options := forBrowsers
	options.EntryPoints = []string{source + "/main.tsx", source + "/main.css"}
	options.Outdir = dist
	options.EntryNames = "[name]-[hash]"
	options.ChunkNames = "part-[name]-[hash]"
	options.Splitting = true
	options.Plugins = []api.Plugin{besideMain}
	options.Metafile = true
	options.Define = forParts
	options.Footer = map[string]string{"js": scriptEnd}
	options.AssetNames = "[name]-[hash]"
	options.JSX = api.JSXAutomatic
	options.JSXImportSource = "preact"
	options.Loader = map[string]api.Loader{".svg": api.LoaderFile}
	result := api.Build(options)
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("the sources do not build")
	}
	imports, err := readImports(result.Metafile)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	manifest := map[string]string{}
	for _, f := range result.OutputFiles {
		name := filepath.Base(f.Path)
		files[name] = f.Contents
		if strings.HasPrefix(name, "part-") {
			manifest[name] = name
		} else {
			manifest[entry(name)] = name
		}
	}
	if err := tellParts(files, imports, manifest["main.js"]); err != nil {
		return nil, err
	}
	for _, part := range imports.needed(manifest["main.js"]) {
		delete(manifest, part)
		manifest["main.js/"+part] = part
	}
	if err := addEmoji(files, manifest); err != nil {
		return nil, err
	}
	encoded, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return nil, err
	}
	files["manifest.json"] = append(encoded, '\n')
	return files, nil
}

// addLibrary adds the comet client as one module, and its types. Other pages
// name them, so their names have no hash, and the manifest does not list them.
func addLibrary(files map[string][]byte) error {
	options := forBrowsers
	options.EntryPoints = []string{source + "/library/comet.ts"}
	options.Outfile = dist + "/comet-client.js"
	options.Banner = map[string]string{"js": "// The comet client of chatd. What it offers is in client.d.ts beside it."}
	result := api.Build(options)
	if len(result.Errors) > 0 {
		return fmt.Errorf("the comet client does not build")
	}
	types, err := os.ReadFile(source + "/library/client.d.ts")
	if err != nil {
		return err
	}
	files["comet-client.js"] = result.OutputFiles[0].Contents
	files["comet-client.d.ts"] = types
	return nil
}

// tellSizes prints how large each file is, and how large it travels.
func tellSizes(files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var zipped bytes.Buffer
		z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(files[name]); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		fmt.Printf("%-28s %7d bytes, %6d zipped\n", name, len(files[name]), zipped.Len())
	}
	return nil
}

// entry takes the hash out of a file name: main-ABCD1234.js is main.js.
func entry(name string) string {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	return stem[:strings.LastIndexByte(stem, '-')] + ext
}

func write(files map[string][]byte) error {
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dist, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func compare(files map[string][]byte) error {
	var stale []string
	for name, content := range files {
		committed, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil || !bytes.Equal(committed, content) {
			stale = append(stale, name)
		}
	}
	entries, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, ok := files[e.Name()]; !ok {
			stale = append(stale, e.Name())
		}
	}
	if len(stale) > 0 {
		sort.Strings(stale)
		return fmt.Errorf("frontend/dist is not what the sources give (%s); run make frontend and commit it",
			strings.Join(stale, ", "))
	}
	return nil
}

// bundleTests bundles every unit test for Node's own test runner.
func bundleTests(dir string) error {
	var entries []string
	err := filepath.WalkDir(source, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(filepath.Base(path), ".test.ts") {
			entries = append(entries, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:     entries,
		Outdir:          dir,
		Outbase:         source,
		OutExtension:    map[string]string{".js": ".mjs"},
		Bundle:          true,
		Write:           true,
		Format:          api.FormatESModule,
		Platform:        api.PlatformNode,
		Target:          api.ES2022,
		Sourcemap:       api.SourceMapInline,
		JSX:             api.JSXAutomatic,
		JSXImportSource: "preact",
		LogLevel:        api.LogLevelWarning,
		Define:          map[string]string{"PART_FILES": "{}", "SCRIPT_END": forParts["SCRIPT_END"]},
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("the tests do not build")
	}
	return nil
}
