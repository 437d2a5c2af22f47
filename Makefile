# heapflame: everything that is made lands in $(BUILD).
BUILD  ?= build
CFLAGS ?= -O2 -g

WARN   = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	 -Wpointer-arith -Wvla -Wno-unused-parameter
OURS   = -std=gnu11 $(WARN) -MMD -MP -Iinclude

# Each flag of the shim has a reason: docs/ARCHITECTURE.md, "Build of the shim".
SHIM_CFLAGS  = -fPIC -fvisibility=hidden -ftls-model=initial-exec \
	       -fno-stack-protector -fno-builtin -fno-plt \
	       -fno-optimize-sibling-calls -fexceptions -mcx16
SHIM_CFLAGS := $(filter-out -fno-optimize-sibling-calls,$(SHIM_CFLAGS))
SHIM_LDFLAGS = -shared -nostdlib -Wl,-z,defs -Wl,-z,now -Wl,-z,relro \
	       -Wl,--version-script=preload/exports.map -Wl,--hash-style=gnu

PRELOAD  = $(patsubst %.c,$(BUILD)/%.o,$(wildcard preload/*.c))
ANALYZER = $(patsubst %.c,$(BUILD)/%.o,$(wildcard analyzer/*.c))
LIBS     = -ldw -lelf -liberty -lm

all: $(BUILD)/libheapflame.so $(BUILD)/heapflame

$(BUILD)/libheapflame.so: $(PRELOAD) preload/exports.map
	$(CC) $(SHIM_LDFLAGS) -o $@ $(PRELOAD) -lc -lgcc $(LDFLAGS)

$(BUILD)/heapflame: $(ANALYZER)
	$(CC) -o $@ $(ANALYZER) $(LDFLAGS) $(LIBS)

$(BUILD)/preload/%.o: preload/%.c
	@mkdir -p $(@D)
	$(CC) $(OURS) $(SHIM_CFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/analyzer/%.o: analyzer/%.c
	@mkdir -p $(@D)
	$(CC) $(OURS) $(CFLAGS) -c -o $@ $<

clean:
	rm -rf $(BUILD)

-include $(PRELOAD:.o=.d) $(ANALYZER:.o=.d)
.PHONY: all clean
