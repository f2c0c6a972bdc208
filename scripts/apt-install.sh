#!/bin/sh
# apt-install.sh PACKAGE… installs Debian packages with root or sudo, and starts none of the services they bring.
set -eu

as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
	trap '$as_root rm -f "$policy"' EXIT
	$as_root chmod 755 "$policy"
fi
$as_root apt-get update -q
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
