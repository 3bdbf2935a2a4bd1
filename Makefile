# The whole project is built, run and tested from here. Every target sets up what it needs first.

SWIFT ?= swift
PACKAGES = libsodium-dev pkg-config age minisign expect python3-nacl python3-venv strace e2fsprogs xfsprogs
BENCH_PACKAGES = libsqlite3-dev

.PHONY: help run test fuzz bench check check-sanitized format setup python clean

help:
	@echo "make run     the whole promise, on real conversations, as a story"
	@echo "make test    every test, the second reader's too, and every fuzz target for some seconds"
	@echo "make fuzz    every fuzz target for SECONDS_EACH=60 seconds; KEEP=1 keeps what was learned"
	@echo "make bench   measures beside floors and peers, and writes Docs/Benchmarks.md"
	@echo "make check   formatting, boundaries, linkage, documentation"
	@echo "make check-sanitized  the tests under the address and the thread sanitizer; takes long"
	@echo "make format  put the sources into the one format"

# Installs what is missing and says so; does nothing, and needs no rights, where all of it is there.
setup:
	@Scripts/setup $(PACKAGES)

# What tests use from PyPI, in a folder of its own.
python: setup
	@Scripts/setup-python

run: setup
	@echo "Building (the first time takes a few minutes) …"
	@$(SWIFT) build -c release --quiet
	@Scripts/story "$$($(SWIFT) build -c release --show-bin-path)"

test: setup python
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	VAULT_PROGRAMS="$$($(SWIFT) build --show-bin-path)" /usr/bin/python3 -m unittest discover \
	    -s Tests/IndependentReader -t Tests/IndependentReader
	SECONDS_EACH=1 Scripts/fuzz

# The long run: make fuzz SECONDS_EACH=600 KEEP=1 TARGETS="roster card".
fuzz: setup
	SECONDS_EACH=$(or $(SECONDS_EACH),60) KEEP=$(KEEP) Scripts/fuzz $(TARGETS)

bench: setup
	@Scripts/setup $(BENCH_PACKAGES)
	Scripts/bench

check: setup
	Scripts/check-format
	Scripts/check-boundaries
	Scripts/check-docs

check-sanitized: setup
	Scripts/check-sanitized

format:
	$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests

clean:
	rm -rf .build .build-*
