// Frontend bundles the sources below frontend/src into frontend/dist with
// content hashes in the names, and writes dist/manifest.json, which maps each
// entry ("main.js") to its file ("main-ABCD1234.js").
//
//	go -C tools run ./frontend          build frontend/dist
//	go -C tools run ./frontend -check   fail when frontend/dist is not what the sources give
//	go -C tools run ./frontend -tests DIR   bundle src/**/*.test.ts for Node into DIR
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	if check {
		return compare(files)
	}
	return write(files)
}

// bundle returns the contents of dist by file name.
func bundle() (map[string][]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{source + "/main.tsx", source + "/main.css"},
		Outdir:            dist,
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Bundle:            true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsEndOfFile,
		Charset:           api.CharsetUTF8,
		JSX:               api.JSXAutomatic,
		JSXImportSource:   "preact",
		Loader:            map[string]api.Loader{".svg": api.LoaderFile},
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("the sources do not build")
	}
	files := map[string][]byte{}
	manifest := map[string]string{}
	for _, f := range result.OutputFiles {
		name := filepath.Base(f.Path)
		files[name] = f.Contents
		manifest[entry(name)] = name
	}
	encoded, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return nil, err
	}
	files["manifest.json"] = append(encoded, '\n')
	return files, nil
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
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("the tests do not build")
	}
	return nil
}
