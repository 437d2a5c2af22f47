/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flame graph in the page, taken apart: the picture for a reader without
 * scripts and for paper, and the document that a frame of the page shows, which
 * draws its own.
 */
#ifndef HTML_PICTURE_H
#define HTML_PICTURE_H

#include "write.h"

struct html_picture {
	char *drawn; /* <svg>, without script and data; "" if there is none */
	char *document; /* the SVG without what its script throws away */
	int height; /* px, of the drawing */
};

/*
 * Of what `write` writes, an SVG of that width in px; 0: the usual one.
 * is_read: somebody will read what is drawn without the tool, which is made
 * once more, so narrow that paper has room for its words. 0, or -1 after
 * error().
 */
int html_picture_make(struct html_picture *h, bool is_read,
	int (*write)(FILE *out, int width, void *context), void *context);
/* Once it is kept elsewhere. */
void html_picture_forget_document(struct html_picture *h);
void html_picture_release(struct html_picture *h);

/* As flame.h makes it. */
int html_picture_flame(struct html_picture *h, bool is_read, struct profile *p,
	const struct selection *s, const struct svg_options *o);

/* Its parts alone, of an SVG; an SVG of another make stays whole. */
void html_picture_split(struct html_picture *h, const char *svg);

#endif
