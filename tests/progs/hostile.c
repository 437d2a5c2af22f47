/* SPDX-License-Identifier: Apache-2.0 */
/* build: -O1 -fno-inline -fno-optimize-sibling-calls */
/*
 * Functions whose names are replaced in the symbol table by what nobody would
 * write: hence no debug information, which would keep the real ones.
 */
#include <stdlib.h>

#include "truth.h"

void hostile_0(void);
void hostile_1(void);
void hostile_2(void);
void hostile_3(void);
void hostile_4(void);
void hostile_5(void);
void hostile_6(void);
void hostile_7(void);
void hostile_8(void);
void hostile_9(void);

#define HOSTILE(n)                                                             \
	void hostile_##n(void)                                                 \
	{                                                                      \
		truth_keep(malloc(1000 + n));                                  \
	}

HOSTILE(0)
HOSTILE(1)
HOSTILE(2)
HOSTILE(3)
HOSTILE(4)
HOSTILE(5)
HOSTILE(6)
HOSTILE(7)
HOSTILE(8)
HOSTILE(9)

int
main(void)
{
	hostile_0();
	hostile_1();
	hostile_2();
	hostile_3();
	hostile_4();
	hostile_5();
	hostile_6();
	hostile_7();
	hostile_8();
	hostile_9();
	return 0;
}
