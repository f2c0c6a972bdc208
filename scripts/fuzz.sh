#!/bin/sh
# Runs every fuzz target for FUZZTIME (default 1m), one after the other, and then
# asks the API for CHATD_TEST_FUZZ (default 10m) whatever its OpenAPI document
# allows, and what it does not. "scripts/fuzz.sh api" does the latter alone; with
# CHATD_TEST_FUZZ_SEED it asks the same again. New inputs are minimised by a few
# runs only: by default Go spends up to a minute on each, and finds nothing then.
set -eu
cd "$(dirname "$0")/.."

targets() {
	grep -rl --include='*_test.go' 'func Fuzz' . | while read -r file; do
		sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file" | while read -r target; do
			echo "== $(dirname "$file") $target"
			go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-1m}" -fuzzminimizetime 10x "$(dirname "$file")" </dev/null
		done
	done
}

api() {
	CHATD_TEST_FUZZ="${CHATD_TEST_FUZZ:-10m}"
	export CHATD_TEST_FUZZ
	echo "== the API, for $CHATD_TEST_FUZZ"
	go test -v -count 1 -timeout 0 -run '^TestNothingBreaksWhateverIsAsked$' ./app
}

case "${1:-all}" in
api) api ;;
all)
	targets
	api
	;;
*)
	echo "usage: scripts/fuzz.sh [api]" >&2
	exit 2
	;;
esac
