# Every target makes its own environment, from the lock, when it is missing or stale.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK = $(RUN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --native-tls \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml

.PHONY: help demo test check bench format lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   play a season in a local Discord; needs no token and no network"
	@echo "make test   every test, on SQLite and PostgreSQL"
	@echo "make check  lint, format, types"
	@echo "make bench  every benchmark, as a table"
	@echo "make format / lock / clean   format the code / renew both lock files / remove $(VENV)"

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Crosstie needs Python 3.11 or later; set PYTHON=...")'
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(RUN)/python -m compileall -q bot cogs migrations
	touch $@

demo: $(READY)
	$(RUN)/crosstie demo

test: $(READY)
	$(RUN)/python -m pytest -n 2

check: $(READY)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

bench: $(READY)
	$(RUN)/python -m benchmarks

format: $(READY)
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

lock: $(READY)
	$(LOCK) --extra postgres --output-file requirements.lock
	$(LOCK) --extra postgres --extra demo --extra fast --group dev --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
