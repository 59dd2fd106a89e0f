# make demo   the whole service on bundled feeds, no internet
# make test   every test, PostgreSQL and mail sinks included
# make run    the daemon on config/, with the sample feeds it watches
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo run test check faults bench install clean
.DEFAULT_GOAL := demo

install: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "monitor needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt 'pip>=25.1'
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev --editable '.[postgres]'
	touch $@

demo: $(READY)
	$(BIN)/monitor demo

run: $(READY)
	@$(BIN)/monitor demo --serve & sample=$$!; trap "kill $$sample 2>/dev/null" EXIT; $(BIN)/monitor run --config config

test: $(READY)
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/architecture

faults: $(READY)
	MONITOR_FAULTS=full $(BIN)/pytest -m faults --timeout 3600 tests/faults

bench: $(READY)
	$(BIN)/pip install --quiet --constraint constraints.txt --group bench
	$(BIN)/python benchmarks/polling.py

clean:
	rm -rf $(VENV) demo-out var build dist
