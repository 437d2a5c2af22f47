/* SPDX-License-Identifier: Apache-2.0 */
/* Files that the build embeds, byte for byte; not NUL-terminated. */
#ifndef ASSETS_H
#define ASSETS_H

#include <stddef.h>

extern const unsigned char asset_wrappers_txt[]; /* analyzer/wrappers.txt */
extern const size_t asset_wrappers_txt_size;

extern const unsigned char asset_known_once_txt[]; /* analyzer/known_once.txt */
extern const size_t asset_known_once_txt_size;

/* analyzer/assets/flame_*.js, the parts of one script; write_svg.c orders them
 */
extern const unsigned char asset_flame_data_js[];
extern const size_t asset_flame_data_js_size;
extern const unsigned char asset_flame_words_js[];
extern const size_t asset_flame_words_js_size;
extern const unsigned char asset_flame_view_js[];
extern const size_t asset_flame_view_js_size;
extern const unsigned char asset_flame_search_js[];
extern const size_t asset_flame_search_js_size;
extern const unsigned char asset_flame_card_js[];
extern const size_t asset_flame_card_js_size;
extern const unsigned char asset_flame_link_js[];
extern const size_t asset_flame_link_js_size;
extern const unsigned char asset_flame_page_js[];
extern const size_t asset_flame_page_js_size;
extern const unsigned char asset_flame_keys_js[];
extern const size_t asset_flame_keys_js_size;
extern const unsigned char asset_flame_nodes_js[];
extern const size_t asset_flame_nodes_js_size;
extern const unsigned char asset_flame_tree_js[];
extern const size_t asset_flame_tree_js_size;
extern const unsigned char asset_flame_colors_js[];
extern const size_t asset_flame_colors_js_size;
extern const unsigned char asset_flame_jump_js[];
extern const size_t asset_flame_jump_js_size;
extern const unsigned char asset_flame_diff_js[];
extern const size_t asset_flame_diff_js_size;

extern const unsigned char asset_flame_diff_css[]; /* of a difference */
extern const size_t asset_flame_diff_css_size;
extern const unsigned char asset_flame_css[]; /* analyzer/assets/flame.css */
extern const size_t asset_flame_css_size;

/* analyzer/assets/html.css and html_*.js; html_page.c puts them in */
extern const unsigned char asset_html_css[];
extern const size_t asset_html_css_size;
extern const unsigned char asset_html_graph_js[];
extern const size_t asset_html_graph_js_size;
extern const unsigned char asset_html_table_js[];
extern const size_t asset_html_table_js_size;
extern const unsigned char asset_html_time_js[];
extern const size_t asset_html_time_js_size;
extern const unsigned char asset_html_page_js[];
extern const size_t asset_html_page_js_size;

#endif
