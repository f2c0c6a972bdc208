package main

import (
	"fmt"
	"path/filepath"

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
