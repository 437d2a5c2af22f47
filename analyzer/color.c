/* SPDX-License-Identifier: Apache-2.0 */
#include "color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

int
color_parse(enum color_when *when, const char *word)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};

	for (int i = COLOR_AUTO; i <= COLOR_NEVER; i++)
		if (strcmp(words[i], word) == 0) {
			*when = (enum color_when)i;
			return 0;
		}
	return error("--color is auto, always or never, not '%s'", word);
}

bool
color_wanted(enum color_when when, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	if (no && *no)
		return false;
	return fd >= 0 && isatty(fd) && term && *term &&
	       strcmp(term, "dumb") != 0;
}
