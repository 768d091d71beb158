# The targets of this project; `make help` lists them. Everything runs from .venv, which each target makes where it is
# missing and brings up to date where requirements.lock or pyproject.toml changed.

# The interpreter that .venv is made with: 3.11 or 3.12.
PYTHON ?= python3.11

# Where torch is looked for beside PyPI. On Linux PyPI's torch is the CUDA build, several GB; the small CPU build is
#   make install TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=

# The folder of runs that tensorboard, report, show, play, diff, archive, prefer and clean-failed look into.
OUTPUTS ?= outputs

# More words for the tool behind a target: make test ARGS="-k table", make demo ARGS="seed=3", make bench ARGS="startup".
ARGS ?=

# Some runs alone for report, tensorboard, archive and prefer. The study that `make study` runs: make study NAME=tabular.
PATHS ?=
NAME ?=

VENV := .venv
# Whoever says RUN=... means one of their runs: for `make show`, `make play` and `make diff`.
ASKED := $(if $(filter command line,$(origin RUN)),$(RUN))
override RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check
TORCH_FLAGS := $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
MADE := $(VENV)/.made
SYNCED := $(VENV)/.synced

.DEFAULT_GOAL := help
.PHONY: help install sync lock demo test test-all test-slurm check format pre-commit doctor bench tensorboard show play diff archive report prefer study clean clean-failed

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(SYNCED) ## Make .venv with the locked versions, and the pre-commit hooks in a git checkout
	@if [ ! -e .git ]; then echo "No git checkout here, so no pre-commit hooks."; \
	else $(RUN) -m pre_commit install || echo "The pre-commit hooks were not installed (see above); all else is."; fi

sync: $(SYNCED) ## Make .venv with the locked versions, nothing else

lock: $(MADE) ## Make requirements.lock again from pyproject.toml
	rm -rf $(VENV)-lock
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip --disable-pip-version-check install -q $(TORCH_FLAGS) '.[dev,text,optuna]'
	$(VENV)-lock/bin/python -m pip freeze --all | grep -v '^pip==' | $(RUN) scripts/lock.py > requirements.lock.new
	mv requirements.lock.new requirements.lock
	rm -rf $(VENV)-lock

demo: $(SYNCED) ## Run the default experiment: recorded answers of a real model on CartPole
	$(RUN) run.py $(ARGS)

# Tests start many processes, and each would compile this package anew where the environment forbids to keep bytecode.
test test-all test-slurm: export PYTHONDONTWRITEBYTECODE :=

test: $(SYNCED) ## Run the quick tests
	$(RUN) -m pytest -n 2 -m 'not slow' $(ARGS)

test-all: $(SYNCED) ## Run all tests, the slow ones too
	$(RUN) -m pytest -n 2 --thorough $(ARGS)

test-slurm: $(SYNCED) ## Bring up a Slurm of one node (as root, in a container or VM) and test sweeps on it
	@$(RUN) -m scripts.one_node_slurm $(ARGS)

check: $(SYNCED) ## Lint, format check and types, changing nothing
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

format: $(SYNCED) ## Repair lint and format in place
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

pre-commit: $(SYNCED) ## Run the pre-commit hooks on every file
	$(RUN) -m pre_commit run --all-files

doctor: $(SYNCED) ## Say what this machine can do, and the cure for what it can't
	@$(RUN) -m scripts.doctor $(ARGS)

bench: $(SYNCED) ## Measure start-up, roll-outs, the demo, acting and training
	@$(RUN) -m scripts.bench $(or $(ARGS),all)

tensorboard: $(SYNCED) ## Open the newest sweep in TensorBoard (others: PATHS=..., ARGS=--all)
	@$(RUN) -m scripts.board $(PATHS) --outputs "$(OUTPUTS)" $(ARGS)

show: $(SYNCED) ## Tell a run in the terminal, or list several: RUN=... (without: the newest)
	@$(RUN) -m scripts.show $(ASKED) --outputs "$(OUTPUTS)" $(ARGS)

play: $(SYNCED) ## Roll a run's best policy out again, to a GIF: RUN=... (ARGS=--window)
	@$(RUN) -m scripts.play $(ASKED) --outputs "$(OUTPUTS)" $(ARGS)

diff: $(SYNCED) ## Set two runs beside each other: RUN="... ..."
	@$(RUN) -m scripts.diff $(ASKED) --outputs "$(OUTPUTS)" $(ARGS)

archive: $(SYNCED) ## Pack the finished runs of the newest sweep into archives/ (others: PATHS=...)
	@$(RUN) -m scripts.archive $(PATHS) --outputs "$(OUTPUTS)" $(ARGS)

clean-failed: $(SYNCED) ## Put failed runs away into outputs/.trash, after asking (ARGS=--yes)
	@$(RUN) -m scripts.clean_failed "$(OUTPUTS)" $(ARGS)

report: $(SYNCED) ## Write a report over all runs (of some: PATHS="outputs/tabular outputs/reflect")
	@$(RUN) -m scripts.report $(or $(PATHS),"$(OUTPUTS)") $(ARGS)

prefer: $(SYNCED) ## Choose between runs, two GIFs side by side (of some: PATHS="outputs/augmented")
	@$(RUN) -m llmrl_runner.preference $(or $(PATHS),"$(OUTPUTS)") $(ARGS)

study: $(SYNCED) ## List the studies, or run one: NAME=...
	@$(RUN) -m scripts.study $(NAME) $(ARGS)

clean: ## Remove caches and build leftovers; never outputs/, never .venv
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis $(VENV)-lock requirements.lock.new
	find run.py llmrl_runner scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null || { \
	  echo "'$(PYTHON)' is no Python 3.11 or 3.12. Install one (Debian, Ubuntu: apt-get install python3.11 python3.11-venv),"; \
	  echo "or name the one there is: make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python3.11"; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' can't make virtual environments. Debian, Ubuntu: apt-get install python3.11-venv"; exit 1; } >&2
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(SYNCED): $(MADE) requirements.lock pyproject.toml
	@echo "Installing the locked versions into $(VENV): one to four minutes the first time."
	$(PIP) install -q --no-compile $(TORCH_FLAGS) -r requirements.lock
	$(PIP) install -q --no-compile --no-deps --no-build-isolation -e .
	@# pip compiles on one core. Packages' own tests stay as they are, as do files for other versions of Python.
	@$(RUN) -W ignore -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib || true
	@touch $@
