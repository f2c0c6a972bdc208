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
			return api.OnResolveResult{Path: found.Path, Namespace: namespace}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: namespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			main, err := filepath.Abs(source + "/main.tsx")
			if err != nil {
				return api.OnLoadResult{}, err
			}
			part := fmt.Sprintf("import %q;\nexport * from %q;\n", main, args.Path)
			return api.OnLoadResult{Contents: &part, ResolveDir: filepath.Dir(args.Path)}, nil
		})
	},
}
