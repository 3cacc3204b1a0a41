# One door for people and CI. `make help` lists it all.
.DEFAULT_GOAL := help
BAKEHOUSE := .venv/bin/bakehouse
PYTEST := .venv/bin/python -m pytest

.PHONY: help demo test test-unit test-engine check bench fuzz setup setup-dev engine engine-down lock

help: ## List every target with one line each
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Set up all it needs, build the example monorepo twice, write the report
	@scripts/demo

test: setup-dev engine ## Set up all it needs, run unit and integration tests
	@$(PYTEST) -q -m "not engine"
	@scripts/with-bases $(PYTEST) -q -m engine --timeout 1500

test-unit: setup-dev ## Unit tests only: no engine needed, about two minutes
	@$(PYTEST) -q -m "not engine"

test-engine: setup-dev engine ## Integration tests on the real engine
	@scripts/with-bases $(PYTEST) -q -m engine --timeout 1500

check: setup-dev ## Lint, format, types, shell scripts, layers of the house
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/shellcheck -x scripts/engine scripts/venv scripts/demo scripts/with-bases .ci/run
	@.venv/bin/lint-imports --no-cache

bench: setup-dev engine ## Measure beside others (long); BENCH_CORPUS=DIR of Dockerfiles adds lint and fixers
	@scripts/with-bases .venv/bin/python -m bench

fuzz: setup-dev ## A million inputs for the Dockerfile parser, with atheris (long)
	@.venv/bin/python -m bench fuzz --inputs 1000000

setup: ## Python environment with locked dependencies
	@scripts/venv runtime

setup-dev: ## The same, with the tools of check and test
	@scripts/venv dev

engine: ## Start a container engine and a local registry if none answers
	@scripts/engine up

engine-down: ## Stop what `make engine` started; data stays
	@scripts/engine down

lock: setup-dev ## Resolve the locked dependencies anew (needs uv)
	@for set in runtime dev; do \
	  uv pip compile -q pyproject.toml $$( [ $$set = dev ] && echo --extra dev ) --generate-hashes \
	    --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements/$$set.lock; done
