package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
)

// imports are the built files that each built file imports at once.
type imports map[string][]string

// readImports takes them from esbuild's metafile.
func readImports(metafile string) (imports, error) {
	var meta struct {
		Outputs map[string]struct {
			Imports []struct{ Path, Kind string }
		}
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, fmt.Errorf("read what the built files import: %w", err)
	}
	found := imports{}
	for path, output := range meta.Outputs {
		for _, i := range output.Imports {
			if i.Kind == "import-statement" {
				found[filepath.Base(path)] = append(found[filepath.Base(path)], filepath.Base(i.Path))
			}
		}
	}
	return found, nil
}

// needed lists, sorted, everything that has to be loaded before a file can run.
func (im imports) needed(name string) []string {
	var all []string
	for waiting := slices.Clone(im[name]); len(waiting) > 0; waiting = waiting[1:] {
		if !slices.Contains(all, waiting[0]) {
			all = append(all, waiting[0])
			waiting = append(waiting, im[waiting[0]]...)
		}
	}
	slices.Sort(all)
	return all
}
