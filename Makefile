# Every target sets up what it needs in .venv and nowhere else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-slow torture check bench bench-large lock clean

demo: $(VENV)/.run
	$(BIN)/python examples/dronten/demo.py

test: $(VENV)/.dev
	$(BIN)/pytest --numprocesses auto -m "not slow"

# What takes long: kills, full disks, many processes, attacks on each table, browsers, benchmarks and outside tools.
test-slow: $(VENV)/.dev $(VENV)/.client
	$(BIN)/pytest --numprocesses auto -m slow

# The tests of survival and of random clients once more, with so many kills, cuts, restarts and runs in each.
ROUNDS ?= 100
torture: $(VENV)/.dev
	$(BIN)/pytest --numprocesses auto --torture $(ROUNDS) tests/survival tests/concurrency/test_clients.py

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks

# The same, and once more with ten million transfers in one file.
bench-large: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks --large

# What is installed is pinned with hashes; `make lock` takes newer versions.
lock: $(VENV)/.dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-annotate --no-emit-index-url --quiet --output-file requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml requirements/build.in --extra dev --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-annotate --no-emit-index-url --quiet --output-file requirements/dev.txt
	$(BIN)/uv pip compile requirements/client.in --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-annotate --no-emit-index-url --quiet --output-file requirements/client.txt

clean:
	rm -rf $(VENV) demo build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	touch $@

# What generates a client from the description of the API. It wants other versions than ours, so it has a place of its own.
$(VENV)/.client: requirements/client.txt | $(VENV)/bin/python
	$(PYTHON) -m venv $(VENV)/client
	$(VENV)/client/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/client.txt
	touch $@
