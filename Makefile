# Two commands matter: `make run` shows the service at work, `make test` is what has to pass.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test fuzz bench lock docs screenshots clean

run: $(VENV)/.runtime
	CDS_PORT=$(PORT) CDS_LOG_FORMAT=$${CDS_LOG_FORMAT:-console} $(BIN)/python -m cds_service demo

test: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 3

# Twenty times the requests of `make test`, from a seed of the day, which stands in the head of the run.
fuzz: $(VENV)/.dev
	CDS_FUZZ_SEED=$${CDS_FUZZ_SEED:-$$(date +%Y%m%d)} CDS_FUZZ_TIMES=$${CDS_FUZZ_TIMES:-20} $(BIN)/pytest -n 2 tests/fuzz

bench: $(VENV)/.dev
	$(BIN)/python -m tools.bench
	$(BIN)/pytest benchmarks --benchmark-timer=time.process_time --benchmark-columns=min,median,rounds

# The locks name no index: whichever is configured serves, the hashes decide.
LOCK := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options
lock: $(VENV)/.dev
	$(LOCK) --output-file requirements.lock pyproject.toml
	$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

docs: $(VENV)/.dev
	$(BIN)/python -m cds_service docs settings > docs/reference/settings.md
	$(BIN)/python -m cds_service docs openapi > docs/reference/openapi.json
	$(BIN)/python -m tools.knowledge_pages
	$(BIN)/python -m tools.case_pages
	$(BIN)/python -m tools.shipped_request
	$(BIN)/python -m tools.integration_page
	$(BIN)/python -m tools.questionnaire_page

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/.dev: requirements-dev.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

screenshots: $(VENV)/.dev
	$(BIN)/python -m tools.screenshots

clean:
	rm -rf $(VENV) dist build
