#!/bin/bash
# Builds chatd's image and runs docker-compose.yml for real: two people in two browsers talk, the containers go down
# and come up again, and every message is there.
#
# It needs root on Debian or Ubuntu, and installs docker.io, docker-compose and debootstrap when they are missing. It
# starts a Docker daemon of its own, in namespaces of its own, and leaves nothing behind but build/container. No
# registry is asked: golang:1.26 and postgres:17 are stand-ins (see below, and postgres.Dockerfile).
#
# Where no daemon can run, it says so and checks the files alone.
# Exit codes: 0 all passed; 1 something failed; 3 the files are right, but nothing was run.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=build/container

say() { printf '\n== %s (%d s since the start)\n' "$*" $(($(date +%s) - ${BEGUN:=$(date +%s)})); }
export BEGUN
: "${BEGUN:=$(date +%s)}"

files_alone() { # files_alone REASON
	say "No Docker daemon can run here: $1"
	echo "So the image was not built and nothing was started; only the files are checked."
	node e2e/container/check-files.mjs || exit 1
	echo "The files are right. Run this as root on Debian or Ubuntu to try them for real."
	exit 3
}

install_missing() {
	local missing=""
	command -v dockerd >/dev/null || missing="$missing docker.io iptables"
	command -v docker-compose >/dev/null || missing="$missing docker-compose"
	command -v debootstrap >/dev/null || missing="$missing debootstrap"
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null || files_alone "$missing is missing and this machine has no apt."
	say "Installing$missing"
	# shellcheck disable=SC2086 # a list of package names
	scripts/apt-install.sh $missing || files_alone "apt could not install$missing."
}

if [ "${1:-}" != inside ]; then
	[ -z "${NO_DOCKER:-}" ] || files_alone "NO_DOCKER is set."
	[ "$(uname -s)" = Linux ] || files_alone "this is not Linux."
	[ "$(id -u)" -eq 0 ] || files_alone "only root may start one."
	install_missing
	unshare --net --mount --pid --fork true 2>/dev/null || files_alone "this machine lets nobody make namespaces."
	node e2e/container/check-files.mjs
	[ -d e2e/node_modules ] || (cd e2e && npm ci --no-progress)
	mkdir -p "$folder"
	e2e/container/base-images.sh
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -buildid= -X main.release=e2e" -o "$folder/chatd" ./cmd/chatd
	work=$(mktemp -d /tmp/chatd-container-XXXXXX)
	group=chatd-e2e-$$
	leave() { # everything inside ends with unshare: processes, mounts and networks
		set +e
		kill -9 "$inside" 2>/dev/null
		wait "$inside" 2>/dev/null
		for _ in $(seq 100); do
			find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} + 2>/dev/null
			[ -n "$(find /sys/fs/cgroup -type d -path "*/$group*" -print -quit 2>/dev/null)" ] || break
			sleep 0.1
		done
		rm -rf "$work"
	}
	WORK=$work GROUP=$group unshare --net --mount --pid --fork --kill-child --mount-proc "$0" inside &
	inside=$!
	trap leave EXIT
	trap 'exit 1' INT TERM
	status=0
	wait "$inside" || status=$?
	[ "$status" -ne 3 ] || files_alone "dockerd did not start (see $folder/dockerd.log)."
	exit "$status"
fi

# From here on inside: no network but loopback and what Docker makes; when this process ends, all others do.
ip link set lo up
export DOCKER_HOST=unix://$WORK/docker.sock DOCKER_CONFIG=$WORK
dockerd --data-root "$WORK/data" --exec-root "$WORK/exec" --pidfile "$WORK/pid" -H "$DOCKER_HOST" \
	--cgroup-parent "/$GROUP" >"$folder/dockerd.log" 2>&1 &
daemon=$!
for _ in $(seq 100); do
	docker version >/dev/null 2>&1 && break
	kill -0 "$daemon" 2>/dev/null || exit 3
	sleep 0.2
done
docker version >/dev/null 2>&1 || exit 3
daemon_ends() {
	kill "$daemon"
	wait "$daemon" || true
}
trap daemon_ends EXIT

say "Making stand-ins for golang:1.26 and postgres:17 (they are not the official images)"
# golang:1.26 is a Debian with this machine's Go and the modules that chatd needs.
docker import --change 'ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
	--change 'ENV GOPROXY=file:///modules GOTOOLCHAIN=local' "$folder/golang.tar" golang:1.26 >/dev/null
docker import "$folder/debian.tar" chatd-e2e/debian >/dev/null
mkdir "$WORK/postgres"
cp e2e/container/postgres-entrypoint.sh "$WORK/postgres/entrypoint.sh"
cp e2e/container/postgres.Dockerfile "$WORK/postgres/Dockerfile"
docker build -q -t postgres:17 "$WORK/postgres" >/dev/null

say "Building the image of chatd"
export CHATD_VERSION=e2e COMPOSE_PROJECT_NAME=chatd-e2e
# Either program will do; COMPOSE names another one.
if docker compose version >/dev/null 2>&1; then : "${COMPOSE:=docker compose}"; fi
export COMPOSE=${COMPOSE:-docker-compose}
echo "$COMPOSE $($COMPOSE version --short)"
$COMPOSE build

say "Running docker-compose.yml"
node --test --test-reporter=spec e2e/container/*.test.mjs
