#!/bin/sh
# Installs what the tests need beside Go, make and Node: a C compiler (for the
# race detector), Chromium, Firefox, nginx and Caddy (which stand in front of chatd),
# openssl (for their certificates), curl and a JDK (for the examples of docs/protocol.md)
# and, on Linux, strace (which watches what leaves the machine), iproute2 (for a
# link that can be cut), Xvfb and ImageMagick (for browsers with a window, and pictures
# of it), a font with emoji, and w3m and lynx (text browsers). With the word reach, also the other proxies that make reach puts in front.
# Does nothing when they are there.
set -eu

missing=""
command -v "${CC:-gcc}" >/dev/null 2>&1 || missing="$missing gcc"
if [ -z "${CHATD_CHROMIUM:-}" ] &&
	! command -v chromium >/dev/null 2>&1 &&
	! command -v chromium-browser >/dev/null 2>&1 &&
	! command -v google-chrome >/dev/null 2>&1 &&
	[ ! -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] &&
	[ ! -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]; then
	missing="$missing chromium"
fi
if [ -z "${CHATD_FIREFOX:-}" ] &&
	! command -v firefox-esr >/dev/null 2>&1 &&
	! command -v firefox >/dev/null 2>&1 &&
	[ ! -x "/Applications/Firefox.app/Contents/MacOS/firefox" ]; then
	missing="$missing firefox-esr"
fi

PATH="$PATH:/usr/sbin:/usr/local/sbin" # where Debian keeps servers
programs="nginx caddy openssl curl w3m lynx"
[ "${1:-}" != reach ] || programs="$programs haproxy apache2 squid"
for program in $programs; do
	command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
# On macOS there is a javac that only says that there is none.
java=$(javac -version 2>/dev/null | sed -n 's/^javac \([0-9]*\).*/\1/p')
[ "${java:-0}" -ge 17 ] || missing="$missing jdk-17"
[ "$(uname -s)" != Linux ] || command -v strace >/dev/null 2>&1 || missing="$missing strace"
[ "$(uname -s)" != Linux ] || command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
[ "$(uname -s)" != Linux ] || command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
[ "$(uname -s)" != Linux ] || command -v import >/dev/null 2>&1 || missing="$missing imagemagick"
[ "$(uname -s)" != Linux ] || fc-list 2>/dev/null | grep -qi emoji || missing="$missing fonts-noto-color-emoji"

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
	echo "make test needs Node 20 or newer with npm. Install it and run make test again." >&2
	exit 1
fi
major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$major" -lt 20 ]; then
	echo "make test needs Node 20 or newer; this is Node $(node -v). Install a newer one and run make test again." >&2
	exit 1
fi
[ -z "$missing" ] && exit 0

may_install() { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1; }

if command -v apt-get >/dev/null 2>&1 && may_install; then
	packages=""
	for m in $missing; do
		case $m in
		gcc) packages="$packages gcc libc6-dev" ;;
		jdk-17) # or newer: not every Debian and Ubuntu has this one
			if apt-cache show openjdk-17-jdk-headless >/dev/null 2>&1; then
				packages="$packages openjdk-17-jdk-headless"
			else
				packages="$packages default-jdk-headless"
			fi
			;;
		*) packages="$packages $m" ;;
		esac
	done
	echo "Installing$packages …"
	# shellcheck disable=SC2086 # a list of package names
	"$(dirname "$0")/apt-install.sh" $packages
elif command -v brew >/dev/null 2>&1; then
	for m in $missing; do
		case $m in
		gcc) echo "Install the Xcode command line tools: xcode-select --install" >&2; exit 1 ;;
		chromium) brew install --cask chromium ;;
		jdk-17) brew install --cask temurin ;; # Homebrew's own is not found by javac
		firefox-esr) brew install --cask firefox ;;
		*) brew install "$m" ;;
		esac
	done
else
	echo "make test also needs:$missing. Install them with your system's package manager and run make test again." >&2
	exit 1
fi
