# Every target sets up for itself what it needs; `make` alone lists them.

JOBS ?= $(shell nproc)

# Sanitizer reports name functions and lines only if the symbolizer that belongs to the compiler is found.
sanitizer_environment := PATH=/usr/lib/llvm-19/bin:$$PATH UBSAN_OPTIONS=print_stacktrace=1

# The end-to-end tests that have most going on at once.
concurrent_tests := $(patsubst %,tests/end_to_end/%.test.mjs,access flooding hostile http_transport live mqtt one_story status threads tls)

help: ## List these targets
	@sed -nE 's/^([a-z]+):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: build ## Five servers, hundreds of moving phones, one conversation: install, build and show the herd at work
	@scripts/demo build/release/proxyherd

build: build/release/build.ninja ## The programs: build/release/proxyherd, and the simulator herd-sim beside it
	@cmake --build --preset release -j $(JOBS)

test: build test-asan tsan ## Every test, with address, undefined-behaviour and thread sanitizers watching

test-asan: build/asan/build.ninja
	@cmake --build --preset asan -j $(JOBS)
	@ctest --preset asan -j $(JOBS)
	@$(sanitizer_environment) PROXYHERD=build/asan/proxyherd scripts/run-end-to-end

tsan: build/tsan/build.ninja ## The tests in which threads meet, under the thread sanitizer (a part of test)
	@cmake --build --preset tsan -j $(JOBS) --target test_base test_net test_node proxyherd herd-sim
	@ctest --preset tsan -j $(JOBS) -L '^(base|net|node)$$'
	@$(sanitizer_environment) build/tsan/herd-sim --seeds 300 --jobs 4
	@$(sanitizer_environment) PROXYHERD=build/tsan/proxyherd scripts/run-end-to-end $(concurrent_tests)

check: build/asan/build.ninja ## Formatting, clang-tidy and the layer rule; what changed, or everything with CI=true
	@scripts/check

soak: build ## What takes too long for every day: load, churn and restarts until figures settle
	@PROXYHERD=build/release/proxyherd node tests/end_to_end/soak.mjs
	@build/release/herd-sim --seeds 200000
	@scripts/plant-faults

bench: build | bench-dependencies ## Measure beside asyncio, Node.js, Java, Redis and NATS: docs/benchmarks.md (BENCH=quick: 3 min)
	@cmake --preset release --log-level=WARNING && cmake --build --preset release -j $(JOBS) --target benchmarks
	@node --test bench/conformance.test.mjs >build/conformance.log || { cat build/conformance.log; exit 1; }
	@node bench/run.mjs

fuzz: build/fuzz/build.ninja ## A minute of invented input for each of: commands, link messages, links, files, herds
	@cmake --build --preset fuzz -j $(JOBS) --target fuzzers
	@scripts/fuzz

coverage: build/coverage/build.ninja ## Which lines the tests reach: a table, and build/coverage/report/index.html
	@cmake --build --preset coverage -j $(JOBS)
	@scripts/coverage

clean: ## Remove everything that was built
	rm -rf build

# A build folder is configured once, and anew when the presets change; changes of CMakeLists.txt ninja itself notices.
build/%/build.ninja: CMakePresets.json | dependencies
	@cmake --preset $* --log-level=NOTICE
	@touch $@

dependencies:
	@scripts/install-dependencies

bench-dependencies:
	@scripts/install-bench-dependencies

.PHONY: help demo build test test-asan tsan check soak bench fuzz coverage clean dependencies bench-dependencies
.NOTPARALLEL:
.DEFAULT_GOAL := help
