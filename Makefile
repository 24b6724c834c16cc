# `make demo` and `make test` are the two commands a fresh machine needs; the rest serves development.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP_DEMO := $(VENV)/.installed-demo
STAMP_DEV := $(VENV)/.installed-dev
# Installed before anything that asks for it, so that nothing picks another build or release.
TORCH ?= torch==2.13.0
# Without what they ask for: torchvision would bring another torch, and nothing of it is used.
CLIP := open-clip-torch==3.3.0 timm==1.0.31

.DEFAULT_GOAL := help
.PHONY: help demo test lint types contracts check stubs stubs-check reference reference-check blender-extension hosts-blender clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(STAMP_DEMO): $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[cpu,server]'
	@touch $@

$(STAMP_DEV): $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet '$(TORCH)'
	$(BIN)/python -m pip install --quiet --no-deps $(CLIP)
	$(BIN)/python -m pip install --quiet --editable '.[cpu,server,companion,formats,batch,train]' --group dev
	@touch $@ $(STAMP_DEMO)

demo: $(STAMP_DEMO) ## index real music, suggest for a short film, write demo/review.html
	$(BIN)/temptrack demo --out demo

test: $(STAMP_DEV) ## set everything up and pass every test
	$(BIN)/python -m pytest

lint: $(STAMP_DEV) ## ruff
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP_DEV) ## mypy --strict
	$(BIN)/mypy

contracts: $(STAMP_DEV) ## import-linter and buf
	$(BIN)/lint-imports
	$(BIN)/buf lint proto

reference: $(STAMP_DEV) ## rewrite docs/reference from the code
	$(BIN)/python tools/generate_reference.py

reference-check: $(STAMP_DEV) ## fail where docs/reference is not what the code says
	$(BIN)/python tools/generate_reference.py --check

check: lint types contracts stubs-check reference-check ## everything but the tests

STUBS_PYTHON := .venv-stubs/bin/python

$(STUBS_PYTHON): proto/requirements.txt
	$(PYTHON) -m venv .venv-stubs
	$(STUBS_PYTHON) -m pip install --quiet --requirement $<
	@touch $@

stubs: $(STUBS_PYTHON) ## regenerate backend/temptrack_api from proto/
	$(STUBS_PYTHON) tools/generate_stubs.py

stubs-check: $(STUBS_PYTHON) ## fail where the committed stubs are not what proto/ says
	$(STUBS_PYTHON) tools/generate_stubs.py --check

BPY := .venv-bpy-4.5/.installed .venv-bpy-5.0/.installed

# Blender as a Python module, a gigabyte each; the two that the tests run in.
$(BPY): .venv-bpy-%/.installed:
	$(PYTHON) -m venv .venv-bpy-$*
	.venv-bpy-$*/bin/python -m pip install --quiet 'bpy==$*.*'
	@touch $@

blender-extension: $(STAMP_DEV) .venv-bpy-4.5/.installed ## build and validate dist/temptrack_blender.zip
	$(BIN)/python tools/build_blender_extension.py dist .venv-bpy-4.5/bin/python

hosts-blender: $(STAMP_DEV) $(BPY) ## test the Blender extension in real Blenders 4.5 and 5.0
	$(BIN)/python -m pytest tests/hosts/blender

clean: ## remove what make made
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache
