# `make` or `make help` lists what there is. PYTHON names a Python 3.11 if none is found.

BIN := .venv/bin
css = $(BIN)/tailwindcss --minify --input static_src/$(1).css --output $(2)/$(1).css
all_css = $(foreach sheet,app workshop picture composer,$(call css,$(sheet),$(1)) &&) true

candidates = $(or $(PYTHON),python3.11 python3 python)
is_3_11 = import sys; sys.exit(sys.version_info[:2] != (3, 11))
find_python = for one in $(candidates); do \
	"$$one" -c '$(is_3_11)' 2>/dev/null && { echo "$$one"; break; }; done

# Settings of a production, for `check`: what Django's deploy check is to look at.
PRODUCTION = EASEL_IGNORE_DOTENV=1 DEBUG=0 SITE_URL=https://easel.example \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	DATABASE_URL=postgres://easel@db.example/easel REDIS_URL=redis://redis.example \
	EMAIL_URL=smtp+tls://easel:secret@mail.example:587 EMAIL_VERIFICATION=mandatory \
	OPENAI_API_KEY=sk-for-the-check DATABASE_POOL=0

.PHONY: help
help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-7s %s\n' "$$name" "$$text"; done

.PHONY: run
run: installed ## Start Easel on http://127.0.0.1:8000 (PORT=8001 make run: elsewhere)
	@exec $(BIN)/python -m config.local

.PHONY: test
test: installed-dev ## Run all tests (ARGS="-k ledger": some of them)
	@$(BIN)/python -m pytest -n 2 $(ARGS)

.PHONY: check
check: installed-dev ## Check format, types, migrations, stylesheet and deployment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	@echo "Building the stylesheet anew"
	@new=$$(mktemp -d) && trap 'rm -rf "$$new"' EXIT && \
		{ { $(call all_css,"$$new"); } >"$$new.log" 2>&1 || { cat "$$new.log" >&2; exit 1; }; } && \
		rm "$$new.log" && diff -qr "$$new" static/css || { \
		echo "static/css is not what static_src makes: run make css and commit it." >&2; exit 1; }
	@echo "Checking a deployment"
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

.PHONY: bench
bench: installed-dev ## Measure speed and memory, as ratios
	@$(BIN)/python -m bench $(ARGS)

.PHONY: css
css: installed-dev ## Compile static_src to static/css
	$(call all_css,static/css)

.PHONY: installed
installed:
	@$(call install,requirements.txt)

.PHONY: installed-dev
installed-dev:
	@$(call install,requirements-dev.txt)

define install
python=$$($(find_python)); if [ -z "$$python" ]; then \
	echo "Easel needs Python 3.11, and '$(candidates)' is not it. Install Python 3.11," \
	"or name it: make $(firstword $(MAKECMDGOALS)) PYTHON=/path/to/python3.11" >&2; exit 1; fi; \
	exec "$$python" config/local/environment.py $(1)
endef
