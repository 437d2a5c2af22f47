/* SPDX-License-Identifier: Apache-2.0 */
/* Files that the build embeds, byte for byte; not NUL-terminated. */
#ifndef ASSETS_H
#define ASSETS_H

#include <stddef.h>

extern const unsigned char asset_wrappers_txt[]; /* analyzer/wrappers.txt */
extern const size_t asset_wrappers_txt_size;

extern const unsigned char asset_flame_js[]; /* analyzer/assets/flame.js */
extern const size_t asset_flame_js_size;

extern const unsigned char asset_flame_css[]; /* analyzer/assets/flame.css */
extern const size_t asset_flame_css_size;

#endif
