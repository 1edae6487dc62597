# make up runs the console; make test proves it. Both install what they need into this directory.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help up test test-live lint bench pictures lock clean browser

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-input --quiet --require-hashes
version = $(shell cksum < $(1) | cut -d' ' -f1)
CONSOLE_STAMP := $(VENV)/.console-$(call version,requirements/console.txt)
DEV_STAMP := $(VENV)/.dev-$(call version,requirements/dev.txt)
NODE_STAMP := node_modules/.installed-$(call version,package-lock.json)
NAME ?= server

help: ## Show what can be made.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

up: $(CONSOLE_STAMP) $(NODE_STAMP) ## Run the console on this machine until Ctrl-C.
	@exec $(BIN)/python manage.py up

# Playwright keeps an event loop running, so its tests have a process of their own; so have those
# that measure time, which counting covered lines would triple.
test: $(DEV_STAMP) $(NODE_STAMP) browser ## Run every test that needs no outside server.
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report= --cov-fail-under=0 -m "not live and not browser and not speed" $(ARGS)
	$(BIN)/pytest -m speed $(ARGS)
	$(BIN)/pytest --cov --cov-append --cov-report=term -m browser tests/browser $(ARGS)

test-live: $(DEV_STAMP) $(NODE_STAMP) ## Run the journeys through consoles started as processes.
	$(BIN)/pytest -m live tests/live $(ARGS)

lint: $(DEV_STAMP) $(NODE_STAMP) ## Check style, types, layers, templates and migrations.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 5.2 --check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/mypy console tenants workloads tests

bench: $(DEV_STAMP) $(NODE_STAMP) ## Measure: make bench NAME=server writes bench/server.json.
	$(BIN)/python -m tests.benchmarks.$(NAME)

pictures: $(DEV_STAMP) $(NODE_STAMP) browser ## Take the pictures of docs/pictures anew.
	$(BIN)/python -m tests.browser.take_pictures

lock: $(DEV_STAMP) ## Write the hash-locked requirements from pyproject.toml.
	$(LOCK) pyproject.toml --group examples -o requirements/console.txt
	$(LOCK) pyproject.toml --group dev -c requirements/console.txt -o requirements/dev.txt
	$(LOCK) --group node -o requirements/node.txt
	$(LOCK) --group bench -o requirements/bench.txt
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

clean: ## Remove what was installed or measured; the data directory var/ stays.
	rm -rf $(VENV) .venv-node node_modules bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage*

# The first Python that is new enough; a name alone can be a placeholder, so each is tried.
$(BIN)/python:
	@for name in python3.13 python3.12 python3.11 python3 python; do \
		if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "The console needs Python 3.11 or newer; none was found on PATH." >&2; exit 1; fi; \
	echo "Making $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV) || { rm -rf $(VENV); echo "Python can't make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(CONSOLE_STAMP): | $(BIN)/python
	@echo "Installing the console's packages"
	@$(PIP) -r requirements/console.txt
	@rm -f $(VENV)/.console-* && touch $@

$(DEV_STAMP): $(CONSOLE_STAMP)
	@echo "Installing the packages of tests and checks"
	@$(PIP) -r requirements/dev.txt
	@rm -f $(VENV)/.dev-* && touch $@

# The machine's Node when it is 20 or newer and has npm, else one from a wheel.
$(NODE_STAMP): | $(BIN)/python
	@if ! { node -e 'process.exit(+(parseInt(process.versions.node) < 20))' && npm --version; } >/dev/null 2>&1; then \
		echo "Installing Node"; \
		[ -x .venv-node/bin/python ] || $(BIN)/python -m venv .venv-node || exit 1; \
		.venv-node/bin/python -m pip install --disable-pip-version-check --no-input --quiet --require-hashes -r requirements/node.txt || exit 1; \
		PATH="$(CURDIR)/.venv-node/bin:$$PATH"; \
	fi; \
	echo "Installing the front-end packages"; \
	npm ci --silent --ignore-scripts
	@touch $@

# A Chromium for the tests: the one named, an installed one, Debian's, or Playwright's.
browser: $(DEV_STAMP)
	@if [ -n "$$CONSOLE_TEST_BROWSER" ]; then exit 0; fi; \
	for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	else $(BIN)/playwright install chromium; fi
