# The house's commands. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
DEMO_VAR := var/demo
DEMO_ENV := MAILLAGE_DEMO=1 MAILLAGE_VAR=$(DEMO_VAR) MAILLAGE_ORIGINS=http://localhost:$(PORT)

.DEFAULT_GOAL := help
.PHONY: help env demo run test lint fix docs bench lock

help: ## Cette liste
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 16

$(VENV)/.installed: requirements-pip.txt requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "Il faut Python 3.11 ($(PYTHON))."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pip.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || { echo "Il faut Node.js 20 ou plus (npm)."; exit 1; }
	npm ci --no-audit --no-fund --ignore-scripts --silent
	@touch $@

env: $(VENV)/.installed node_modules/.installed

demo: env ## Construire et servir L'Aubrelle, le Département fictif (PORT=8000)
	@$(DEMO_ENV) $(PY) manage.py collectstatic --noinput -v0
	@$(DEMO_ENV) $(PY) manage.py migrate -v0
	@$(DEMO_ENV) $(PY) manage.py build_demo
	@$(DEMO_ENV) $(PY) manage.py serve_demo --port $(PORT)

run: env ## Servir la maison telle que l'environnement la décrit (DATABASE_URL, MAILLAGE_…)
	@$(PY) manage.py collectstatic --noinput -v0
	@$(PY) manage.py migrate -v0
	@$(PY) -m gunicorn config.wsgi --bind 127.0.0.1:$(PORT)

lint: env ## Style, types, contrats d'import, migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy maillage config
	$(PY) -W error manage.py makemigrations --check --dry-run -v0

fix: env ## Corriger le style
	$(VENV)/bin/ruff check --fix --quiet . || true
	$(VENV)/bin/ruff format .

test: lint ## Tout vérifier : style, types, contrats, tests sur SQLite et PostgreSQL, parcours au navigateur
	@tests/run

docs: env ## Écrire les pages que le code connaît
	$(PY) manage.py write_docs

bench: env ## Mesurer la vitesse et la mémoire
	$(PY) -m bench

lock: env ## Figer les dépendances, avec leurs empreintes
	for name in requirements-pip requirements requirements-dev; do \
	  $(VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o $$name.txt $$name.in; done
	npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	@# Addresses of sponsors have no place in a lock file.
	node -e 'const fs = require("fs"), file = "package-lock.json", lock = JSON.parse(fs.readFileSync(file)); for (const one of Object.values(lock.packages)) delete one.funding; fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n")'
