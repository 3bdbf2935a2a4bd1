# The whole project is built, run and tested from here. Every target sets up what it needs first.

SWIFT ?= swift
PACKAGES = libsodium-dev pkg-config age minisign expect python3-nacl python3-venv strace

.PHONY: help run test check format setup python clean

help:
	@echo "make run     the whole promise, on real conversations, as a story"
	@echo "make test    every test"
	@echo "make check   formatting, boundaries, linkage, documentation"
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

check: setup
	Scripts/check-format
	Scripts/check-boundaries
	Scripts/check-docs

format:
	$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests

clean:
	rm -rf .build .build-*
