# One entry for everything. Each target works as the only command on a fresh Debian or Ubuntu with a Swift toolchain.
SWIFT ?= swift
# Packed relative relocations spare the loader most of its work at each start; glibc reads them since 2.36.
PACKED := $(shell getconf GNU_LIBC_VERSION 2>/dev/null | awk '{ split($$2, v, "."); if (v[1] > 2 || v[2] >= 36) print \
    "-Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs" }')
# Libraries are linked in where there is an archive: to find them and bind their symbols would take a millisecond at each
# start, the C++ library's most of it. The linker looks into this folder first.
ARCHIVES = $(CURDIR)/.build/archives
RELEASE = -c release --static-swift-stdlib -Xswiftc -Xclang-linker -Xswiftc -static-libgcc -Xswiftc -L -Xswiftc $(ARCHIVES) $(PACKED)
AIRLOCK = .build/release/airlock

.PHONY: run build release test check fuzz endurance docs format bench bench-security clean help

help:
	@echo "make run      build the release binary and run the demo analysis"
	@echo "make test     build and run all tests"
	@echo "make check    formatting, the C target under ASan and UBSan, shell and Python syntax, links, modules, secrets, licences"
	@echo "make fuzz     fuzz all readers of foreign bytes with libFuzzer, each for a minute; TARGET=name SECONDS=n"
	@echo "make endurance  10,000 runs in a row, cold in each level of isolation and warm; 100,000 events through kills and faults"
	@echo "make docs     write the documents that are made from the code"
	@echo "make bench    timings, as ratios against baselines of the same run"
	@echo "make bench-security  the hostile suite's probes against Airlock and other sandboxes; needs root"
	@echo "make release  build .build/release/airlock and its airlock-engine"

run: release
	@$(AIRLOCK) run top-events

release: dependencies embedded
	@mkdir -p $(ARCHIVES)
	@for library in stdc++ sqlite3 seccomp z; do \
	    ln -sf "$$(clang -print-file-name=lib$$library.a)" $(ARCHIVES)/lib$$library.a; done
	@$(SWIFT) build $(RELEASE) --product airlock-engine
	@$(SWIFT) build $(RELEASE) --product airlock

build: dependencies embedded
	@$(SWIFT) build --build-tests

test: build
	@SWIFT="$(SWIFT)" scripts/test

check: dependencies
	@scripts/install-dependencies 'python3-venv:/usr/lib/python3*/ensurepip'
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Plugins Benchmarks
	scripts/check-launcher
	scripts/check-text
	scripts/check-dependencies
	scripts/check-secrets

fuzz: dependencies
	@scripts/fuzz $(or $(TARGET),all) $(or $(SECONDS),60)

endurance: release
	@$(SWIFT) build $(RELEASE) --product airlock-endurance
	@scripts/endurance .build/release/airlock-endurance
	AIRLOCK_CAPTURE_EVENTS=100000 $(SWIFT) test --filter nothingIsLostAndNothingComesTwice

docs: build
	AIRLOCK_WRITE_DOCS=1 $(SWIFT) test --skip-build \
	    --filter 'LanguageDocumentationTests|FaultMatrixTests|ConfigurationDocumentationTests'
	scripts/check-dependencies --write

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Plugins Benchmarks

bench: release
	@$(SWIFT) build $(RELEASE) --product airlock-bench
	@Benchmarks/bench .build/release --check

bench-security: release
	@$(SWIFT) build $(RELEASE) --product airlock-probes
	@/usr/bin/python3 Benchmarks/security .build/release

clean:
	rm -rf .build

# The package manager looks for new files to embed only when it reads the manifest again.
.PHONY: embedded
embedded:
	@find Templates sandbox/guest sandbox/profiles -type d -newer Package.swift | grep -q . && touch Package.swift || true

.PHONY: dependencies
dependencies:
	@scripts/install-dependencies
