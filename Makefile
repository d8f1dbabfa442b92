# The verbs of the project. Without make, README.md shows the same lines for pip.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench canvas bench-full soak screenshots constraints

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?= python3
# Images often forbid Python to keep what it has compiled (PYTHONDONTWRITEBYTECODE=1): each of the processes that are started
# here would compile thousands of modules anew.
export PYTHONDONTWRITEBYTECODE :=
# A module stays in one process: what its tests share is made once. (Groups of pytest-xdist 3.8 are silently passed over by pytest 9.2.)
# Tests wait for sockets and clocks about half of their time: two of them share a core well.
PYTEST_WORKERS ?= $(shell expr 2 \* $$(nproc 2>/dev/null || echo 2))

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv and install everything that constraints.txt pins

$(STAMP): constraints.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv -c constraints.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r constraints.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

demo: setup ## Start everything with a pretend world, example journeys and people who answer
	$(BIN)/tropa up --demo

test: setup ## Run the tests
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder -m "not soak and not browser"
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "browser and not soak" tests/ui  # after the rest: each browser is busy with a core

check: setup ## Format, lint, types, floors of the house and tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(MAKE) --no-print-directory test

canvas: ## Build the canvas's bundle anew (needs node 20)
	cd ui/canvas && npm ci --silent && npm test --silent && npm run --silent build

bench: setup ## Measure speed beside baselines of the same run: quick sizes
	$(BIN)/python -m bench

bench-full: setup ## The same at all sizes, for an hour or more; writes the table of docs/performance.md
	$(BIN)/python -m bench --full

soak: setup ## Kills, crashes and faults for SOAK_MINUTES (10): nothing is lost or doubled
	$(BIN)/python -m tests.crashes.soak
	$(BIN)/pytest -m soak -s tests/protocol

screenshots: setup ## Take the pictures of docs/ from a running demo
	$(BIN)/python -m bench.screenshots

constraints: ## Pin everything anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --group dev --upgrade \
		--no-emit-index-url --no-header pyproject.toml -o constraints.txt
