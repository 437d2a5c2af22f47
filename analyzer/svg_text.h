/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names as text of an XML file, whatever is in them. What XML can't hold
 * (control characters, invalid UTF-8, the two last code points of the basic
 * plane) and what would make text lie to its reader (characters that turn the
 * direction of writing) becomes U+FFFD.
 */
#ifndef SVG_TEXT_H
#define SVG_TEXT_H

#include <stdint.h>
#include <stdio.h>

/*
 * Takes one character off *text and returns its code point, U+FFFD for what
 * may not stand; 0 at the end, where *text stays.
 */
uint32_t svg_text_next(const char **text);

/* Writes `text`, safe between tags and between double quotes alike. */
void svg_text_put(FILE *out, const char *text);
/* ` name="value"`; the name is ours. */
void svg_text_attribute(FILE *out, const char *name, const char *value);

/*
 * Writes as much of a function's name as `cells` characters of a monospace
 * font can show: without its parameters if they are too long, then with an
 * ellipsis in the middle. The last component of a qualified name is kept as
 * long as there is room, since it says most.
 */
void svg_text_put_fitted(FILE *out, const char *name, unsigned cells);

/* Widths in such cells; East Asian wide characters count as two. */
unsigned svg_text_cells(const char *text);

#endif
