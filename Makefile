# chatd. `make` prints the targets.

SHELL := /bin/sh
GO    ?= go

.PHONY: help run build test test-go test-frontend e2e e2e-container check lint types fresh frontend bench load pictures reach long bench-page fuzz fuzz-api clean

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing and serve http://localhost:8080
	@[ -n "$$CHATD_DATABASE_URL" ] || scripts/install-postgres.sh
	@CGO_ENABLED=0 $(GO) build -buildvcs=false -o bin/chatd ./cmd/chatd
	@exec bin/chatd

build: ## Build bin/chatd
	CGO_ENABLED=0 $(GO) build -buildvcs=false -o bin/chatd ./cmd/chatd

test: ## Install what is missing and run all tests
	@scripts/install-postgres.sh
	@scripts/install-test-tools.sh
	@scripts/test.sh

test-go: ## Run the Go tests only
	@scripts/test.sh go

test-frontend: ## Run the unit tests of the page only
	@scripts/test.sh frontend

e2e: ## Run the tests in real browsers only
	@scripts/test.sh e2e

e2e-container: ## Build the image and run docker-compose.yml for real (as root on Debian; else check the files)
	@e2e/container/run.sh || [ $$? -eq 3 ]

check: lint types fresh ## Lint, check types, and check that built files are fresh

lint: ## Run the linters
	@scripts/lint.sh

types: frontend/node_modules e2e/node_modules ## Check the types of the page and of the browser tests
	cd frontend && npx tsc
	cd frontend && npx tsc -p ../e2e

fresh: frontend/node_modules ## Check that frontend/dist is what the sources give
	$(GO) -C tools run ./frontend -check

frontend: frontend/node_modules ## Build frontend/dist
	$(GO) -C tools run ./frontend

%/node_modules: %/package-lock.json
	cd $* && npm ci --no-progress && touch node_modules

bench: ## Run the benchmarks
	@scripts/install-postgres.sh
	$(GO) test -run '^$$' -bench . -benchmem ./...

load: build ## Put chatd under load; build/load.jsonl, and a table beside the goals
	@scripts/install-postgres.sh
	@mkdir -p build
	@status=0; $(GO) run ./e2e/load all > build/load.jsonl || status=$$?; \
		$(GO) run ./e2e/load table build/load.jsonl | tee build/load.txt; exit $$status

pictures: build e2e/node_modules ## Remake the pictures of docs/administration.md in Chromium
	@scripts/install-postgres.sh
	@scripts/install-test-tools.sh
	@E2E_PICTURES=yes E2E_CHATD="$(CURDIR)/bin/chatd" node --test --test-reporter=spec e2e/guide.test.mjs

reach: build e2e/node_modules ## Chat through real proxies in Chromium and Firefox; build/reach.txt
	@scripts/install-postgres.sh
	@scripts/install-test-tools.sh reach
	@E2E_CHATD="$(CURDIR)/bin/chatd" node e2e/reach/main.mjs

long: build e2e/node_modules ## The long forms of the browser tests: an hour of conversation, 50,000 messages in a tab
	@scripts/install-postgres.sh
	@scripts/install-test-tools.sh
	@E2E_CHATD="$(CURDIR)/bin/chatd" node --test --test-concurrency=1 --test-reporter=spec e2e/long/*.test.mjs

bench-page: build e2e/node_modules ## Print how long rooms take from a key to their content
	@scripts/install-postgres.sh
	@scripts/install-test-tools.sh
	@E2E_CHATD="$(CURDIR)/bin/chatd" node e2e/bench/rooms.mjs

fuzz: ## Run each fuzz target for FUZZTIME (default 1m), then fuzz-api
	@scripts/install-postgres.sh
	@scripts/fuzz.sh

fuzz-api: ## Fuzz the API from its OpenAPI document for CHATD_TEST_FUZZ (default 10m)
	@scripts/install-postgres.sh
	@scripts/fuzz.sh api

clean: ## Remove what builds and tests leave behind
	rm -rf bin build frontend/node_modules e2e/node_modules
