#!/bin/sh
# Runs every fuzz target for FUZZTIME (default 1m), one after the other.
set -eu
cd "$(dirname "$0")/.."
grep -rl --include='*_test.go' 'func Fuzz' . | while read -r file; do
	sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file" | while read -r target; do
		echo "== $(dirname "$file") $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-1m}" "$(dirname "$file")" </dev/null
	done
done
