# Works on a machine with python3 (3.11 or newer), make and git; everything is installed inside this folder.

installed := .venv/.installed

.PHONY: install demo test lint types browser fuzz bench golden docs lock clean

install: $(installed)  ## .venv with Clarkson in it: .venv/bin/clarkson

$(installed): requirements.lock pyproject.toml scripts/install
	@./scripts/install

demo: $(installed)  ## a real attack, assessed in the terminal and shown as a page
	@.venv/bin/clarkson demo

test: $(installed)  ## every test that needs no browser
	@.venv/bin/pytest -m "not browser" -n 2 --dist worksteal

lint: $(installed)
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: $(installed)
	@.venv/bin/mypy

browser: $(installed)  ## the tests that need chromium and npm
	@./scripts/browser

fuzz: $(installed)  ## every reader fuzzed for some seconds
	@./scripts/fuzz 6

bench: $(installed)  ## how long the commands take
	@.venv/bin/python -m benchmarks

golden: $(installed)  ## writes tests/golden anew: read the difference before you commit it
	@.venv/bin/python -m tests.golden.write

docs: $(installed)  ## the pages of docs/ that are generated
	@.venv/bin/clarkson export latex -o docs/equations.md
	@.venv/bin/clarkson simulate attack-treated --plot docs/figures/attack.svg
	@.venv/bin/python -m validation

lock: $(installed)  ## requirements.lock from pyproject.toml
	@./scripts/lock

clean:
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find tests -name node_modules -type d -prune -exec rm -rf {} +
