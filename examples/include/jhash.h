/* SPDX-License-Identifier: Apache-2.0 */
/* The final mix of Bob Jenkins' lookup3 (2006, public domain) over three words. */
#ifndef JHASH_H
#define JHASH_H

#include "xdp.h"

#define JHASH_BASIS 0xdeadbeef

static __always_inline __u32 rotate_left(__u32 word, int by)
{
	return word << by | word >> (32 - by);
}

static __always_inline __u32 jhash_3words(__u32 a, __u32 b, __u32 c, __u32 seed)
{
	seed += JHASH_BASIS + (3 << 2);
	a += seed;
	b += seed;
	c += seed;
	c ^= b;
	c -= rotate_left(b, 14);
	a ^= c;
	a -= rotate_left(c, 11);
	b ^= a;
	b -= rotate_left(a, 25);
	c ^= b;
	c -= rotate_left(b, 16);
	a ^= c;
	a -= rotate_left(c, 4);
	b ^= a;
	b -= rotate_left(a, 14);
	c ^= b;
	c -= rotate_left(b, 24);
	return c;
}

#endif
