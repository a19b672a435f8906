# Needs make (3.81 or newer) and Go; preview, deploy and remove need Serverless Devs as well, test-templates and test-clients npm,
# test-browser Chromium.

.DEFAULT_GOAL := help

VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME  ?= 60s
# Files to lie beside the binary: these, where they are there, and EXTRAS.
EXTRAS    ?=
BESIDE    := $(sort $(wildcard *routes.yaml deny.txt calendar.txt message*.json) $(EXTRAS))
MAX_BYTES := 10485760
# What is deployed. A file of your own extends s.yaml (docs/deploy.md): make deploy TEMPLATE=s.mine.yaml
TEMPLATE  ?= s.yaml

# The race detector needs a C compiler on Linux; without one the tests run without it, and say so.
RACE = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.PHONY: help build zip install dist run test test-large test-templates test-clients fuzz bench soak lint pictures clean preview deploy alarms remove serverless-devs own-account

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Neither EDS nor a callback is called over HTTP/2: without it the binary has 360 kB less.
OMIT := nethttpomithttp2

build: ## the function for Function Compute: build/main, linux/amd64, at most 10 MB
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -tags $(OMIT) -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o build/main .
	@bytes=$$(( $$(wc -c < build/main) )); echo "build/main: $$bytes bytes of at most $(MAX_BYTES)"; \
	if [ $$bytes -gt $(MAX_BYTES) ]; then echo "build/main is too large" >&2; exit 1; fi

zip: build ## what is deployed: dist/stop-desktops.zip
	go run ./internal/deploycheck/zip -o dist/stop-desktops.zip build/main $(BESIDE) "$$(go env GOROOT)/lib/time/zoneinfo.zip"
	@echo "dist/stop-desktops.zip: $$(( $$(wc -c < dist/stop-desktops.zip) )) bytes: main zoneinfo.zip $(BESIDE)"
	@if [ -f deny.txt ] && [ -z "$$DENY_FILE" ]; then echo "deny.txt is packed, but protects nobody until you deploy with DENY_FILE=deny.txt" >&2; fi
	@if [ -f calendar.txt ] && [ -z "$$CALENDAR_FILE" ]; then echo "calendar.txt is packed, but not read until you deploy with CALENDAR_FILE=calendar.txt" >&2; fi

# debug.ReadBuildInfo tells commit and date of what -buildvcs has seen; nothing of this machine gets in.
STOPCTL := -trimpath -buildvcs=auto -ldflags '-s -w -X stopdesktops/cmd/stopctl/internal/terminal.version=$(VERSION)'

install: ## stopctl into the folder of go install, which should be on your PATH; needs no source afterwards
	CGO_ENABLED=0 go install $(STOPCTL) ./cmd/stopctl
	@folder=$$(go env GOBIN); folder=$${folder:-$$(go env GOPATH)/bin}; echo "stopctl $(VERSION) is in $$folder"; \
	case ":$$PATH:" in *:"$$folder":*) ;; *) echo "$$folder is not on your PATH: add it" >&2 ;; esac

PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
CYCLONEDX := CGO_ENABLED=0 GOFLAGS= go run -trimpath -buildvcs=false github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
# The SBOM reads a binary's own list of modules. It has neither a time nor a random number, so that it can be made again.
SBOM      := $(CYCLONEDX) bin -json -std -licenses -noserial -notimestamp -version '$(VERSION)'

# No file of yours, such as deny.txt, gets into a release. stopctl has the same modules on each platform.
dist: ## a release: dist/ with stopctl for PLATFORMS, the function, SBOMs, SHA256SUMS; the same bytes each time
	rm -rf dist
	$(MAKE) --no-print-directory zip BESIDE=
	@set -e; for platform in $(PLATFORMS); do \
	  os=$${platform%/*}; arch=$${platform#*/}; file=dist/stopctl-$$os-$$arch; \
	  if [ $$os = windows ]; then file=$$file.exe; fi; \
	  echo "$$file"; CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build $(STOPCTL) -o $$file ./cmd/stopctl; \
	done
	$(SBOM) -output dist/stop-desktops.cdx.json build/main
	$(SBOM) -output dist/stopctl.cdx.json dist/stopctl-$(subst /,-,$(firstword $(PLATFORMS)))*
	go run ./internal/deploycheck/checksums dist

run: ## the whole thing on this machine, no account needed
	go run ./cmd/stopctl run

# With -short, the tests of the largest inputs use smaller ones, and those of many cases try fewer. The packages that take
# longest come first, so that no other waits for them. The race detector lets each of some fifty programs wait for a
# second before it ends, for races of goroutines that are left: 50 ms are enough.
SLOWEST := ./test ./handler ./cmd/stopctl/internal/lab ./internal/stop ./events
# Some packages wait for processes more than they compute: one more package runs at once than there are processors.
AT_ONCE  = $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1 ))

test: ## all tests, with the race detector; the largest inputs are smaller here
	@if [ -z "$(RACE)" ]; then echo "no C compiler: testing without the race detector" >&2; fi
	GORACE="atexit_sleep_ms=50 $$GORACE" go test -short -p $(AT_ONCE) $(RACE) $(SLOWEST) ./...

test-large: ## all tests with the largest inputs and all cases, without the race detector
	go test ./...

fuzz: ## decoder, parser, planner, answers and signatures on random input, FUZZTIME=60s each
	go test -run '^$$' -fuzz '^FuzzDecode$$' -fuzztime $(FUZZTIME) ./events
	go test -run '^$$' -fuzz '^FuzzParseRequest$$' -fuzztime $(FUZZTIME) ./events
	go test -run '^$$' -fuzz '^FuzzSyntax$$' -fuzztime $(FUZZTIME) ./events
	go test -run '^$$' -fuzz '^FuzzPlanner$$' -fuzztime $(FUZZTIME) ./handler
	go test -run '^$$' -fuzz '^FuzzBatch$$' -fuzztime $(FUZZTIME) ./internal/stop
	go test -run '^$$' -fuzz '^FuzzRead$$' -fuzztime $(FUZZTIME) ./internal/eds
	go test -run '^$$' -fuzz '^FuzzEmpty$$' -fuzztime $(FUZZTIME) ./internal/eds
	go test -run '^$$' -fuzz '^FuzzVerify$$' -fuzztime $(FUZZTIME) ./internal/webhook
	go test -run '^$$' -fuzz '^FuzzSignature$$' -fuzztime $(FUZZTIME) ./internal/webhook
	go test -run '^$$' -fuzz '^FuzzParse$$' -fuzztime $(FUZZTIME) ./internal/timer
	go test -run '^$$' -fuzz '^FuzzMap$$' -fuzztime $(FUZZTIME) ./internal/routes
	go test -run '^$$' -fuzz '^FuzzHTTPEvent$$' -fuzztime $(FUZZTIME) ./test

# The vendor's SDK for Node.js. Where npm cannot install it, the bench leaves Node.js out and says so.
NODE_PEER := build/peers/node/node_modules/.installed

$(NODE_PEER): bench/peers/node/package.json
	@mkdir -p build/peers/node && cp bench/peers/node/package.json build/peers/node/
	@if npm install --silent --no-audit --no-fund --no-package-lock --prefix build/peers/node; then touch $@; \
	else rm -rf build/peers/node/node_modules; echo "bench: npm could not install the vendor's SDK for Node.js" >&2; fi

bench: $(NODE_PEER) ## the function beside what a user would pick, and which targets hold; then the Go benchmarks
	go run ./bench
	go test -bench . -benchmem -run '^$$' ./...

soak: ## thousands of invocations with faults at random, for 2 minutes: nothing may leak or be lost
	go test $(RACE) -run '^TestSoak$$' -count=1 -v -timeout 5m ./test -soak 2m

# Of the tests that need npm or a browser. lint checks their files too.
TAGS := serverlessdevs,clients,browser

lint: ## formatting, vet, staticcheck, go.mod
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt -w these:" >&2; echo "$$unformatted" >&2; exit 1; fi
	go vet -tags $(TAGS) ./...
	go tool staticcheck -tags $(TAGS) ./...
	go mod tidy -diff

# way.svg follows the colors of the reader's page: picture.css replaces those of Graphviz. run.svg is the real output.
FREEZE := github.com/charmbracelet/freeze@v0.2.2
pictures: ## docs/way.svg and docs/run.svg; needs Graphviz and what FREEZE names
	dot -Tsvg docs/pictures/way.dot | awk -v style="<style>$$(cat docs/pictures/picture.css)</style>" \
	  '/^<g id="graph0"/ && !done { print style; done = 1 } { print }' > docs/way.svg
	go run ./cmd/stopctl run -color always | sed -n '1,41p' | go run $(FREEZE) --language ansi --window \
	  --theme github-dark --font.family 'ui-monospace,SFMono-Regular,Menlo,Consolas,monospace' --output docs/run.svg

clean: ## remove build/ and dist/
	rm -rf build dist

# The version that the templates were tried with, in a place of its own.
S_VERSION := 3.1.10
S_OWN     := build/serverless-devs/node_modules/.bin/s

$(S_OWN):
	npm install --silent --no-audit --no-fund --no-package-lock --prefix build/serverless-devs @serverless-devs/s@$(S_VERSION)

test-templates: $(S_OWN) ## that Serverless Devs reads the templates as we do; needs npm
	SERVERLESS_DEVS="$(CURDIR)/$(S_OWN)" go test -count=1 -tags serverlessdevs -run '^TestRendered$$' ./internal/deploycheck

# The libraries of senders and receivers, in the versions of package.json.
CLIENTS := build/clients/node_modules/.installed

$(CLIENTS): test/clients/package.json
	mkdir -p build/clients
	cp test/clients/package.json build/clients/
	npm install --silent --no-audit --no-fund --no-package-lock --prefix build/clients
	touch $@

test-clients: $(CLIENTS) ## real senders and receivers against the built function; needs Node.js and npm
	CLIENTS="$(CURDIR)/build/clients" go test -count=1 -tags clients ./test/clients

# CHROMIUM names the browser, if it is not on the PATH. PICTURES names a folder for pictures of the page, to look at.
test-browser: ## the page of run -serve in a headless Chromium; needs Chromium or Chrome
	go test -count=1 -tags browser -run '^TestBrowser' ./cmd/stopctl/internal/lab

preview: serverless-devs ## what Serverless Devs makes of the template, here and now; needs no account
	s preview -t $(TEMPLATE)

deploy: own-account serverless-devs zip ## to your account; a dry run unless DRY_RUN=false (docs/deploy.md)
	@echo "$(TEMPLATE) with FUNCTION_NAME=$${FUNCTION_NAME:-stop-desktops} REGION=$${REGION:-cn-hangzhou} DRY_RUN=$${DRY_RUN:-true} DISABLED=$${DISABLED:-false}"
	s deploy -t $(TEMPLATE) $${ACCESS:+-a "$$ACCESS"}

# LOG_PROJECT and LOGSTORE name the log of the function, CONTACT_GROUP says whom CloudMonitor tells (docs/operate.md).
alarms: ## print the commands that create alarms and a dashboard; unverified on an account
	@go run ./internal/deploycheck/alarms docs/operate.md

remove: serverless-devs ## the function and its triggers from your account
	s remove -t $(TEMPLATE) $${ACCESS:+-a "$$ACCESS"}

serverless-devs:
	@command -v s >/dev/null 2>&1 || { echo "Serverless Devs is missing. Install it: npm install -g @serverless-devs/s (docs/deploy.md)" >&2; exit 1; }

# With EDS_ENDPOINT in the shell, its CALLBACK_URL is probably the emulator's too.
own-account:
	@[ -z "$$EDS_ENDPOINT" ] || { echo "EDS_ENDPOINT is set in this shell: it has read env.sh of stopctl run -serve, and would deploy the emulator's CALLBACK_URL. Use a new shell." >&2; exit 1; }
