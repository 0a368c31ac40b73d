# Nerve to Label: every command sets up what it needs; a second run does no needless work.
#   SET=light   without torch and open3d: enough for chapters 1 to 4
#   PORT=8000   where `make serve` listens
PYTHON ?= python3
SET ?= full
PORT ?= 8000
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
PYTHON := python
else
BIN := .venv/bin
endif
export PYTHONUTF8 := 1
# Containers often work as root, where JupyterLab asks to be told so.
ROOT_FLAG := $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev book serve lab test check unit notebooks page lint bench experiments audit labs lock clean

help:  ## Show this list
	@echo "Nerve to Label: a handbook of facial action units"
	@echo
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  SET=light leaves torch and open3d out.  PORT=8000 is where serve listens."

setup:  ## Set up the environment in .venv (part of every command)
	@$(PYTHON) .ci/setup.py $(SET)

setup-dev:
	@$(PYTHON) .ci/setup.py dev

book: setup  ## Build the book into _build/html, every page and notebook executed
	@$(BIN)/python book/_tools/build.py

serve: book  ## Build the book and serve it on this machine
	@$(BIN)/python book/_tools/serve.py --port $(PORT)

lab: setup  ## Open the notebooks in JupyterLab
	@$(BIN)/jupyter lab $(ROOT_FLAG) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks/01-nerves-to-aus.ipynb

test: setup-dev check lint unit notebooks  ## Run every test: style, types, units, notebooks, book, pages
	@$(MAKE) --no-print-directory book SET=dev
	@$(BIN)/python book/_tools/lint.py --built
	@$(MAKE) --no-print-directory page

check: setup-dev
	@echo "== style and types"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lint: setup  ## Check the content: objectives, minutes, captions, links, sources, … (numbered rules)
	@$(BIN)/python book/_tools/lint.py

unit: setup-dev
	@echo "== units and properties"
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -q tests/unit tests/firmware -n 2 --dist loadfile --cov --cov-report=term --cov-fail-under=95

notebooks: setup-dev
	@echo "== notebooks"
	@$(BIN)/pytest -q tests/notebooks

page: setup-dev
	@echo "== built pages in headless Chromium"
	@$(BIN)/pytest -q tests/page -n 2 --dist worksteal

bench:  ## Print speed ratios against named alternatives; PART=force runs one part
	@$(PYTHON) .ci/setup.py bench
	@$(BIN)/python -m tests.benchmarks $(PART)

experiments: setup  ## Run the long experiments that are not recorded yet; NAME=force_table1 runs one
	@$(BIN)/python -m fau_teach.experiments $(NAME)

audit: setup-dev  ## Run slow checks with outside tools; each says what to install where it is skipped
	@$(BIN)/pytest -q tests/audit

labs: setup  ## Derive the learner notebooks from their masters
	@$(BIN)/python book/_tools/labs.py

lock: setup-dev  ## Renew .ci/constraints.txt from the requirement files
	@$(BIN)/python .ci/lock.py

clean:  ## Remove what was built (keeps the environment and fetched files)
	@rm -rf $(filter-out _build/vendor,$(wildcard _build/* _build/.doctrees)) .pytest_cache .mypy_cache .ruff_cache .coverage
