# License Steward for Qlik. `make run` and `make test` do all the set-up themselves;
# the only thing they need is a Python 3.13.

VENV    := .venv
BIN     := $(VENV)/bin
PYTHON  ?=
# Settings of a real site for `make run`, for example local.settings.json; empty: the demo site.
SETTINGS ?=
# How many tests run at a time; a file's tests stay together, for their servers' sake.
WORKERS ?= --numprocesses auto --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help run test test-long mutate backtest farm bench docs check format package lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/local ## show the main job: collect, plan, queue, release (SETTINGS=file for a real site)
	@$(BIN)/python -m local run $(if $(SETTINGS),--settings $(SETTINGS))

test: $(VENV)/dev $(VENV)/azurite $(VENV)/kusto ## run all tests: unit, integration, end to end, docs
	@$(BIN)/python -m pytest $(WORKERS) $(ARGS)

test-long: $(VENV)/dev $(VENV)/azurite $(VENV)/kusto ## run the long searches, which `make test` leaves out
	@$(BIN)/python -m pytest -m long $(ARGS)
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest --timeout 3600 tests/unit/stateful $(ARGS)

mutate: $(VENV)/dev ## change the rules piece by piece and see whether a test notices
	@$(BIN)/mutmut run

backtest: $(VENV)/local ## measure the forecast on simulated pools (docs/forecast.md)
	@$(BIN)/python -m bench.forecast

farm: $(VENV)/local ## measure the placements of a Citrix farm (docs/leases.md)
	@$(BIN)/python -m bench.farm --write docs/leases.md

docs: $(VENV)/local ## rewrite the tables of the docs that are made from the code
	@$(BIN)/python -m local.docs

bench: $(VENV)/local $(VENV)/azurite ## measure plan, release and cold start, a quarter of an hour (docs/performance.md)
	@$(BIN)/python -m bench.performance --write docs/performance.md

site: $(VENV)/dev ## build the documentation as a site in dist/site; it opens from a file, without a network
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Open dist/site/index.html"

check: $(VENV)/dev ## format, lint, types, layers, dependencies, docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@$(BIN)/actionlint -shellcheck $(BIN)/shellcheck
	@$(BIN)/zizmor --offline --quiet --persona pedantic .github
	@$(BIN)/shellcheck steward local/find_python.sh .ci/run infra/hooks/*.sh
	@$(BIN)/python -m pytest -q tests/docs

format: $(VENV)/dev ## rewrite the code in the project's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

package: $(VENV)/dev ## build the deployment package, and test it as it was built
	@$(BIN)/python -m local.package build dist/license-steward.zip
	@$(BIN)/python -m local.package check dist/license-steward.zip --functions dist/functions.txt

lock: $(VENV)/dev ## renew requirements.lock.txt after a change of requirements.txt (ARGS=--upgrade: newest versions)
	@$(BIN)/python -m local.package lock $(ARGS)

clean: ## remove everything that the other commands made
	rm -rf $(VENV) .tools .run dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@python=$$(PYTHON="$(PYTHON)" sh local/find_python.sh) && echo "Setting up $(VENV) with $$python" && \
		"$$python" -m venv $(VENV)

$(VENV)/local: requirements.txt requirements-local.txt | $(BIN)/python
	@echo "Installing what the app needs on this machine"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-local.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/local
	@echo "Installing what tests and checks need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Azurite (npm) on the Node.js that comes with a Python package.
$(VENV)/azurite: local/azurite_npm/package-lock.json $(VENV)/local
	@$(BIN)/python -m local.azurite
	@touch $@

# Microsoft's own parser of the query language (npm), for the tests of the alerts and the workbook.
$(VENV)/kusto: tests/infra/kusto_npm/package-lock.json $(VENV)/dev
	@$(BIN)/python -m tests.infra.kusto
	@touch $@
