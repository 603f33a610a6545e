# SPDX-License-Identifier: Apache-2.0
# `make demo` shows DropProbe at work, `make test` is the gate; both set up what is missing by themselves.
SHELL := /bin/bash
.PHONY: help demo test test-all bench truth safety kind setup format clean

help:
	@printf '%s\n' \
	  'make demo             the whole story on a local cluster with two real kernels (KEEP=1 leaves it running;' \
	  '                      with KUBECONFIG set: on that cluster)' \
	  'make test             the gate: checks, unit tests, API server, kernels, truth, cluster' \
	  'make test-all         the gate and the long runs' \
	  'make bench            what a packet costs under DropProbe and under other observers, in instructions' \
	  'make truth            what is shown of real workloads, healthy and lossy, is what was lost' \
  'make safety           the scenarios in a kernel that looks for mistakes: KASAN, lockdep, kmemleak' \
	  'make kind             the smoke test on a real kind cluster in a virtual machine' \
	  'make format           formats Java, shell, Python and C' \
	  'make clean            removes build results of this clone (big results are kept in the cache: see docs/development.md)'

setup:
	@tools/setup

demo: setup
	@e2e/demo

test: setup
	@tools/gate

test-all: setup
	@tools/gate --all

bench: setup
	@kmod-builder/module-tests/bench/run

truth: setup
	@kmod-builder/module-tests/truth/run

safety: setup
	@kmod-builder/module-tests/run debug --long

kind: setup
	@e2e/kind/run

format:
	@tools/maven -q spotless:apply
	@tools/lib/shell-scripts | xargs tools/lib/shell-format --write
	@tools/lib/python-scripts | xargs tools/lib/python-format --write
	@tools/lib/c-format --write

clean:
	@rm -rf target */target
	@$(MAKE) -s -C kmod-builder/module clean
