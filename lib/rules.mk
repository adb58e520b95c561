# rules: how a folder is built; GNU make. Its Makefile says
#	PROGS	programs; SBIN those for people, the rest goes to libexec
#	SRCS.p	sources of program p; SRCS further ones, for the archive only
#	ROWS.p	rows and roles that p holds: -DIN_row for TABLE, only there;
#		of x-y it is y if nothing is said
#	LIBS.p	libraries of p (libevent yaml tls ...); LIBS of all of them
#	TABLE	the source compiled once per program, each other one once
#	MAN	manuals
# Everything lands in $(O)/<folder>, also <folder>.a, which holds all objects
# but TABLE's, for tests and fuzzers. Without PROGS and SRCS (the top, regress)
# only the variables count.

TOP :=		$(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)
O ?=		.build
OUT :=		$(if $(filter /%,$(O)),$(O),$(TOP)/$(O))
FOLDER :=	$(notdir $(CURDIR))
B :=		$(OUT)/$(FOLDER)
LIBA :=		$(OUT)/lib/lib.a

# what may be set: make PREFIX=/usr ...
DESTDIR ?=
PREFIX ?=	/usr/local
SBINDIR ?=	$(PREFIX)/sbin
LIBEXECDIR ?=	$(PREFIX)/libexec/gatelodge
SHAREDIR ?=	$(PREFIX)/share/gatelodge
MANDIR ?=	$(PREFIX)/share/man
SYSCONFDIR ?=	/etc/gatelodge
STATEDIR ?=	/var/lib/gatelodge
RUNDIR ?=	/run/gatelodge
LOGDIR ?=	/var/log/gatelodge
HARDEN ?=	1
WERROR ?=	1
SAN ?=
CFLAGS ?=	-O2 -g
AR ?=		ar
DIRS =		PREFIX SBINDIR LIBEXECDIR SHAREDIR MANDIR SYSCONFDIR STATEDIR \
		RUNDIR LOGDIR

ifneq ($(filter default undefined,$(origin CC)),)
CC :=		gcc
endif
ifneq ($(firstword $(CC_IS)),$(firstword $(CC))) # sub-makes inherit it
export CC_IS :=	$(firstword $(CC)) $(shell $(CC) -dumpmachine) \
		$(if $(findstring clang,$(shell $(CC) --version)),clang,gcc)
endif

WARN =		-Wall -Wextra -Wshadow -Wno-missing-field-initializers \
		-Wvla $(if $(filter 1,$(WERROR)),-Werror)
ifeq ($(HARDEN)$(SAN),1)
HARD =		-fstack-protector-strong -fstack-clash-protection \
		-ftrivial-auto-var-init=zero -fPIE
HARD +=		$(if $(filter -O0,$(CFLAGS)),,-D_FORTIFY_SOURCE=2)
HARD +=		$(if $(filter x86_64%,$(CC_IS)),-fcf-protection)
HARD +=		$(if $(filter aarch64%,$(CC_IS)),-mbranch-protection=standard)
HARD +=		$(if $(filter clang,$(CC_IS)), \
-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
HARDLD =	-pie -Wl,-z,relro,-z,now,-z,noexecstack
endif
ifneq ($(SAN),)
SANFLAGS =	-fsanitize=$(SAN) -fno-sanitize-recover=all \
		-fno-omit-frame-pointer
endif
CPPALL =	-iquote . -iquote $(TOP)/lib -D_GNU_SOURCE \
		$(foreach d,$(DIRS),-D$d='"$($d)"') $(CPPFLAGS)
CALL =		-std=gnu11 $(WARN) $(CFLAGS) $(HARD) $(SANFLAGS) \
		-ffile-prefix-map=$(TOP)/=
LDALL =		$(CFLAGS) $(HARDLD) $(SANFLAGS) -Wl,--as-needed $(LDFLAGS)
lib_flags =	$(patsubst -levent,-levent_core,$(patsubst %,-l%, \
		$(patsubst lib%,%,$(sort $1))))

ifdef V
say =
else
say =		@printf '%-5s %s\n' '$1' '$2'; # each command: $(call say,A,B)
endif

rows =		$(or $(ROWS.$1),$(word 2,$(subst -, ,$1)))

# rewrites file $1 when $2 is news, so what depends on it is made again
dry :=		$(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
was =		x$(strip $(file <$1))
news =		$(subst x$(strip $2),,$(was))$(subst $(was),,x$(strip $2))
note =		$(if $(dry),,$(if $(news),$(file >$1,$(strip $2))))

ifneq ($(strip $(PROGS)$(SRCS)),)
objects =	$(patsubst %.c,$(B)/%.o,$(filter-out $(TABLE),$1))
OBJS :=		$(call objects,$(sort $(SRCS) $(foreach p,$(PROGS),$(SRCS.$p))))
ALLLIBS :=	$(call lib_flags,$(LIBS) $(foreach p,$(PROGS),$(LIBS.$p)))

all: archive $(PROGS:%=$(B)/%)
	@:
archive: $(B)/$(FOLDER).a
	@:

$(shell mkdir -p $(B))
$(call note,$(B)/.cc,$(CC) $(CC_IS) $(CPPALL) $(CALL) $(LDALL))
$(call note,$(B)/.objs,objects $(OBJS))
$(call note,$(B)/.libs,-pipe $(ALLLIBS))

$(B)/%.o: %.c $(B)/.cc
	@mkdir -p $(@D)
	$(call say,CC,$(FOLDER)/$<)$(CC) $(CPPALL) $(CALL) -MMD -MP -c -o $@ $<

$(B)/$(FOLDER).a: $(OBJS) $(B)/.objs
	@rm -f $@
	$(call say,AR,$(FOLDER)/$(@F))$(AR) rcD $@ $(OBJS)

define program
$(B)/$1: $(call objects,$(SRCS.$1)) \
    $(if $(call rows,$1),$(B)/$1.table.o) $(LIBA) \
    $(B)/.libs
	$$(call say,LD,$(FOLDER)/$1)$$(CC) $$(LDALL) -o $$@ \
	    $$(filter %.o %.a,$$^) $(call lib_flags,$(LIBS) $(LIBS.$1))
$(B)/$1.table.o: $(TABLE) $(B)/.cc $(B)/.$1.rows
	$$(call say,TABLE,$(FOLDER)/$1)$$(CC) $$(CPPALL) $$(CALL) -MMD -MP \
	    $(patsubst %,-DIN_%,$(call rows,$1)) -c -o $$@ $$<
$(call note,$(B)/.$1.rows,rows $(call rows,$1))
endef
$(foreach p,$(PROGS),$(eval $(call program,$p)))

$(B)/.cc $(B)/.objs $(B)/.libs $(PROGS:%=$(B)/.%.rows): ;

# made by the top Makefile before; alone, this folder asks for it itself
ifneq ($(FOLDER),lib)
ifdef LIB_MADE
$(LIBA): ;
else
$(LIBA): FORCE
	+@$(MAKE) --no-print-directory -C $(TOP)/lib
endif
endif

# for etc/install.sh and the tests: kind and name, one a line
list:
	@for p in $(filter $(SBIN),$(PROGS)); do echo sbin $$p; done
	@for p in $(filter-out $(SBIN),$(PROGS)); do echo libexec $$p; done
	@for p in $(foreach p,$(PROGS), \
	    $(if $(filter parent,$(call rows,$p)),$p)); \
	    do echo daemon $$p; done
	@for m in $(MAN); do echo man $$m; done

flags: # for clang-tidy, as a shell reads them
	@: $(info $(CPPALL) -std=gnu11 $(TABLE:%=$(sort $(foreach p,$(PROGS), \
	    $(patsubst %,-DIN_%,$(call rows,$p))))))

clean:
	rm -rf $(B)

FORCE:
.PHONY: all archive list flags clean FORCE
.DELETE_ON_ERROR:
-include $(OBJS:.o=.d) $(PROGS:%=$(B)/%.table.d)
endif
