# Everything that the app, the tests and the benchmark need is set up by their own targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
# uv installs in a quarter of pip's time, from the index that pip is told of; where it cannot, pip
# does, the pinned one first: older ones do not know how to pin what a build needs. Modules are
# compiled when they are first imported, which most of them never are.
PINNED  := --quiet --constraint constraints.txt
BUILT   := --build-constraint constraints.txt
INDEX    = $(addprefix --default-index=,\
  $(or $(PIP_INDEX_URL),$(shell $(PIP) config get global.index-url 2>/dev/null)))
INSTALL  = $(PIP) install $(PINNED) uv && \
  $(BIN)/uv pip install --python $(VENV) $(INDEX) $(PINNED) $(BUILT) pip $(1) || \
  { $(PIP) install $(PINNED) pip && $(PIP) install --no-compile $(PINNED) $(BUILT) $(1); }
INPUTS := pyproject.toml constraints.txt hatch_build.py package.json package-lock.json
STREAMLIT_SERVER_PORT ?= 8501
# Where it is set, each process that a test starts reads all our modules as text: half of its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app test fast coverage checks docs wheel bench fuzz mutants lint types unit notebook oldest newest browser screenshot baselines clean

app: $(VENV)/.app
	STREAMLIT_SERVER_PORT=$(STREAMLIT_SERVER_PORT) $(BIN)/xiangjiang app

# All at once: what waits, for the network or for a browser, leaves its core to the others.
test:
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=line checks

checks: lint types unit

# The documentation as a site that needs no host: build/docs/index.html.
docs: $(VENV)/.dev
	$(BIN)/python -m sphinx -c docs -b html -W --keep-going -q . build/docs

# One file that pip installs anywhere: dist/xiangjiang_atlas-*.whl. A tag names its version.
wheel: $(VENV)/.dev
	$(PIP) wheel --quiet --no-deps $(BUILT) --wheel-dir dist .

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

# FUZZED=500 for a short run.
fuzz: $(VENV)/.dev
	$(BIN)/python -m fuzz --inputs $(or $(FUZZED),100000)

# Small changes to the code, and which of them no test notices: MODULE=geo SAMPLE=120 of all together.
mutants: $(VENV)/.dev
	$(BIN)/python -m mutants $(MODULE) $(if $(SAMPLE),--sample $(SAMPLE) --together)

# Done long before the tests, these take only what the tests leave of the processor.
NICE := nice -n 19

lint: $(VENV)/.dev
	$(NICE) $(BIN)/ruff check .
	$(NICE) $(BIN)/ruff format --check .
	$(NICE) $(BIN)/lint-imports --no-cache

types: $(VENV)/.dev
	$(NICE) $(BIN)/mypy

# All tests. tests/conftest.py says in what order they run and what is shared. Who adds tests looks
# at --durations=25: a page, a print or a start of the app takes seconds, which a fixture of the
# file or of the session spends once.
unit: $(VENV)/.dev browser
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# While one works: all but pages, prints, browsers and whole processes.
fast: $(VENV)/.dev
	$(BIN)/python -m pytest -q --numprocesses 2 --dist loadfile -m fast

# Which lines and branches the fast tests run, with a floor (pyproject.toml). Before Python 3.12 it
# takes twice their time, which is why it is no part of the tests themselves.
coverage: $(VENV)/.dev
	$(BIN)/python -m pytest -q --numprocesses 2 --dist loadfile -m fast --cov --cov-report=term:skip-covered

# The same with the oldest releases that pyproject.toml allows, or with the newest; TESTS=tests/geo
# for a part. What those releases warn of is theirs.
oldest: RESOLUTION := lowest-direct
newest: RESOLUTION := highest
oldest newest:
	$(PYTHON) -m venv $(VENV)-$@
	$(VENV)-$@/bin/python -m pip --disable-pip-version-check install --quiet uv
	$(VENV)-$@/bin/uv pip install --quiet --python $(VENV)-$@ --only-binary :all: \
	  --no-binary xiangjiang-atlas --resolution $(RESOLUTION) --editable ".[dev]"
	$(VENV)-$@/bin/python -m pytest -q -W default --numprocesses 2 --dist loadfile -m fast $(TESTS)

# The images that prints are compared with, drawn anew: look at what changed before they are kept.
baselines: $(VENV)/.dev
	$(BIN)/python -m pytest -q tests/layers/paper/test_map_images.py -k looks --mpl-generate-path=tests/layers/paper/baseline

# Debian's Chromium and a font with Chinese, for the tests that look at the app in a browser: the
# shell alone, which draws the same pages without a browser around them, for a fifth less work.
browser:
	@if ! command -v chromium-headless-shell >/dev/null && ! command -v chromium >/dev/null || ! fc-list :lang=zh 2>/dev/null | grep -q .; then \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$as_root apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq chromium-headless-shell fonts-noto-cjk fontconfig; \
	fi

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: $(VENV)/bin/python $(INPUTS)
	$(call INSTALL,--editable .)
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python $(INPUTS)
	$(call INSTALL,--editable ".[dev]")
	@touch $@ $(VENV)/.app

clean:
	rm -rf $(VENV) layers/assets/vendor node_modules
