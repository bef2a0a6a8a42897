# The contributor's guide that runs. `make demo` and `make test` set up everything on a machine with python3.11 and pip.

PYTHON ?= python3.11
ARGS ?=
UV := .tools/bin/uv
BIN := .venv/bin
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11

.PHONY: setup demo test lint types bench soak docs lock clean

setup: .venv/ready

# pip brings uv into a folder of ours (no venv module, no ensurepip needed); uv makes the environment from the lock.
.venv/ready: requirements.lock pyproject.toml
	test -x $(UV) || $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools 'uv>=0.9'
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes requirements.lock
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	$(BIN)/tidings demo $(ARGS)

test: setup
	rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n auto --cov --cov-report=term:skip-covered $(ARGS)

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks $(ARGS)

soak: setup ## Kill the sender 2,000 times and count what arrived
	$(BIN)/python -m benchmarks.soak $(ARGS)

docs: setup
	$(BIN)/python -m cli.reference

# Newer versions of what pyproject.toml asks for, and the parts of it that the container needs; review the difference.
lock: setup
	$(LOCK) --upgrade --group dev pyproject.toml -o requirements.lock
	$(LOCK) --constraint requirements.lock pyproject.toml -o requirements.runtime.lock
	printf 'hatchling\nsetuptools\n' | $(LOCK) --constraint requirements.lock - -o requirements.build.lock

clean:
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
