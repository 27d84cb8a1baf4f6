# What can be done here. Each target installs what it needs and this machine lacks (Debian packages, through sudo
# when not root) before it runs; Go itself is only asked for.

.DEFAULT_GOAL := help
.PHONY: help demo up build test test-unit test-browser test-temporal test-e2e test-production chaos bench bench-parked bench-scale lint lint-fix generate check-generate check-tidy record-histories clean

help: ## Say what can be done here
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## See one login from start to proven session, with a code asked on the way; leaves nothing behind
	@scripts/ensure go browser
	@scripts/build anteroom-standalone
	@bin/anteroom-standalone demo

up: ## Start everything in one process and leave it running; options: make up ARGS="--listen 127.0.0.1:9090"
	@scripts/ensure go browser
	@scripts/build
	@exec bin/anteroom-standalone up $(ARGS)

build: ## Build both binaries into bin/
	@scripts/ensure go
	@scripts/build

test: ## Run all tests: unit, browser, temporal, end to end and in the production shape
	@scripts/ensure go gcc browser postgres
	@scripts/test

test-unit: ## Run the tests that need neither browser nor Temporal (seconds once compiled)
	@scripts/ensure go gcc postgres
	@scripts/test unit

test-browser: ## Run the tests that drive a real Chromium
	@scripts/ensure go gcc browser
	@scripts/test browser

test-temporal: ## Run the tests of the embedded Temporal server
	@scripts/ensure go postgres
	@scripts/test temporal

test-e2e: ## Run the end-to-end tests over HTTP
	@scripts/ensure go gcc browser
	@scripts/test e2e

test-production: ## Run the end-to-end tests on several processes with PostgreSQL, and kill them
	@scripts/ensure go gcc browser postgres
	@scripts/test production

chaos: ## Kill processes at random under 300 logins, in both shapes; options: make chaos ARGS="-seed 7 -logins 100 -shape production"
	@scripts/ensure go browser postgres
	@scripts/chaos $(ARGS)

bench: ## Compare logins with scripts for chromedp, Playwright and puppeteer-cluster (8 minutes); options: ARGS="-rounds 1"
	@scripts/ensure go browser node
	@scripts/build anteroom-standalone
	@$(MAKE) --silent bench/scripts/node_modules/.package-lock.json
	@CGO_ENABLED=0 go run -trimpath ./bench/compare $(ARGS)

bench-parked: ## Measure what 100 logins cost that wait for a code, and how soon they go on (5 minutes); options: ARGS="-n 20"
	@scripts/ensure go browser
	@scripts/build anteroom-standalone
	@CGO_ENABLED=0 go run -trimpath ./bench/parked $(ARGS)

bench-scale: ## Measure what 10,000 waiting logins cost (15 minutes); options: ARGS="-sizes 0,100 -real 20"
	@scripts/ensure go browser
	@scripts/build anteroom-standalone
	@CGO_ENABLED=0 go run -trimpath ./bench/scale $(ARGS)

# No script of a package runs, so that none downloads a browser.
bench/scripts/node_modules/.package-lock.json: bench/scripts/package-lock.json
	@cd bench/scripts && ../../scripts/progress "installing npm packages" - npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

lint: ## Check style, walls and workflows
	@scripts/ensure go
	@scripts/lint

lint-fix: ## Format, and repair what the linters can repair by themselves
	@scripts/ensure go
	@scripts/lint --fix

generate: ## Write the generated files anew, from api/openapi.yaml
	@scripts/ensure go
	@go generate ./...

check-generate: ## Fail when a generated file is not what its source makes of it
	@scripts/ensure go
	@scripts/check-generate

check-tidy: ## Fail when go.mod or go.sum is not tidy
	@scripts/ensure go
	@go mod tidy -diff

record-histories: ## Record the workflow histories that later versions are tested against; see docs/changing-workflows.md
	@scripts/ensure go
	@CGO_ENABLED=0 go test -trimpath -tags temporal -count=1 ./cmd/anteroom-standalone \
		-args -record=$(CURDIR)/workflows/testdata/histories/$$(date -u +%F)

clean: ## Remove what was built here, installed linters included
	@rm -rf bin .tools coverage.out
