#!/bin/bash
# Stands in for the entrypoint of the official postgres image: makes the first database as the POSTGRES_ variables
# ask, behind a server that answers on its socket alone, then becomes the server.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
	chown postgres "$PGDATA"
	exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
chmod 700 "$PGDATA"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
	if [ -n "${POSTGRES_PASSWORD:-}" ] && [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
		echo "POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE contradict each other" >&2
		exit 1
	fi
	password=${POSTGRES_PASSWORD:-}
	[ -z "${POSTGRES_PASSWORD_FILE:-}" ] || password=$(cat "$POSTGRES_PASSWORD_FILE")
	if [ -z "$password" ]; then
		echo "the first start needs POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE" >&2
		exit 1
	fi
	user=${POSTGRES_USER:-postgres}
	# shellcheck disable=SC2086 # a list of arguments
	initdb --username="$user" --pwfile=<(printf '%s\n' "$password") ${POSTGRES_INITDB_ARGS:-}
	echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
	echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
	pg_ctl -w start -o "-c listen_addresses=''"
	[ "${POSTGRES_DB:-$user}" = postgres ] || createdb --username="$user" "${POSTGRES_DB:-$user}"
	pg_ctl -w -m fast stop
fi
exec "$@"
