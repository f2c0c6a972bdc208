#!/bin/sh
# Installs the PostgreSQL server's binaries when this machine has none that
# chatd can use (15 to 18). Starts no server: chatd runs its own.
set -eu

oldest=15
newest=18

# With binaries of your own there is nothing to install.
[ -z "${CHATD_PG_BIN:-}" ] || exit 0

usable() { # usable DIR: is there a server of a version that chatd can use?
	[ -x "$1/postgres" ] && [ -x "$1/initdb" ] || return 1
	major=$("$1/postgres" --version 2>/dev/null | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p')
	[ -n "$major" ] && [ "$major" -ge "$oldest" ] && [ "$major" -le "$newest" ]
}

installed() { # the places where chatd looks (store/localpg/binaries.go)
	if program=$(command -v postgres) && usable "$(dirname "$program")"; then
		return 0
	fi
	for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/bin /usr/libexec/postgresql* /usr/lib/postgresql*/bin \
		/opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin /home/linuxbrew/.linuxbrew/opt/postgresql@*/bin \
		/Applications/Postgres.app/Contents/Versions/*/bin /Library/PostgreSQL/*/bin /usr/local/pgsql/bin; do
		if usable "$dir"; then
			return 0
		fi
	done
	return 1
}

give_up() {
	{
		echo "chatd needs the PostgreSQL server, version $oldest to $newest, and $1"
		echo "Install it and try again:"
		echo "  Debian, Ubuntu:  sudo apt-get install postgresql"
		echo "  Fedora:          sudo dnf install postgresql-server"
		echo "  Alpine:          sudo apk add postgresql17"
		echo "  macOS:           brew install postgresql@17"
		echo "Or set CHATD_PG_BIN to the folder of its programs, or CHATD_DATABASE_URL to a database of your own."
	} >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_with_apt() {
	echo "Installing the PostgreSQL server with apt …"
	# Debian makes and starts a server of its own on port 5432 unless told not to.
	own=/etc/postgresql-common/createcluster.d/chatd-install.conf
	as_root mkdir -p "$(dirname "$own")"
	echo "create_main_cluster = false" | as_root tee "$own" >/dev/null
	trap 'as_root rm -f "$own"' EXIT
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql
}

installed && exit 0

if command -v apt-get >/dev/null 2>&1; then
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
		give_up "only root can install it here, as there is no sudo."
	fi
	install_with_apt || give_up "apt could not install it."
elif command -v brew >/dev/null 2>&1; then
	echo "Installing the PostgreSQL server with Homebrew …"
	brew install postgresql@17 || give_up "Homebrew could not install it."
else
	give_up "this machine has neither apt nor Homebrew."
fi

installed || give_up "the one that this system offers is of another version."
