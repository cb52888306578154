#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuilds the objects of the examples named, or of all of them: ./build.sh [NAME...]
# CLANG chooses the compiler, CPU the instruction set (v1, v2, v3; v4 from clang 18 on).
set -eu
cd "$(dirname "$0")"
CLANG=${CLANG:-clang}
CPU=${CPU:-v3}
STRIP=${STRIP:-llvm-strip}

if [ $# -eq 0 ]; then
	set -- $(ls -d */ | tr -d / | while read -r name; do
		if [ -f "$name/$name.c" ]; then echo "$name"; fi
	done)
fi
cd ..
for name; do
	base=examples/$name/$name
	"$CLANG" -target bpf -mcpu="$CPU" -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter \
		-Wno-unused-const-variable -Iexamples/include -fdebug-compilation-dir=. \
		-c "$base.c" -o "$base.o"
	# weft reads BTF; DWARF would only make the object ten times as long.
	if command -v "$STRIP" >/dev/null; then "$STRIP" -g "$base.o"; fi
done
