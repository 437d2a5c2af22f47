/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A function's name without what makes it long: template arguments and
 * parameters, qualifiers behind them, ABI tags, Go's instantiations. C++, Rust
 * and Go; what is not understood stays as it is.
 *
 *	std::vector<A, std::allocator<A> >::push_back(A const&) const
 *	std::vector<>::push_back()
 */
#ifndef SHORT_NAME_H
#define SHORT_NAME_H

/* The caller frees. A short name stays as it is. */
char *short_name(const char *name);

#endif
