# Gatelodge: `make help` names the targets, lib/rules.mk the variables
VERSION =	0.1
FUZZ_SECONDS ?=	600
include lib/rules.mk

WANTED =	lib tlsproxy httpd smtpd imapd xmppd spamd
FOLDERS :=	$(patsubst %/Makefile,%,$(wildcard $(WANTED:%=%/Makefile)))
DAEMONS :=	$(filter-out lib,$(FOLDERS))
SUB =		+@$(MAKE) --no-print-directory
# for the scripts, which read them from the environment
export O VERSION FUZZ_SECONDS DESTDIR $(DIRS) CC

all: $(FOLDERS) regress
lib:
	$(SUB) -C $@
$(DAEMONS): lib
	$(SUB) -C $@ LIB_MADE=1
archives: lib $(DAEMONS:%=archive.%)
	@:
archive.%: lib
	$(SUB) -C $* LIB_MADE=1 archive
regress: $(FOLDERS)
	$(SUB) -C $@

asan:
	$(SUB) O=$(O)-asan SAN=address,undefined all
check:
	+@regress/run -n $(if $(K),-k '$(K)')
lint:
	@etc/lint
format:
	clang-format -i $(wildcard $(FOLDERS:%=%/*.[ch]) lib/sieve/*.[ch] \
	    regress/*/*.[ch] regress/*/*/*.[ch])
fuzz fuzz-replay:
	$(SUB) -C regress $@
bench: all
	@for b in $(wildcard regress/bench/*); do $$b || exit; done
nightly:
	@regress/nightly
arch: $(DAEMONS)
	@etc/arch >$(OUT)/gatelodge.7
	@echo $(OUT)/gatelodge.7

install: all arch
	@etc/install.sh install
uninstall purge:
	@etc/install.sh $@
dist:
	@etc/install.sh dist

# objects only: headers of libevent and the like are the same everywhere
CROSS =		aarch64-linux-gnu-gcc
cross:
	@mkdir -p $(OUT)-cross/include
	@ln -sfn $(wildcard /usr/include/event*.h /usr/include/event2 \
	    /usr/include/yaml.h /usr/include/sqlite3.h /usr/include/nettle) \
	    $(OUT)-cross/include
	$(SUB) -C lib O=$(O)-cross CC=$(CROSS) \
	    CPPFLAGS=-I$(OUT)-cross/include archive

clean:
	rm -rf $(OUT) $(OUT)-asan $(OUT)-fuzz $(OUT)-cross $(OUT)-clang \
	    $(OUT)-ci $(OUT)-nightly
help:
	@echo 'all check asan lint format fuzz-replay fuzz arch bench nightly'
	@echo 'install uninstall purge dist cross clean'

.PHONY: all regress asan check lint format fuzz fuzz-replay bench nightly arch \
    install uninstall purge dist cross clean help archives $(FOLDERS)
