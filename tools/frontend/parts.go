package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/evanw/esbuild/pkg/api"
)

// besideMain has every part that is loaded later name the main script as what it needs. It is there by then. What the
// two share is one file so: esbuild makes a file of its own for what each group of parts shares, and the first page
// would have to load dozens of small ones.
var besideMain = api.Plugin{
	Name: "beside-main",
	Setup: func(build api.PluginBuild) {
		const namespace = "later"
		build.OnResolve(api.OnResolveOptions{Filter: `^\.`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			if args.Kind != api.ResolveJSDynamicImport {
				return api.OnResolveResult{}, nil
			}
			found := build.Resolve(args.Path, api.ResolveOptions{ResolveDir: args.ResolveDir, Kind: api.ResolveJSImportStatement})
			if len(found.Errors) > 0 {
				return api.OnResolveResult{Errors: found.Errors}, nil
			}
			part, err := fromSource(found.Path)
			return api.OnResolveResult{Path: part, Namespace: namespace}, err
		})
		build.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: namespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			root, err := filepath.Abs(source)
			part := fmt.Sprintf("import %q;\nexport * from %q;\n", "./main.tsx", args.Path)
			return api.OnLoadResult{Contents: &part, ResolveDir: root}, err
		})
	},
}

// fromSource is a path as the sources' root has it. The names of the built files follow from it, and those must not
// depend on the directory that somebody builds in.
func fromSource(path string) (string, error) {
	root, err := filepath.Abs(source)
	if err != nil {
		return "", err
	}
	relative, err := filepath.Rel(root, path)
	return "./" + filepath.ToSlash(relative), err
}

// partsPlace stands in the bundle where the page is to find the files of each part. They are known when it is bundled.
// The names of the files still tell what is in them: the hash of a script covers the names of the parts it loads. The
// number is raised when tellParts is changed, so that the name is another then.
const partsPlace = `"@part files 1@"`

// scriptEnd is the last line of each of the page's scripts, by which the page knows a whole one.
const scriptEnd = "//end"

// forParts is what frontend/src/load-part.ts is told by the build.
var forParts = map[string]string{
	"PART_FILES": partsPlace,
	"SCRIPT_END": `"` + scriptEnd + `"`,
}

var partName = regexp.MustCompile(`^part-(.+)-[^-]+\.js$`)

// tellParts writes the files of each part, without those that main.js has loaded already, into the script that loads parts.
func tellParts(files map[string][]byte, im imports, main string) error {
	there := append(im.needed(main), main)
	parts := map[string][]string{}
	for name := range files {
		found := partName.FindStringSubmatch(name)
		if found == nil || found[1] == "chunk" {
			continue
		}
		if parts[found[1]] != nil {
			return fmt.Errorf("two parts of the page are called %s; give one another name", found[1])
		}
		needed := slices.DeleteFunc(im.needed(name), func(one string) bool { return slices.Contains(there, one) })
		parts[found[1]] = append(needed, name)
	}
	told, err := json.Marshal(parts)
	if err != nil {
		return err
	}
	places := 0
	for name, content := range files {
		places += bytes.Count(content, []byte(partsPlace))
		files[name] = bytes.ReplaceAll(content, []byte(partsPlace), told)
	}
	if places != 1 {
		return fmt.Errorf("%d places of the page are to be told the files of its parts; one is", places)
	}
	return nil
}
