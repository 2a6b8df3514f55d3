# Every check is defined here, once: CI and pre-commit call these targets. POSIX sh, relative paths only, so that the
# checkout may be in any folder. Tools are called as modules: the scripts of an environment break in a path with spaces.

.POSIX:
.SUFFIXES:
.PHONY: help install install-dev run serve migrate seed example shell test coverage test-browser screenshots lint lint-style lint-types lint-imports \
	lint-migrations lint-openapi lint-docs lint-dependencies lint-security lint-audit sbom format openapi docs migrations requirements \
	requirements-bench bench bench-quick bench-growth bench-plans bench-processes drill clean distclean

PY = .venv/bin/python
ARGS =
WORKERS = 2
OURS = manage.py realestate accounts projects progress bookings payments scheduling messaging notifications drills

help: ## This list.
	@echo 'make TARGET, of these:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

# --- set-up ----------------------------------------------------------------------------------------------------------

.venv/bin/python:
	@python=''; \
	for candidate in "$${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'No Python 3.11 or newer was found. Install one, or name it: make install PYTHON=/path/to/python3.12' >&2; \
		exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; \
	fi; \
	"$$python" -m venv .venv || { rm -rf .venv; exit 1; }

# Hashed wheels only; requirements-dev.txt holds requirements.txt and more, from the same resolution.
INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r

.venv/.installed: .venv/bin/python requirements.txt
	@$(INSTALL) requirements.txt
	@touch .venv/.installed

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@$(INSTALL) requirements-dev.txt
	@touch .venv/.installed-dev

install: .venv/.installed ## Make .venv with what the platform needs to run.

install-dev: .venv/.installed-dev ## The same, with the tools for tests and linting.

# --- run -------------------------------------------------------------------------------------------------------------

run: seed ## Run everything on this machine: make run [PORT=8000]. No database needs to be installed.
	@$(PY) manage.py serve

serve: .venv/.installed ## The same without migrations and demo data.
	@$(PY) manage.py serve

migrate: .venv/.installed ## Bring the database up to date.
	@$(PY) manage.py migrate --verbosity 0

seed: migrate ## Put the demo's people and projects into the database; does nothing when they are there.
	@$(PY) manage.py seed_demo

example: .venv/.installed ## One purchase through the API alone, in a throw-away database; prints its statement.
	@$(PY) docs/examples/one_purchase.py

example-live: .venv/.installed-dev ## What follows a sale, with real servers and browsers' sockets, in a throw-away database.
	@$(PY) docs/examples/after_the_sale.py

shell: .venv/.installed ## A Python prompt with the models at hand.
	@$(PY) manage.py shell

# --- check -----------------------------------------------------------------------------------------------------------

# A file's tests stay together: some share what takes long to make, such as a database with many rows.
test: .venv/.installed-dev ## Run the tests: make test [ARGS="tests/bookings -k hold"] [WORKERS=2].
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

coverage: .venv/.installed-dev ## Fail if the tests reach too little (tests/reach.py); only tell with ARGS: make coverage [ARGS=tests/payments].
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadfile --cov --cov-report=term $(ARGS)
	@$(PY) -m tests.reach || test -n "$(ARGS)"

test-browser: .venv/.installed-dev ## The tests in a real browser; needs Chromium (apt-get install chromium, or CHROMIUM=/path/to/it).
	@$(PY) -m pytest -n 0 -m browser --durations=10 $(ARGS) tests/browser

screenshots: .venv/.installed-dev ## The same, and the README's pictures are made anew.
	@SCREENSHOTS=docs/images $(PY) -m pytest -n 0 -m browser tests/browser

lint: lint-style lint-types lint-imports lint-migrations lint-openapi lint-docs lint-dependencies lint-security lint-audit ## All checks but the tests.

lint-style: .venv/.installed-dev
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check --quiet .

lint-types: .venv/.installed-dev
	@$(PY) -m mypy --no-error-summary

lint-imports: .venv/.installed-dev
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo

lint-migrations: .venv/.installed-dev
	@DJANGO_SETTINGS_MODULE=realestate.settings.test $(PY) manage.py makemigrations --check --dry-run

lint-openapi: .venv/.installed-dev
	@made=$$(mktemp) && trap 'rm -f "$$made"' EXIT && \
	DJANGO_SETTINGS_MODULE=realestate.settings.test $(PY) manage.py spectacular --validate --fail-on-warn --file "$$made" && \
	{ diff -u docs/openapi.yaml "$$made" || { echo 'docs/openapi.yaml is not current: make openapi' >&2; exit 1; }; }

lint-docs: .venv/.installed-dev
	@DJANGO_SETTINGS_MODULE=realestate.settings.test $(PY) manage.py docs --check

lint-dependencies: .venv/.installed-dev
	@$(PY) -m deptry --no-ansi .

# Unsafe lines; secrets in files and in history; what is installed and was not locked. Needs no network.
lint-security: .venv/.installed-dev
	@$(PY) -m bandit --quiet --severity-level medium --configfile pyproject.toml --recursive $(OURS)
	@$(PY) -m tests.house.leaks
	@$(PY) -m tests.house.supply locked

# Says how many packages it got an answer for. ARGS=--required fails where there is no network.
lint-audit: .venv/.installed-dev
	@$(PY) -m tests.house.supply audit $(ARGS)

# --- measure ---------------------------------------------------------------------------------------------------------

# The design that we compare ourselves with has an environment of its own; the platform never sees it.
.venv-bench/.installed: .venv/.installed-dev requirements-bench.txt
	@test -x .venv-bench/bin/python || $(PY) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements-bench.txt
	@touch .venv-bench/.installed

bench: .venv-bench/.installed ## Measure every goal beside FastAPI and hand-written SQL; needs wrk (apt-get install wrk): make bench [ARGS=--help].
	@$(PY) -m benchmarks.bench $(ARGS)

bench-quick: .venv-bench/.installed ## The same with few rows and one short round: does it run at all?
	@$(PY) -m benchmarks.bench --quick $(ARGS)

bench-processes: .venv/.installed-dev ## How many processes and threads the web server should have: make bench-processes [ARGS=--help].
	@$(PY) -m benchmarks.processes $(ARGS)

bench-growth: .venv/.installed-dev ## How p95 of lists grows from 10,000 to 1,000,000 units: make bench-growth [ARGS="--sizes 10000,100000"].
	@$(PY) -m benchmarks.growth $(ARGS)

bench-plans: .venv/.installed-dev ## Does any list read a big table from end to end, also with 1,000,000 units? make bench-plans [ARGS="--units 200000"].
	@$(PY) -m benchmarks.plans $(ARGS)

sbom: .venv/.installed-dev ## Write what runs in production, with versions and checksums (CycloneDX), to var/sbom.json.
	@mkdir -p var && $(PY) -m tests.house.supply sbom var/sbom.json

# --- rehearse --------------------------------------------------------------------------------------------------------

drill: .venv/.installed-dev ## Break things on purpose and see that promises hold: make drill [ARGS="races --quick"], ARGS=--help names them.
	@$(PY) -m drills $(ARGS)

# --- write -----------------------------------------------------------------------------------------------------------

format: .venv/.installed-dev ## Format the code and repair what can be repaired safely.
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

openapi: .venv/.installed-dev ## Rewrite docs/openapi.yaml.
	@DJANGO_SETTINGS_MODULE=realestate.settings.test $(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

docs: .venv/.installed-dev ## Rewrite docs/reference from the code: enums, errors, events, settings, states.
	@DJANGO_SETTINGS_MODULE=realestate.settings.test $(PY) manage.py docs

migrations: .venv/.installed-dev ## Write the migrations that the models call for: make migrations ARGS="bookings -n one_live_hold".
	@$(PY) manage.py makemigrations $(ARGS)

# Both files come from one resolution; wheels only; neither names an index.
COMPILE = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes \
	--no-strip-extras --no-header --no-emit-index-url --no-emit-find-links --annotation-style line

requirements: .venv/.installed-dev ## Rewrite the requirements files: make requirements [ARGS=--upgrade].
	@$(COMPILE) $(ARGS) requirements-dev.in --output-file requirements-dev.txt
	@for name in requirements requirements-otel; do \
		$(COMPILE) $$name.in --constraint requirements-dev.txt --output-file $$name.txt && \
		sed -e 's/, -c requirements-dev.txt//' -e 's/-c requirements-dev.txt, //' $$name.txt > $$name.txt.new && \
		mv $$name.txt.new $$name.txt || exit 1; \
	done

requirements-bench: .venv/.installed-dev ## Rewrite requirements-bench.txt: make requirements-bench [ARGS=--upgrade].
	@$(COMPILE) $(ARGS) requirements-bench.in --output-file requirements-bench.txt

# --- clean -----------------------------------------------------------------------------------------------------------

clean: ## Remove caches and reports.
	@find . \( -name .venv -o -name .venv-bench -o -name var -o -name .git \) -prune -o -name __pycache__ -type d -exec rm -rf {} +
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov coverage.xml

distclean: clean ## Remove the environment and everything in var, the embedded database included.
	@rm -rf .venv .venv-bench var
