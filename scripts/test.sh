#!/bin/sh
# Runs the tests and prints how many ran. With an argument, only one part:
# go, frontend or e2e.
set -u
cd "$(dirname "$0")/.." || exit 1
# The browser tests that measure times, which another beside them would spoil.
timed='choice comet connection moderation presence presence-nodes presence-states sleep tabs'
part=${1:-all}
mkdir -p build
rm -f build/go-tests.json build/frontend.tap build/e2e.tap build/timed.tap
status=0

modules() { # the npm packages of a folder, as its lock file has them
	if [ ! -d "$1/node_modules" ] || [ -n "$(find "$1/package-lock.json" -newer "$1/node_modules")" ]; then
		(cd "$1" && npm ci --no-progress && touch node_modules)
	fi
}

run_node() { # run_node NAME FILES… with a readable report and one to count
	name=$1
	shift
	# A file that hangs ends after 25 minutes, with what it has shown until then.
	node --test --test-timeout=1500000 --test-reporter=spec --test-reporter-destination=stdout \
		--test-reporter=tap --test-reporter-destination="build/$name.tap" "$@" || status=1
}

if [ "$part" = all ] || [ "$part" = go ]; then
	go -C tools build -o ../build/gotestsum gotest.tools/gotestsum || exit 1
	build/gotestsum --format pkgname-and-test-fails --jsonfile build/go-tests.json -- \
		-race -shuffle=on -timeout 30m ./... || status=1
fi
if [ "$part" = all ] || [ "$part" = frontend ]; then
	modules frontend || exit 1
	rm -rf build/frontend-tests
	go -C tools run ./frontend -tests ../build/frontend-tests || exit 1
	# shellcheck disable=SC2046 # bundled names have no spaces
	run_node frontend $(find build/frontend-tests -name '*.test.mjs')
fi
if [ "$part" = all ] || [ "$part" = e2e ]; then
	modules e2e || exit 1
	go build -buildvcs=false -o build/ ./cmd/chatd ./e2e/endless || exit 1
	others=$(for file in e2e/*.test.mjs; do
		case " $timed " in *" $(basename "$file" .test.mjs) "*) ;; *) echo "$file" ;; esac
	done)
	# shellcheck disable=SC2086 # the files of browser tests have no spaces
	run_node e2e --test-concurrency=2 $others
	# shellcheck disable=SC2046,SC2086
	run_node timed --test-concurrency=1 $(printf 'e2e/%s.test.mjs ' $timed)
fi

count() { # count PASS|FAIL over all reports
	go_tests=0
	if [ -f build/go-tests.json ]; then
		go_tests=$(grep -c "\"Action\":\"$1\".*\"Test\":" build/go-tests.json)
	fi
	node_tests=$(cat build/frontend.tap build/e2e.tap build/timed.tap 2>/dev/null | awk -v word="$1" '$1 == "#" && $2 == word { n += $3 } END { print n + 0 }')
	echo $((go_tests + node_tests))
}
passed=$(count pass)
failed=$(count fail)
[ "$failed" -eq 0 ] || status=1
[ "$passed" -gt 0 ] || status=1
echo "$passed passed, $failed failed"
exit $status
