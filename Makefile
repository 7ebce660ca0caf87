# make, make install             build and install for the server that PG_CONFIG belongs to
# make test [ONLY="pgtap/series"] every test, or those named, on a throwaway server; ACCEPT=1 takes output as expected
# make demo [DATA=DIR] [KEEP=1]  the demo, on a throwaway server
# make fuzz [FUZZ_SECONDS=60]    libFuzzer over the codecs and parsers
# make check-ubsan               the tests with undefined behaviour and failed assertions trapped
# make check-werror              compile with every warning an error
#
# The targets from test on install the Debian packages they miss, if they may; DEPS=no forbids it.

EXTENSION = control/smartcare
MODULE_big = smartcare

# The wildcards below look beside this file, wherever the build is.
here := $(or $(VPATH),$(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST)))))
files = $(patsubst $(here)/%,%,$(sort $(wildcard $(here)/$(1))))

# META.json is the only place of the version, but for default_version in the control file, which a test compares.
EXTVERSION := $(shell sed -n '/"version"/{s/.*: *"\(.*\)".*/\1/p;q;}' $(here)/META.json)

OBJS = $(patsubst %.c,%.o,$(call files,src/*.c))
DATA_built = smartcare--$(EXTVERSION).sql
DATA = $(filter-out control/$(DATA_built),$(call files,control/smartcare--*.sql))

# In CPPFLAGS, because the rule for bitcode does not see CFLAGS. A fused multiply-add rounds once where
# the same code elsewhere rounds twice, and values must not depend on the machine.
PG_CPPFLAGS = -ffp-contract=off -DSMARTCARE_VERSION='"$(EXTVERSION)"'

# What the library calls in itself is found there, whatever else the server has loaded, and without a detour.
# XML is read with the server's own libxml2, whose headers its flags find.
SHLIB_LINK = $(if $(filter linux,$(PORTNAME)),-Wl$(comma)-Bsymbolic-functions) -lxml2
comma := ,

REGRESS = $(basename $(notdir $(call files,sql/*.sql)))
REGRESS_OPTS = --load-extension=smartcare
ISOLATION = $(basename $(notdir $(call files,test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=$(here)/test/isolation --load-extension=smartcare
EXTRA_CLEAN = build

# The targets that need a server find or install it themselves, so this file must be readable without one.
PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>&1 || true))
ifneq (,$(PGXS))
include $(PGXS)

ifneq (,$(filter 9.% 10 11 12 13 14,$(MAJORVERSION)))
$(error smartcare needs PostgreSQL 15 or later, and $(PG_CONFIG) belongs to $(MAJORVERSION))
endif
else
all install uninstall installcheck clean:
	@echo 'No PostgreSQL server headers: install postgresql-server-dev-NN, or name the pg_config with PG_CONFIG=...' >&2; exit 1
endif

# An absolute directory: in a VPATH build make would take the relative one for the sources' own.
$(OBJS) $(OBJS:.o=.bc): $(call files,src/*.h) META.json | $(CURDIR)/src
$(CURDIR)/src:
	mkdir -p $@

# Loops over points are for the compiler to make vector instructions of, which at -O2 some do not.
src/series_math.o src/series_number.o $(patsubst %.c,%.o,$(call files,src/series_block_*.c src/series_stream_*.c)): CFLAGS += -O3

PARTS = $(addprefix $(here)/,control/smartcare $(call files,control/smartcare/*.sql))
LAYOUT = $(addprefix $(here)/,control/layout $(call files,control/layout/*.sql))
$(DATA_built): $(PARTS) $(LAYOUT) $(here)/control/layout.awk
	cat $(filter %.sql,$(PARTS)) > $@
	awk -f $(here)/control/layout.awk $(filter %.sql,$(LAYOUT)) >> $@

test:
	@$(here)/test/suite

demo:
	@$(here)/test/cluster run demo/run

fuzz:
	@$(here)/test/fuzz/run

check-ubsan:
	@FLAVOR=ubsan COPT='-fsanitize=undefined -fno-sanitize-recover=undefined -O1 -g -DUSE_ASSERT_CHECKING' \
		$(here)/test/suite

check-werror:
	@FLAVOR=werror COPT='-Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers' \
		$(here)/test/cluster build

.DELETE_ON_ERROR:
.PHONY: test demo fuzz check-ubsan check-werror
