# The whole project is built, run and tested from here. Every target sets up what it needs first.

SWIFT ?= swift
PACKAGES = libsodium-dev pkg-config age minisign expect python3-nacl strace

.PHONY: help run test fuzz check check-sanitized format setup clean

help:
	@echo "make run     the whole promise, on real conversations, as a story"
	@echo "make test    every test, and every fuzz target for two seconds"
	@echo "make fuzz    every fuzz target for long: make fuzz SECONDS_EACH=600 KEEP=1"
	@echo "make check   formatting, boundaries, linkage, documentation"
	@echo "make check-sanitized  the tests under the address and the thread sanitizer"
	@echo "make format  put the sources into the one format"

# Installs what is missing and says so; does nothing, and needs no rights, where all of it is there.
setup:
	@Scripts/setup $(PACKAGES)

run: setup
	@echo "Building (the first time takes a few minutes) …"
	@$(SWIFT) build -c release --quiet
	@Scripts/story "$$($(SWIFT) build -c release --show-bin-path)"

test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	Scripts/fuzz

fuzz: setup
	SECONDS_EACH=$(or $(SECONDS_EACH),60) KEEP=$(KEEP) Scripts/fuzz $(TARGETS)

check-sanitized: setup
	Scripts/check-sanitized

check: setup
	Scripts/check-format
	Scripts/check-boundaries
	Scripts/check-docs

format:
	$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests

clean:
	rm -rf .build .build-*
