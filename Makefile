# The portal's few commands. Each can be repeated at any time and does only what is still to do.
# They need Python 3.11 or newer; see README.md for the variables PORT, DATABASE_URL, DEMO, DEMO_PASSWORD.

PYTHON ?= python3
PORT ?= 8000
DEMO ?= 1
ARGS ?=
export PYTHON PORT

BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test install lint bench

help: ## Say what each command does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/    make \1  	\2/p' Makefile

run: ## Serve the portal at 127.0.0.1:8000, with a made-up county unless DEMO=0
	@.ci/install runtime
	@DEMO='$(DEMO)' exec .ci/serve

test: ## Run every test (ARGS="tests/readiness -x" for some); browser journeys where chromium is installed
	@.ci/install development
	@.ci/test $(ARGS)

install: ## Make .venv and install what the portal needs to run
	@.ci/install runtime
	@echo "Ready: make run"

lint: ## Check style, types, templates, the direction of imports, migrations and lock files
	@.ci/install development
	@.ci/lint

bench: ## Measure the portal against its references and write benchmarks/latest.json
	@.ci/install development
	@$(BIN)/python -m benchmarks $(ARGS)
