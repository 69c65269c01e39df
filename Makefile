# Set-up is part of every target: an environment is made once for each version of its lock, and never by hand.
# Written for GNU make 3.81 and later and for any POSIX shell.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
# Two installs at once would write the same egg-info. What gains by a second core, `test` runs beside the rest itself.
.NOTPARALLEL:

PATHS ?= events
REPLAY := .venvs/replay
DEV := .venv
E2E := .venvs/e2e
CDK := .venvs/cdk
RUN := $(DEV)/bin/python -m
PIP_INSTALL = -m pip --disable-pip-version-check --no-input -qq install

# The newest interpreter in PATH that runs and can make environments: a version manager's shim can exist and
# refuse, and some distributions package `venv` separately. Empty when there is none.
INTERPRETERS = python3.14 python3.13 python3.12 python3.11 python3
first_that = $(shell for python in $(INTERPRETERS); do \
	"$$python" -c 'import sys; assert sys.version_info >= (3, 11); $(1)' </dev/null >/dev/null 2>&1 \
	&& echo "$$python" && break; done)
PYTHON = $(call first_that,import ensurepip; import venv)

# A stamp's name holds a checksum of what was installed and where, so a change of either makes a new one. The
# linters' settings are in pyproject.toml too: a change there reinstalls this package only, not the whole lock.
checksum = $(shell { pwd; cat $(1); } | cksum | cut -d ' ' -f 1)
REPLAY_LOCKED := $(REPLAY)/locked-$(call checksum,requirements/replay.txt)
REPLAY_READY := $(REPLAY)/ready-$(call checksum,pyproject.toml)
DEV_LOCKED := $(DEV)/locked-$(call checksum,requirements/dev.txt)
DEV_READY := $(DEV)/ready-$(call checksum,pyproject.toml)
E2E_LOCKED := $(E2E)/locked-$(call checksum,requirements/e2e.txt)
CDK_READY := $(CDK)/ready-$(call checksum,requirements/package.json requirements/package-lock.json)

define no_python
No usable Python: this needs Python 3.11 or later in PATH (any of: $(INTERPRETERS)).
Install one from your package manager or python.org, or name it: make PYTHON=PATH-TO-PYTHON
endef
define no_venv
$(call first_that,) cannot make virtual environments: its modules venv and ensurepip are missing.
On Debian and Ubuntu, install the package python3-venv
endef
need_python = $(if $(PYTHON),,$(error $(if $(call first_that,),$(no_venv),$(no_python))))

# $(call install_lock,environment,lock), $(call install_package,environment): the stamp comes last, and only on
# success.
define install_lock
$(need_python)
@echo "Setting up $(1) from $(2) with $(PYTHON) (once)"
@"$(PYTHON)" -m venv --clear $(1)
@$(1)/bin/python $(PIP_INSTALL) --only-binary :all: --require-hashes --requirement $(2)
@touch $@
endef
define install_package
@$(1)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
@touch $@
endef

# An environment whose interpreter is gone is made again.
.PHONY: gone
if_gone = $(shell test -x $(1)/bin/python || echo gone)
$(REPLAY_LOCKED): $(call if_gone,$(REPLAY))
	$(call install_lock,$(REPLAY),requirements/replay.txt)
$(REPLAY_READY): $(REPLAY_LOCKED)
	$(call install_package,$(REPLAY))

$(DEV_LOCKED): $(call if_gone,$(DEV))
	$(call install_lock,$(DEV),requirements/dev.txt)
$(DEV_READY): $(DEV_LOCKED)
	$(call install_package,$(DEV))

# The emulator has pins of its own.
$(E2E_LOCKED): $(call if_gone,$(E2E))
	$(call install_lock,$(E2E),requirements/e2e.txt)

# The CDK's command line, which the Node.js of $(DEV) installs and runs. Node.js brings its own certificates, and
# would not trust a company's proxy that the system trusts.
NODE := PATH="$(abspath $(DEV))/bin:$$PATH" NODE_USE_SYSTEM_CA=1
$(CDK_READY): $(DEV_READY)
	@echo "Setting up $(CDK) from requirements/package-lock.json (once)"
	@rm -rf $(CDK) && mkdir -p $(CDK) && cp requirements/package.json requirements/package-lock.json $(CDK)
	@$(NODE) npm ci --prefix $(CDK) --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel error \
	>/dev/null
	@touch $@

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: replay
replay: $(REPLAY_READY) ## Replay saved events through the deployed handlers: PATHS="FILE FOLDER -", default events
	@mkdir -p build
	@$(REPLAY)/bin/taskledger replay $(PATHS) --html build/replay.html

.PHONY: wheel
wheel: $(REPLAY_READY) ## Build what installs the command where no checkout is: dist/*.whl
	@$(REPLAY)/bin/python -m pip --disable-pip-version-check -q wheel --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

.PHONY: test
test: $(DEV_READY) ## Run everything that CI runs: check and unit, and e2e beside them
	@mkdir -p build
	@$(MAKE) --no-print-directory e2e >build/e2e.log 2>&1 & e2e=$$!; trap 'kill $$e2e' INT TERM; \
	$(MAKE) --no-print-directory check || { kill $$e2e; wait $$e2e; exit 1; }; \
	$(MAKE) --no-print-directory unit; unit=$$?; \
	wait $$e2e; e2e=$$?; cat build/e2e.log; exit $$((unit | e2e))

.PHONY: unit
unit: $(DEV_READY) ## Run every test that deploys nothing
	@$(RUN) pytest --ignore=tests/e2e

.PHONY: e2e
e2e: $(DEV_READY) $(E2E_LOCKED) $(CDK_READY) ## Deploy to an emulator of AWS on this machine, and test the deployed system
	@exec env TASKLEDGER_E2E=$(E2E) TASKLEDGER_CDK=$(CDK) $(RUN) pytest --exitfirst tests/e2e

.PHONY: check
check: $(DEV_READY) ## Check lint, format, types, import contracts and templates
	@$(RUN) ruff check --quiet .
	@$(RUN) ruff format --check --quiet .
	@$(RUN) mypy
	@$(DEV)/bin/lint-imports --no-logo
	@$(RUN) tests.infra.lint

.PHONY: fmt
fmt: $(DEV_READY) ## Format, and fix what the linter can fix
	@$(RUN) ruff check --fix --quiet .
	@$(RUN) ruff format --quiet .

run_cdk = @$(NODE) CDK_DISABLE_VERSION_CHECK=true $(CDK)/node_modules/.bin/cdk --no-notices
.PHONY: synth
synth: $(DEV_READY) $(CDK_READY) ## Make the CloudFormation template, without calling AWS: ARGS="-c KEY=VALUE"
	$(run_cdk) synth --quiet $(ARGS)
	@echo "The template is cdk.out/*.template.json"

.PHONY: deploy
deploy: $(DEV_READY) $(CDK_READY) ## Deploy to the AWS account of your credentials: ARGS="-c KEY=VALUE"
	$(run_cdk) deploy $(ARGS)

.PHONY: cdk
cdk: $(DEV_READY) $(CDK_READY) ## Run any other command of the CDK: ARGS="bootstrap", ARGS=diff, ARGS=destroy
	$(run_cdk) $(ARGS)

.PHONY: bench
bench: $(DEV_READY) ## Measure speed, size and cost against their limits: ARGS=--write for docs/performance.md
	@$(RUN) tests.bench $(ARGS)

.PHONY: bench-json
bench-json: $(DEV_READY) ## The same as JSON
	@$(RUN) tests.bench --json

.PHONY: fuzz
fuzz: $(DEV_READY) ## Give changed events, answers, rows and files to everything that reads them: COUNT=200000 SEED=0
	@$(RUN) tests.fuzz $(or $(COUNT),200000) $(or $(SEED),0)

.PHONY: explore
explore: $(DEV_READY) ## Explore every interleaving of a few tasks, writers and messages, in 20 minutes: MINUTES=20
	@$(RUN) tests.explore $(or $(MINUTES),20)

.PHONY: month
month: $(DEV_READY) ## Judge the messages of a made-up account's month: SEED=1 ARGS="--days 7 --json"
	@$(RUN) tests.month $(or $(SEED),1) $(ARGS)

LAB_SEEDS ?= 1 1001 2001 3001
.PHONY: lab
lab: $(DEV_READY) ## Try the pipeline on bad days, in minutes: LAB_SEEDS="1 1001" TASKS=6000
	@for seed in $(LAB_SEEDS); do $(RUN) taskledger lab --tasks $(or $(TASKS),6000) --seed $$seed || exit; done

.PHONY: mutants
mutants: $(DEV_READY) ## Seed twenty bugs into copies of the tree, and show which test finds each
	@$(RUN) tests.mutants

.PHONY: corpus
corpus: $(DEV_READY) ## Check replay and stop reasons against published events: DIR=FOLDER
	$(if $(DIR),,$(error Name the folder: make corpus DIR=FOLDER))
	@$(RUN) tests.corpus "$(DIR)"

.PHONY: picture
picture: $(DEV_READY) ## Take the picture of the page that the README shows, with the Chromium in PATH
	@$(RUN) tests.support.picture

# From within the folder, so that no path is in a lock, and without the header, which repeats the command.
.PHONY: lock
lock: $(DEV_READY) ## Write the locks from pyproject.toml and requirements/*.in: UPGRADE=1 for the newest versions
	@for name in runtime replay dev e2e; do \
		$(DEV)/bin/uv --directory requirements pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --no-emit-package task-ledger-for-amazon-ecs \
		$(if $(UPGRADE),--upgrade) \
		"$$name.in" --output-file "$$name.txt" || exit; \
	done

.PHONY: clean
clean: ## Remove the environments and everything else that was generated here
	@rm -rf $(DEV) .venvs build dist cdk.out .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
	@find . -name '*.egg-info' -prune -exec rm -rf {} +
