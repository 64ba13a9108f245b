# Understory. `make help` tells what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
# `make run PORT=9000`, or PORT=9000 in the environment.
SERVE_ENV := $(if $(PORT),UNDERSTORY_PORT=$(PORT))
# Root installs what is missing; anybody else is told what to install.
APT := DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
# Chromium without windows of its own takes half the time for tests; without it they take what there is.
HEADLESS := $(shell command -v chromium-headless-shell)

REDIS := $(shell command -v redis-server)
FAKETIME := $(shell command -v faketime)
NGINX := $(shell PATH=$$PATH:/usr/sbin command -v nginx)
POSTGRESQL := $(firstword $(shell command -v initdb) $(wildcard /usr/lib/postgresql/*/bin/initdb))

.PHONY: help run test bench drill fuzz lint unit postgresql browser headless chromium servers format audit lock clean

help: ## Tell what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Set up and serve the site on http://127.0.0.1:8000 (PORT=...)
	@$(SERVE_ENV) exec $(BIN)/python app.py

test: lint unit postgresql browser ## Set up and run every check and every test

bench: $(VENV)/.bench chromium servers ## Set up and measure (ONLY="hot cold" for parts, SIZES="50 1000000" for threads, FULL=1)
	@ulimit -n "$$(ulimit -Hn)"; $(BIN)/python -m bench $(ONLY)

fuzz: $(VENV)/.test ## Set up and send rubbish to every address, 20,000 times (FUZZ=...)
	FUZZ=$${FUZZ:-20000} $(BIN)/pytest tests/house/test_rubbish.py

drill: $(VENV)/.test servers ## Set up and make real faults, many of each; writes what came of it into docs/reliability.md
	DRILL=long $(BIN)/pytest tests/drills

lint: $(VENV)/.test ## Style, types and the contracts between rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.test servers ## Tests below the browser
	$(BIN)/pytest -n 2 --dist loadgroup --ignore=tests/browser

postgresql: $(VENV)/.test servers ## The same tests, those that need a site, on PostgreSQL
	$(BIN)/pytest -n 2 --ignore=tests/browser --database postgresql

browser: $(VENV)/.test headless $(if $(DATABASE),servers) ## Tests in headless Chromium (DATABASE=postgresql for sites on PostgreSQL)
	$(BIN)/pytest -n 2 tests/browser --database $(or $(DATABASE),sqlite)

headless:
ifeq ($(HEADLESS),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { $(APT) update -q && $(APT) install -y -q --no-install-recommends chromium-headless-shell fonts-liberation; } \
	  || [ -n "$(CHROMIUM)" ] || $(APT) install -y -q --no-install-recommends chromium fonts-liberation; \
	elif [ -z "$(CHROMIUM)" ]; then \
	  echo "This needs Chromium: sudo apt-get install chromium-headless-shell fonts-liberation" >&2; exit 1; \
	fi
endif

chromium:
ifeq ($(CHROMIUM),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  $(APT) update -q && $(APT) install -y -q --no-install-recommends chromium fonts-liberation; \
	else \
	  echo "This needs Chromium: sudo apt-get install chromium fonts-liberation" >&2; exit 1; \
	fi
endif

servers:
ifneq ($(and $(POSTGRESQL),$(REDIS),$(NGINX),$(FAKETIME)),)
	@:
else
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  $(APT) update -q && $(APT) install -y -q --no-install-recommends postgresql redis-server nginx-light faketime; \
	else \
	  echo "This needs PostgreSQL, Redis, nginx and faketime: sudo apt-get install postgresql redis-server nginx-light faketime" >&2; exit 1; \
	fi
endif

format: $(VENV)/.test ## Bring the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: $(VENV)/.test ## Compare the locked dependencies with the public list of known faults (needs the internet)
	$(BIN)/pip install --disable-pip-version-check -q pip-audit
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

lock: $(VENV)/.test ## Choose the newest versions that fit pyproject.toml and lock them with hashes
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q -U --universal --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q -U --universal --generate-hashes --no-header -c requirements.lock \
	  --group test pyproject.toml -o tests/requirements.lock
	$(BIN)/uv pip compile -q -U --universal --generate-hashes --no-header -c tests/requirements.lock \
	  --group bench pyproject.toml -o bench/requirements.lock

clean: ## Remove what was made here, but never the site's own data in instance/
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results bench/.cache

$(VENV)/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Understory needs Python 3.11 or newer" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then $(APT) update -q && $(APT) install -y -q python3-venv; \
	  else echo "Python lacks its venv module: sudo apt-get install python3-venv" >&2; exit 1; fi; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.test: tests/requirements.lock $(VENV)/.run
	$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r tests/requirements.lock
	@touch $@

$(VENV)/.bench: bench/requirements.lock $(VENV)/.run
	$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r bench/requirements.lock
	@touch $@
