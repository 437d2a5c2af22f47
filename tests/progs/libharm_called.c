/* SPDX-License-Identifier: Apache-2.0 */
/* Calls the program back while the loader loads and unloads it. */
void called_by_library(void) __attribute__((weak));

static void __attribute__((constructor)) begin(void)
{
	called_by_library();
}

static void __attribute__((destructor)) finish(void)
{
	called_by_library();
}
