#!/bin/sh
# Runs every linter over Go, the migrations' Go, TypeScript, CSS and the shell scripts.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
go -C tools build -o ../build/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
build/golangci-lint run ./...
go vet ./...
(cd tools && go vet ./...)
[ -d frontend/node_modules ] || (cd frontend && npm ci --no-progress)
frontend/node_modules/.bin/biome check --error-on-warnings frontend/src e2e
