#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuilds the objects of the examples named, or of all of them: ./build.sh [NAME...]
# CLANG chooses the compiler, CPU the instruction set (v1, v2, v3; v4 from clang 18 on), OUT a
# folder for the objects, which else go beside their sources.
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
	source=examples/$name/$name.c
	object=${OUT:-examples/$name}/$name.o
	"$CLANG" -target bpf -mcpu="$CPU" -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter \
		-Wno-unused-const-variable -Iexamples/include -fdebug-compilation-dir=. \
		-c "$source" -o "$object"
	# weft reads BTF; DWARF would only make the object ten times as long.
	if command -v "$STRIP" >/dev/null; then "$STRIP" -g "$object"; fi
done
