# Needs Python 3.11 or newer, git, make and a package index; nothing else.
#   make demo    what Assay says about a sample history and about two releases of a real package; ARGS=round-totals for one
#   make test    all tests; ARGS='-k name' are handed to pytest
#   make lint    ruff, mypy, import contracts
#   make lock    resolve the development dependencies again (the only target that may choose versions)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint lock wheel clean

demo: $(VENV)/stamp
	$(BIN)/python sample/demo.py $(ARGS)

test: $(VENV)/stamp
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/stamp
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/mypy --config-file mypy-probe.ini
	$(BIN)/lint-imports

# A new lock makes a new environment; a new description of the project only installs the project again.
$(VENV)/stamp-lock: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Assay needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/stamp: $(VENV)/stamp-lock pyproject.toml
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock:
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND='make lock' .venv-lock/bin/pip-compile --quiet --upgrade --extra dev --generate-hashes --allow-unsafe \
	  --strip-extras --no-emit-index-url --no-emit-find-links --output-file requirements-dev.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' .venv-lock/bin/pip-compile --quiet --upgrade --generate-hashes \
	  --strip-extras --no-emit-index-url --no-emit-find-links --output-file sample/target.lock sample/target.in
	rm -rf .venv-lock

wheel: $(VENV)/stamp
	$(BIN)/python -m pip wheel --disable-pip-version-check --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf $(VENV) .venv-lock .demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests sample -name __pycache__ -type d -prune -exec rm -rf {} +
