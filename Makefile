# The whole project is built, run and tested from here. Every target sets up what it needs first.

SWIFT ?= swift
PACKAGES = libsodium-dev pkg-config age minisign expect python3-nacl python3-venv strace e2fsprogs xfsprogs
BENCH_PACKAGES = libsqlite3-dev

# Where `make install` puts things: below DESTDIR (a package's folder) and PREFIX.
PREFIX ?= /usr/local
PROGRAMS = vault-service vault-retention vault-admin vault-worker vault-team

.PHONY: help run test fuzz bench check check-sanitized format setup python release man completions install clean

help:
	@echo "make run     the whole promise, on real conversations, as a story"
	@echo "make test    every test, the second reader's too, and every fuzz target for some seconds"
	@echo "make fuzz    every fuzz target for SECONDS_EACH=60 seconds; KEEP=1 keeps what was learned"
	@echo "make bench   measures beside floors and peers, and writes Docs/Benchmarks.md"
	@echo "make install the five programs, their manual pages and completions, below PREFIX=/usr/local; DESTDIR= for packages"
	@echo "make man     the manual pages, into .build-man/"
	@echo "make completions  for bash, zsh and fish, into .build-completions/"
	@echo "make check   formatting, boundaries, linkage, documentation"
	@echo "make check-sanitized  the tests under the address and the thread sanitizer; takes long"
	@echo "make format  put the sources into the one format"

# Installs what is missing and says so; does nothing, and needs no rights, where all of it is there.
setup:
	@Scripts/setup $(PACKAGES)

# What tests use from PyPI, in a folder of its own.
python: setup
	@Scripts/setup-python

release: setup
	@echo "Building (the first time takes a few minutes) …"
	@$(SWIFT) build -c release --quiet

run: release
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

man: release
	Scripts/manual "$$($(SWIFT) build -c release --show-bin-path)" .build-man

completions: release
	Scripts/completions "$$($(SWIFT) build -c release --show-bin-path)" .build-completions

install: man completions
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/man/man1"
	cd "$$($(SWIFT) build -c release --show-bin-path)" && install -m 755 $(PROGRAMS) "$(abspath $(DESTDIR)$(PREFIX))/bin"
	install -m 644 .build-man/*.1 "$(DESTDIR)$(PREFIX)/share/man/man1"
	cp -R .build-completions/. "$(DESTDIR)$(PREFIX)/share"

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
