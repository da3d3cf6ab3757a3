# SPDX-License-Identifier: GPL-2.0
# A person's view of contend: `make help` says what there is. Nothing here
# needs a network once scripts/setup has been through.

# Before a recipe touches anything: paths here are words, and some are deleted.
ifeq ($(wildcard Kbuild kmod/main.c qemu/place),)
$(error make runs in the directory of this Makefile, as in make -C $(dir $(firstword $(MAKEFILE_LIST))))
endif
ifneq ($(shell qemu/place 2>&1 && echo safe),safe)
$(error $(shell qemu/place 2>&1))
endif

# What a developer has in the environment for another project is not meant for this
# one: these are for the command line, and the rest the kernel's build does not see.
KERNEL = 6.1
PREFIX = /usr/local
SAN =
TSAN =
STATIC =
MUTANT =
export CONTEND_VERSION := 0.1.0
unexport O OUT SAN TSAN STATIC MUTANT KBUILD_OUTPUT KBUILD_EXTRA_SYMBOLS KCFLAGS KAFLAGS KCPPFLAGS CFLAGS LDFLAGS

# How the programs are built; userspace/Makefile has what each means.
$(foreach switch,SAN TSAN STATIC MUTANT,$(if $(filter-out 1,$($(switch))),\
	$(error $(switch)=$($(switch)): $(switch) is 1, or is left out)))
$(if $(and $(SAN)$(TSAN),$(STATIC)),$(error $(if $(SAN),SAN,TSAN)=1 STATIC=1: a static program has no sanitizers; leave one out))
$(if $(and $(SAN),$(TSAN)),$(error SAN=1 TSAN=1: a program has one sanitizer of memory; leave one out))

override BUILD := $(CURDIR)/build
# What the kernel recipe unpacked: build/ to build modules, source/ for tools.
override KERNEL_DIR = $(or $(shell qemu/kernel $(KERNEL)),$(error there is no kernel $(KERNEL) to build for))
override ARCH = $(shell cat $(KERNEL_DIR)/arch)
# A kernel of one's own is named by a path.
override FOR = $(if $(findstring /,$(KERNEL)),$(shell qemu/kernel --name $(KERNEL)),$(KERNEL))

# A module is built by its kernel's compiler, which each of these would replace.
foreign = $(strip $(if $(LLVM),LLVM=$(LLVM)) $(if $(CROSS_COMPILE),CROSS_COMPILE=$(CROSS_COMPILE)) \
	$(if $(findstring clang,$(CC)),CC=$(CC)) $(if $(findstring lld,$(LD)),LD=$(LD)))
by_clang = $(shell grep -sx CONFIG_CC_IS_CLANG=y $(KERNEL_DIR)/config)
override compiler = $(if $(by_clang),LLVM=1,$(if $(foreign),$(error $(foreign): gcc built the kernel \
	$(KERNEL), and has to build its modules: unset that, or name a kernel that clang built)))

all: module user ## the module for KERNEL, and the programs

# The kernel's build writes beside its sources. Give each kernel and flavour a
# tree of links of its own, so that none meets another's objects; links whose
# source has gone go too.
define build-module
	@mkdir -p $(1)/kmod
	@cp -asf $(CURDIR)/Kbuild $(CURDIR)/kmod $(1)/
	@find $(1) -xtype l -delete
	+$(MAKE) -C $(KERNEL_DIR)/build ARCH=$(ARCH) $(compiler) M=$(1) CONTEND_VERSION=$(CONTEND_VERSION) $(2) modules
endef

module: ## contend.ko for KERNEL, into build/KERNEL/
	$(call build-module,$(BUILD)/$(FOR))

mutant: ## contend.ko with the broken locks, for tests: build/KERNEL-mutant/
	$(call build-module,$(BUILD)/$(FOR)-mutant,CONTEND_MUTANT=y)

kunit: ## contend.ko that runs its KUnit suites when it is loaded: build/KERNEL-kunit/
	$(call build-module,$(BUILD)/$(FOR)-kunit,CONTEND_KUNIT=y)

user: ## the programs, into build/user/; STATIC=1: for any x86-64 Linux, into build/user-static/
	+$(MAKE) -C userspace

selftests: ## the kselftest suites with KERNEL's harness, into build/KERNEL/selftests/
	@mkdir -p $(BUILD)/$(FOR)/selftests
	+$(MAKE) -C selftests KSFT=$(KERNEL_DIR)/source/tools/testing/selftests \
		OUTPUT=$(BUILD)/$(FOR)/selftests

run: ## the main job in a VM, with its verdict
	scripts/run

try: ## after an edit: build, User-Mode Linux, a small job, its table
	@CONTEND_KERNEL=uml scripts/run jobs/try.job

check: ## all tests, with a line of totals
	scripts/test

bench: ## what locks and structures cost, in a VM, beside their peers: ratios within one run
	scripts/run jobs/locks.job jobs/readers.job jobs/peers.job

traces: ## what each policy of a cache hits, of traces and of drawn keys
	+$(MAKE) -s -C userspace/unit ../../build/unit/cache_test
	$(BUILD)/unit/cache_test table

SHELL_FILES = $(shell grep -rlE '^\#!/bin/(ba)?sh' scripts qemu selftests .ci --include='*' 2>/dev/null) \
	userspace/contend/completion.bash userspace/test/stand_in
C_FILES = $(shell find kmod qemu selftests userspace -type f -name '*.[ch]')
CHECKPATCH = $(KERNEL_DIR)/source/scripts/checkpatch.pl --no-tree --strict --terse --quiet --no-summary \
	--show-types -f --ignore $(shell grep -v '^\#' scripts/checkpatch-ignore | paste -sd,)

lint: lint-module lint-style lint-shell lint-user ## all quality gates

# What has passed is not checked again (see scripts/passed): each names here what, besides the
# files and the command, its verdict depends on. A module is checked as a whole.
lint-module:
	@mkdir -p $(BUILD)
	@find Kbuild Makefile kmod -type f | LC_ALL=C sort | xargs sha256sum >$(BUILD)/lint.sum
	+@scripts/passed "$(KERNEL_DIR) $$(gcc --version | head -n1) sparse $$(sparse --version)" \
		build/lint.sum -- $(MAKE) -s lint-module-now

# A build of its own: a second one would find everything up to date and be
# silent. Both flavours, all warnings, sparse; one line of output is a failure.
lint-module-now:
	@rm -rf $(BUILD)/lint
	$(call build-module,$(BUILD)/lint,CONTEND_MUTANT=y W=1 C=2 \
		CF=-Wsparse-error) >$(BUILD)/lint.log 2>&1 || { cat $(BUILD)/lint.log; false; }
	@! grep -E 'warning:|error:' $(BUILD)/lint.log

# Trace event headers have a layout of their own, in the kernel too. The cases of the
# structures' switch are a macro that is no statement, as are the fixtures of kselftest's
# harness. User space has
# volatile sig_atomic_t, cmocka's names, the C library's types, and messages in
# one piece without the printk() by which checkpatch knows them.
USER_STYLE = VOLATILE,CAMELCASE,PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO,$\
	LONG_LINE_STRING,EMBEDDED_FUNCTION_NAME,QUOTED_WHITESPACE_BEFORE_NEWLINE,AVOID_EXTERNS

# The shim defines what checkpatch knows the use of.
SHIM_STYLE = $(USER_STYLE),NEW_TYPEDEFS,MEMORY_BARRIER,MACRO_ARG_PRECEDENCE,IS_ENABLED_CONFIG,$\
	DATA_RACE,UNCOMMENTED_DEFINITION,MACRO_WITH_FLOW_CONTROL,ASSIGN_IN_IF,SPACING
SHIM_TRACE = userspace/shim/linux/tracepoint.h userspace/shim/trace/define_trace.h
SHIM_TRACE_STYLE = $(SHIM_STYLE),MULTISTATEMENT_MACRO_USE_DO_WHILE,FUNCTION_ARGUMENTS
SWITCH_STYLE = MULTISTATEMENT_MACRO_USE_DO_WHILE
TRACE_STYLE = OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
KSELFTEST_STYLE = MULTISTATEMENT_MACRO_USE_DO_WHILE

# What else to ignore, and files. It leaves the names that it has looked up where it runs.
define checkpatch
	@scripts/passed "$$(cat $(KERNEL_DIR)/source/scripts/* | sha256sum)" $(2) -- \
		perl $(CHECKPATCH) --ignore "$(subst $() ,,$(1))" {}; status=$$?; \
		rm -f .checkpatch-camelcase.*; exit $$status
endef

# The barriers are as arch/x86 has them.
BARRIER_STYLE = SINGLE_STATEMENT_DO_WHILE_MACRO,MACRO_ARG_PRECEDENCE

lint-style:
	$(call checkpatch,,$(filter-out kmod/trace.h kmod/structures/catalog.c kmod/um_barrier.h,\
		$(filter kmod/%,$(C_FILES))))
	$(call checkpatch,$(SWITCH_STYLE),kmod/structures/catalog.c)
	$(call checkpatch,$(BARRIER_STYLE),kmod/um_barrier.h)
	$(call checkpatch,$(TRACE_STYLE),kmod/trace.h)
	$(call checkpatch,$(KSELFTEST_STYLE),$(filter selftests/%,$(C_FILES)))
	$(call checkpatch,$(SHIM_STYLE),\
		$(filter-out $(SHIM_TRACE),$(filter userspace/shim/linux/%,$(C_FILES))))
	$(call checkpatch,$(SHIM_TRACE_STYLE),$(SHIM_TRACE))
	$(call checkpatch,$(USER_STYLE),\
		$(filter-out userspace/shim/linux/% $(SHIM_TRACE),$(filter qemu/% userspace/%,$(C_FILES))))

lint-shell:
	shellcheck -x $(SHELL_FILES)

lint-user:
	+$(MAKE) -C userspace lint

doc: ## the man pages
	+$(MAKE) -C userspace doc

install: user ## the programs, job files and man pages, under PREFIX
	+$(MAKE) -C userspace install PREFIX=$(PREFIX)

# In a copy of the tree, since debhelper writes beside what it packs.
DEB_TREE = $(BUILD)/deb/contend-$(CONTEND_VERSION)
deb: ## Debian packages, contend and contend-dkms (the module for this machine's kernels): build/deb/
	@command -v dpkg-buildpackage >/dev/null && command -v dh_dkms >/dev/null || \
		{ echo "make deb: there is no debhelper here; run scripts/setup deb" >&2; false; }
	rm -rf $(BUILD)/deb
	mkdir -p $(DEB_TREE)
	cp -a COPYING Kbuild Makefile README.md debian doc jobs kmod qemu scripts selftests userspace $(DEB_TREE)/
	printf 'contend (%s) unstable; urgency=medium\n\n  * See the log of the repository.\n\n -- %s  %s\n' \
		$(CONTEND_VERSION) "$$(sed -n 's/^Maintainer: //p' debian/control)" \
		"$$(git log -1 --format=%aD 2>/dev/null || date -R)" >$(DEB_TREE)/debian/changelog
	+cd $(DEB_TREE) && dpkg-buildpackage --no-sign --build=$(DEB_BUILD)
# Both; all: the module's source alone, which needs no compiler.
DEB_BUILD = binary

clean: ## everything that was built; the cache of kernels stays
	rm -rf $(BUILD)

help: ## this
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1\t\2/p' Makefile | expand -t 14

.PHONY: all module mutant kunit user selftests run try check bench traces lint lint-module lint-module-now \
	lint-style lint-shell lint-user doc install deb clean help
