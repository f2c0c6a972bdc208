#!/bin/bash
# Puts together, in build/container, what the stand-ins for golang:1.26 and postgres:17 are made of. Needs the network
# the first time; later runs find everything there.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=build/container
suite=${DEBIAN_SUITE:-bookworm}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
mkdir -p "$folder"

if [ ! -s "$folder/debian-$suite.tar" ]; then
	echo "Making a small Debian ($suite) with PostgreSQL …"
	root=$(mktemp -d)
	trap 'rm -rf "$root" "$folder/new.tar"' EXIT
	debootstrap --variant=minbase --include=ca-certificates,postgresql "$suite" "$root/debian" "$mirror" >"$folder/debootstrap.log" 2>&1 || {
		tail -n 20 "$folder/debootstrap.log" >&2
		echo "debootstrap could not make a Debian from $mirror; set DEBIAN_MIRROR to one that this machine reaches." >&2
		exit 1
	}
	# Without what nothing here asks for: PostgreSQL's compiler of queries is half of all.
	tar -C "$root/debian" --one-file-system --wildcards --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' \
		--exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/i18n/*' \
		--exclude='*/libLLVM*' --exclude='*/libz3.so*' --exclude='*/llvmjit*' --exclude='*/bitcode/*' \
		--exclude='./var/lib/postgresql/*/main' -cf "$folder/new.tar" .
	mv "$folder/new.tar" "$folder/debian-$suite.tar"
	rm -rf "$root"
fi
ln -sf "debian-$suite.tar" "$folder/debian.tar"

# The modules that go.mod names, and nothing else of this machine's cache. go.sum vouches for them.
wanted="$(go version) $(cat go.sum "$0" | sha256sum)"
if [ "$wanted" != "$(cat "$folder/golang.stamp" 2>/dev/null)" ]; then
	echo "Gathering Go and the modules of chatd …"
	cache=$(go env GOMODCACHE)
	modules=$(mktemp -d)
	trap 'chmod -R u+w "$modules"; rm -rf "$modules"' EXIT
	GOFLAGS=-modcacherw GOMODCACHE=$modules GOPROXY="file://$cache/cache/download,$(go env GOPROXY)" go mod download
	cp "$folder/debian-$suite.tar" "$folder/golang.tar"
	tar -C "$(go env GOROOT)" --exclude=./test --exclude=./api --exclude=./doc --exclude=./misc --exclude=./pkg/obj \
		--exclude='*_test.go' --exclude='*/testdata/*' --transform 's,^\.,./usr/local/go,S' -rf "$folder/golang.tar" .
	tar -C "$modules/cache/download" --exclude=./sumdb --transform 's,^\.,./modules,S' -rf "$folder/golang.tar" .
	echo "$wanted" >"$folder/golang.stamp"
fi
