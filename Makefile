# Every command of the guide. `make` alone lists them.
# LANGS="fr en" limits html, latexpdf, epub, serve, update-po, check-po and status to some languages of languages.toml.
# SIZE="--pages 100 --languages 8 --runs 3" sets the size of bench.
# TESTS="site search" limits test to the tests whose file or name holds one of these words.
# SPHINXOPTS="-D html_theme=furo" is added to the options of sphinx-build.
# PORT=8001 moves serve from port 8000.
# SETUP=no installs no package of the system, even as root.
# SITE_URL=https://… writes canonical addresses and a sitemap; REPOSITORY_EDIT=https://… links to
# the sources; BOOKS=yes puts the books beside the site.

PYTHON ?= python3
SHELL := /bin/sh
.SHELLFLAGS := -euc
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help html latexpdf epub dirhtml singlehtml text man texinfo xml gettext update-po check-po status check code sources messages serve linkcheck test typography cards bench lock clean

LANGS ?=
PORT ?= 8000
TESTS ?=
export LANGS PORT
# UTF-8 whatever the locale.
export PYTHONUTF8 := 1

VENV := .venv/bin/python

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

html: .venv/installed ## the site, in build/html
	@$(VENV) -m back_office_guide.commands.build html

latexpdf: .venv/installed ## the book, in build/pdf
	@$(VENV) -m back_office_guide.commands.system_packages book
	@$(VENV) -m back_office_guide.commands.build latexpdf

epub: .venv/installed ## the e-book, in build/epub
	@$(VENV) -m back_office_guide.commands.system_packages epub
	@$(VENV) -m back_office_guide.commands.build epub

# Other builders of Sphinx, in one language, the first of LANGS: build/text, for instance.
dirhtml singlehtml text man texinfo xml: .venv/installed
	@$(VENV) -m sphinx -q -W -c . -b $@ -D language=$(firstword $(LANGS) fr) $(SPHINXOPTS) docs build/$@

gettext: .venv/installed ## the messages to translate, in build/gettext
	@$(VENV) -m back_office_guide.commands.build gettext

update-po: gettext ## every catalog up to date with the French pages
	@$(VENV) -m back_office_guide.catalogs.update

check-po: gettext ## the catalogs: markup, numbers, terms, typography, spelling
	@$(VENV) -m back_office_guide.commands.system_packages --optional check
	@$(VENV) -m back_office_guide.catalogs.check

status: .venv/installed ## how far each language is, also in build/status.json
	@$(VENV) -m back_office_guide.catalogs.status

check: .venv/installed ## everything that can be checked without building the site
	@failed=; for group in code sources messages check-po; do \
	  $(MAKE) --no-print-directory $$group || failed="$$failed $$group"; done; \
	  if [ -n "$$failed" ]; then echo "Faults, named above, in:$$failed" >&2; exit 1; fi; \
	  echo "Code, sources, messages and catalogs: no fault"

code: .venv/installed
	@$(VENV) -m ruff check --quiet
	@$(VENV) -m ruff format --check --quiet
	@$(VENV) -m mypy --no-error-summary
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.readthedocs .readthedocs.yaml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/pages.yml

sources: .venv/installed
	@$(VENV) -m back_office_guide.french.sources

messages: gettext
	@$(VENV) -m back_office_guide.commands.system_packages --optional check
	@$(VENV) -m back_office_guide.french.grammar

serve: .venv/installed ## the site in one language, rebuilt while you write
	@$(VENV) -m back_office_guide.commands.build serve

linkcheck: .venv/installed ## the external links (needs the network)
	@$(VENV) -m back_office_guide.commands.build linkcheck

test: .venv/installed ## every test, having installed what they need (TESTS="site search" a part)
	@$(VENV) -m back_office_guide.commands.system_packages --optional book epub check test
	@command -v npm >/dev/null || $(VENV) -m back_office_guide.commands.system_packages --optional node
	@command -v java >/dev/null || $(VENV) -m back_office_guide.commands.system_packages --optional java
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory node_modules/.package-lock.json; fi
	@$(VENV) -m pytest --numprocesses auto --dist worksteal $(if $(TESTS),-k '$(subst $(space), or ,$(strip $(TESTS)))')

empty :=
space := $(empty) $(empty)

node_modules/.package-lock.json: package-lock.json
	@echo "Installing the checkers of package.json into node_modules, once"
	@npm ci --loglevel=error --ignore-scripts --no-audit --no-fund

typography: .venv/installed ## no-break spaces and apostrophes, written into the French pages
	@$(VENV) -m back_office_guide.french.typography

cards: .venv/installed ## the pictures of links to the guide, one a language
	@$(VENV) -m back_office_guide.commands.system_packages epub
	@$(VENV) -m back_office_guide.commands.cards

bench: .venv/installed ## how fast the site is built, beside plain Sphinx (SIZE="--pages 100")
	@$(VENV) -m back_office_guide.commands.bench $(SIZE)

COMPILE := uv pip compile --quiet --universal --only-binary :all: --python-version 3.11 \
  --group translate --group preview --group check --group test \
  --custom-compile-command "make lock" pyproject.toml
lock: .venv/installed ## requirements.txt anew from pyproject.toml (needs uv)
	@$(COMPILE) --upgrade --generate-hashes --output-file requirements.txt
	@mkdir -p build
	@$(COMPILE) --constraints requirements.txt --format pylock.toml --output-file build/pylock.toml
	@$(VENV) tests/wheels.py build/pylock.toml > tests/wheels.txt

clean: ## removes build/, and nothing else
	@rm -rf build

# What .venv was made of: a folder that was moved, or a Python that was upgraded or removed, leaves
# one that is dead. It is made anew where this is not what it was.
MADE_OF := $(VENV) -c 'import os, sys; print(os.path.realpath(sys.prefix), sys.version)'
ifneq ($(shell [ ! -x $(VENV) ] || $(MADE_OF) 2>&1),$(shell cat .venv/installed 2>/dev/null))
.PHONY: .venv/installed
endif

.venv/installed: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed. Install Python 3.11 or later." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), and the guide needs 3.11 or later." >&2; \
	  echo "Name a newer one, for instance: make html PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the packages of requirements.txt into .venv, once"
	@if [ -L .venv ]; then rm .venv; fi # else what it leads to would be emptied
	@$(PYTHON) -m venv --clear .venv
	@quiet=--quiet; if [ -t 1 ]; then quiet=; fi; \
	  $(VENV) -m pip install $$quiet --disable-pip-version-check --require-hashes --only-binary :all: \
	    --requirement requirements.txt || { \
	  echo "The packages of requirements.txt could not be installed, for the reason above. Is there a network?" >&2; \
	  exit 1; }
	@$(MADE_OF) > .venv/installed
