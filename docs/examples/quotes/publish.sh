#!/bin/sh
# Says made-up prices in a room, one after the other. Run it with the access token in the environment:
#
#	CHATD_TOKEN=… ./publish.sh https://chat.example.org 3 [COUNT [SECONDS]]
#
# COUNT prices (60) are said SECONDS (1) apart. Each message has an id of its own, so that one whose answer was lost is
# sent again and stands in the room once.
set -eu

if [ $# -lt 2 ] || [ -z "${CHATD_TOKEN:-}" ]; then
	echo "Usage: CHATD_TOKEN=… $0 ADDRESS ROOM [COUNT [SECONDS]]. Make a token in the chat: Settings, Access tokens." >&2
	exit 2
fi
room="${1%/}/api/v1/rooms/$2/messages" count=${3:-60} seconds=${4:-1}

random() { od -An -N"$1" "$2" /dev/urandom | tr -d ' \n'; } # random BYTES FORMAT

say() { # say TEXT; the token goes by a pipe, as everybody can read the words of a command
	id=$(random 16 -tx1 | sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)/\1-\2-\3-\4-/')
	answer=$(printf 'header = "Authorization: Bearer %s"\n' "$CHATD_TOKEN" |
		curl -K - -sS --retry 60 --retry-delay 1 --retry-all-errors -w ' %{http_code}' \
			-H 'Content-Type: application/json' -d "{\"client_id\":\"$id\",\"body\":\"$1\"}" "$room")
	case $answer in
	*" 20"?) ;;
	*)
		echo "The price was refused: $answer" >&2
		exit 1
		;;
	esac
}

said=0
while [ "$said" -lt "$count" ]; do
	for symbol in AAA BBB CCC; do
		[ "$said" -lt "$count" ] || break
		[ "$said" -eq 0 ] || sleep "$seconds"
		cents=$((10000 + $(random 2 -tu2) % 1000))
		say "$symbol $((cents / 100)).$(printf %02d $((cents % 100)))"
		said=$((said + 1))
	done
done
