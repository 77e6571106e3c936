# make demo [SCENARIO=face]   plays one whole visit on simulated hardware
# make reception              patients come one after the other until Ctrl-C; staff's console and
#                             patient's screen are open to a browser on this machine
# make test                   passes every test, on all processors (PROCESSES=1: on one)
# make check                  lint, types, import contracts, docs freshness
# make fix                    formats and repairs what can be repaired by itself
# make card COMMAND='...'     runs a command beside a simulated card behind the real pcscd;
#                             CARD='--persona android' lays another one, CARD=--list names them
# make fuzz                   searches a minute each for what breaks a parser (FUZZ_SECONDS=60)
# make package                builds the agent as a folder that needs no Python, and tries it
# make windows                tries the agent in the Python of Windows under Wine (which is no Windows)
# make torture                plays the long runs, hours in all (TORTURE='results link' names some,
#                             TORTURE_COUNT=, TORTURE_SHARE= and TORTURE_SEED= change them)
PYTHON ?= python3
SCENARIO ?= face
CARD ?= --persona my_number
COMMAND ?= pkcs15-tool --reader 0 --dump
FUZZED ?= tlv cv_certificate face_record card_surface authenticity common_data certificate \
  photo_size photo bundle_description calibration dlib_model
FUZZ_SECONDS ?= 60
TORTURE ?= $(patsubst tests/torture/runs/%.py,%,$(wildcard tests/torture/runs/[!_]*.py))
TORTURE_COUNT ?=
TORTURE_SHARE ?= 1
TORTURE_SEED ?= 1
PROCESSES ?= $(shell nproc)
BIN = .venv/bin
ISOLATED = $(BIN)/python -m tests.hw_sim.namespace
MODEL = device/face/models/resnet29/embedder.tflite

.PHONY: demo reception test check fix card fuzz torture package windows clean
.DELETE_ON_ERROR:
# One environment: two installations at once would break it.
.NOTPARALLEL:

demo: .venv/demo.stamp $(MODEL)
	@$(BIN)/python -m tests.hw_sim.demo $(SCENARIO)

reception: .venv/demo.stamp $(MODEL)
	@$(BIN)/python -m tests.hw_sim.reception

card: .venv/demo.stamp
	@$(BIN)/python -m tests.hw_sim card $(CARD) -- $(COMMAND)

# Arithmetic with a thread for each processor would only wait for the other processes.
test: export OPENBLAS_NUM_THREADS = 1
test: .venv/test.stamp $(MODEL)
	@$(ISOLATED) true
	$(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder \
	  --tx '$(PROCESSES)*popen//python=$(ISOLATED) $(BIN)/python' $(PYTEST)

check: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.draw_states --check
	$(BIN)/python -m tools.draw_card_traces --check

fix: .venv/dev.stamp
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python -m tools.draw_states
	$(BIN)/python -m tools.draw_card_traces

fuzz: .venv/dev.stamp
	@printf '%s\n' $(FUZZED) | xargs -P $(PROCESSES) -I TARGET \
	  $(BIN)/python -m tests.fuzz TARGET --seconds $(FUZZ_SECONDS)

torture: .venv/test.stamp
	@printf '%s\n' $(TORTURE) | xargs -P $(PROCESSES) -I RUN \
	  $(ISOLATED) $(BIN)/python -m tests.torture RUN \
	  --share $(TORTURE_SHARE) --seed $(TORTURE_SEED) $(addprefix --count ,$(TORTURE_COUNT))

package: .venv/package.stamp
	$(BIN)/python -m PyInstaller --noconfirm --log-level ERROR \
	  --distpath build/package --workpath build/pyinstaller packaging/uketsuke-agent.spec
	$(ISOLATED) $(BIN)/python -m pytest tests/packaging/built.py
	@du -sh build/package/uketsuke-agent

windows: build/windows.stamp
	$(BIN)/python -m pytest tests/windows/check.py

clean:
	rm -rf .venv out build *.egg-info node_modules $(MODEL) $(MODEL:.tflite=.sha256)

# Set-up: system packages, the virtual environment, and the face model converted from its
# CC0 source. Its output goes to stderr, so that the demo's last line on stdout stays its own.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	@PYTHON=$(PYTHON) tools/install_system_packages.sh demo
	@$(PYTHON) -m venv .venv >&2

.venv/demo.stamp: setup.cfg | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[device,agent,models]' >&2
	@touch $@

# All that the demo needs is among it, and to install that by itself first would take longer.
.venv/dev.stamp: setup.cfg | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[device,pkcs11,agent,models,test,dev]' >&2
	@touch .venv/demo.stamp $@

.venv/test.stamp: .venv/dev.stamp package.json
	@PYTHON=$(PYTHON) tools/install_system_packages.sh test
	@npm install --silent --no-package-lock --ignore-scripts --no-audit --no-fund >&2
	@touch $@

.venv/package.stamp: .venv/test.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[agent,package]' >&2
	@touch $@

build/windows.stamp: setup.cfg tools/set_up_windows.sh tests/windows/stand_ins/* | .venv/test.stamp
	@tools/set_up_windows.sh
	@touch $@

$(MODEL): .venv/demo.stamp device/factory/*.py
	@$(BIN)/python -m device.factory face-model >&2
	@touch $@
