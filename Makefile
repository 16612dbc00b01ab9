# `make` lists the targets. Everything is built in .venv and .workspace, which git ignores.
SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Another ROS installation that is sourced in the shell must not affect the build.
unexport $(shell sed -n 's/^unset A/A/p' env.sh)

# Python 3.10 to 3.12 for the virtual environment. Empty: the first suitable version.
PYTHON ?=
# Source of `make demo`: a video, a folder of images or the index of a camera. Empty: a painted scene.
SOURCE ?=
# Sentences of `make demo`, separated by ;. Empty: the sentences of the scene, or a few general ones.
SENTENCES ?=
# Model of `make demo`: a name or a folder. Empty: the included one.
MODEL ?=

# The environment to build and enter: empty for development, `robot` for the versions of Ubuntu 24.04.
export SAMWISE_ENVIRONMENT ?=
suffix := $(SAMWISE_ENVIRONMENT:%=-%)
venv := .venv$(suffix)
workspace := .workspace$(suffix)
ifeq ($(SAMWISE_ENVIRONMENT),robot)
requirements := requirements-robot.txt requirements-tools.txt requirements-ubuntu.txt requirements-ros.txt
# The pinned versions, except those that Ubuntu replaces.
constraints := $(venv)/constraints.txt
else
requirements := requirements.txt requirements-ros.txt requirements-verbs.txt requirements-dev.txt
constraints := constraints.txt
endif
fits := import sys, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))
enter := . ./env.sh &&

.PHONY: help workspace demo test test-slow test-robot soak fuzz benchmark-cuda train-smoke lint clean FORCE

help:  ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 20

workspace: $(workspace)/built  ## build the environment; enter it with `. env.sh`

demo: workspace  ## run a camera, the node and changing sentences; SOURCE= a video, a folder or a camera index, MODEL= a model
	@$(enter) samwise demo $${SOURCE:+--source "$$SOURCE"} $${SENTENCES:+--sentences "$$SENTENCES"} \
		$${MODEL:+--model "$$MODEL"}

# Two processes: tests mostly wait for a process to start or for a message.
test: lint  ## lint, then run all tests except the slow ones
	@$(enter) pytest -n 2 --dist loadfile

test-slow: workspace  ## run the slow tests, including soak
	@$(enter) pytest -m slow

test-robot:  ## run the vision, ros, client and cli tests with the library versions of Ubuntu 24.04
	@$(MAKE) SAMWISE_ENVIRONMENT=robot workspace
	@SAMWISE_ENVIRONMENT=robot; $(enter) failed=0; \
	for folder in vision ros client cli; do pytest -n 2 --dist loadfile test/$$folder || failed=1; done; exit $$failed

soak: workspace  ## faults and load for 20 minutes; see docs/reliability.md; SOAK_SHARE=0.02 for a part
	@rm -rf .workspace/soak
	@$(enter) SOAK_FIGURES=$$PWD/.workspace/soak pytest -m slow -s test/ros/soak
	@$(enter) python test/ros/soak/figures.py .workspace/soak

fuzz: workspace  ## 20,000 mutated files for each reader, and writers that are killed; FUZZ_CASES=, FUZZ_SEED=
	@$(enter) FUZZ_CASES=$${FUZZ_CASES:-20000} pytest -n 2 -m "slow or not slow" -rP --show-capture=stdout test/fuzz
	@$(enter) pytest -n 2 -m slow test/writers

benchmark-cuda: workspace  ## check the CUDA graphs, then measure base_plus on a GPU; results in benchmarks/results
	@$(enter) python -c "import sys, torch; sys.exit(not torch.cuda.is_available() and 'PyTorch finds no GPU: expected an NVIDIA GPU and a CUDA build of PyTorch')"
	@$(enter) pytest test/engine/backend/test_cuda_graphs.py
	@$(enter) samwise benchmark network --model base_plus --precision float32 bfloat16 --device cuda \
	  --json benchmarks/results/network_cuda.json --trace .workspace/trace.json
	@$(enter) samwise benchmark engine --model base_plus --device cuda --json benchmarks/results/engine_cuda.json
	@$(enter) samwise benchmark versus --device cuda --clips 20 --json benchmarks/results/versus_cuda.json

train-smoke: workspace  ## write a data set, train 4 steps with an interruption, evaluate; seconds
	@rm -rf .workspace/train-smoke
	@$(enter) test/cli/train_smoke.sh .workspace/train-smoke

lint: workspace  ## check style, formatting, types and spelling
	@$(enter) ruff check
	@$(enter) ruff format --check
	@$(enter) mypy
	@$(enter) codespell *.md action docs msg recipes config launch examples samwise_ros test
	@if command -v xmllint >/dev/null; then xmllint --noout package.xml config/*.xml; fi

clean:  ## delete the environment and the build
	rm -rf .venv .workspace .venv-robot .workspace-robot

$(venv)/bin/python:
	@for tool in git c++; do command -v $$tool >/dev/null \
	  || { echo "missing $$tool: install git and a C++ compiler (Debian, Ubuntu: apt install git g++)" >&2; exit 1; }; done
	@for python in $(or $(PYTHON),python3.11 python3.10 python3.12 python3); do \
	  if $$python -c '$(fits)' 2>/dev/null; then break; fi; python=; done; \
	if [ -z "$$python" ]; then echo "missing Python 3.10 to 3.12 with venv: install it (Debian, Ubuntu:" \
	  "apt install python3 python3-venv python3-dev) or name it with PYTHON=" >&2; exit 1; fi; \
	headers=$$($$python -c 'import sysconfig; print(sysconfig.get_path("include"))'); \
	if [ ! -f "$$headers/Python.h" ]; then echo "missing $$headers/Python.h: install Python's headers" \
	  "(Debian, Ubuntu: apt install python3-dev)" >&2; exit 1; fi; \
	echo "Creating $(venv) with $$($$python --version)"; rm -rf $(workspace); $$python -m venv $(venv)

.venv-robot/constraints.txt: .venv-robot/bin/python requirements-ubuntu.txt constraints.txt
	@awk -F == 'NR == FNR { ubuntu[$$1]; next } !($$1 in ubuntu)' requirements-ubuntu.txt constraints.txt > $@

# The CMake files of the wheels name Python and numpy of the build machine: replace them by the local paths.
$(venv)/installed: $(venv)/bin/python $(requirements) requirements-sam2.txt $(constraints)
	@$(venv)/bin/python -m pip install -c $(constraints) $(requirements:%=-r %)
	@SAM2_BUILD_CUDA=0 $(venv)/bin/python -m pip install --no-build-isolation --no-deps -r requirements-sam2.txt
	@path() { $(venv)/bin/python -c "import sysconfig; print(sysconfig.get_path('$$1'))"; }; \
	numpy=$$($(venv)/bin/python -c "import numpy; print(numpy.get_include())"); \
	find $(venv)/share -name '*.cmake' -exec sed -i -E \
	  -e "s#/opt/python/[^/]+/include/python3\.[0-9]+#$$(path include)#g" \
	  -e "s#/opt/python/[^/]+/lib/python3\.[0-9]+/site-packages#$$(path purelib)#g" \
	  -e "s#[^\";]*/numpy/_?core/include#$$numpy#g" {} +
	@touch $@

# Files are installed as links: an edit needs no build, a new or deleted file does.
$(workspace)/files: FORCE
	@mkdir -p $(workspace)/src
	@find samwise_ros launch config scripts examples/pick -type f -not -path '*/__pycache__/*' | LC_ALL=C sort > $@.now
	@if cmp -s $@.now $@; then rm $@.now; else mv $@.now $@; fi

# A colcon workspace as on a robot, with this folder as its only package. Built inside the folder itself, CMake would
# reject the headers of the virtual environment as part of the source.
$(workspace)/built: $(venv)/installed $(workspace)/files $(wildcard msg/*.msg action/*.action) CMakeLists.txt package.xml
	@ln -sfn ../.. $(workspace)/src/samwise_ros
	@. $(venv)/bin/activate; export AMENT_PREFIX_PATH=$$VIRTUAL_ENV CMAKE_PREFIX_PATH=$$VIRTUAL_ENV; \
	cd $(workspace); colcon --log-level error build --symlink-install \
	  --cmake-args "-DPython3_EXECUTABLE=$$VIRTUAL_ENV/bin/python" -DBUILD_TESTING=ON --no-warn-unused-cli
	@packages=$$($(venv)/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))"); \
	echo "$$PWD/$(workspace)/install/samwise_ros/lib/$$(basename "$$(dirname "$$packages")")/site-packages" > "$$packages/samwise_ros.pth"
	@touch $@
