#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the functions of helpers, network.c, which the compiler reads from its resources: ./build.sh
# [OBJECT]. CLANG chooses the compiler. Lookups in different maps are not to become one call: the
# compiler and the hardware have to know which map it is.
set -eu
cd "$(dirname "$0")"
OBJECT=${1:-../resources/org/weft/compiler/library/network.o}
"${CLANG:-clang}" -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter \
	-Wno-unused-const-variable -mllvm -enable-tail-merge=0 \
	-I../../../../examples/include -fdebug-compilation-dir=. \
	-c network.c -o "$OBJECT"
# Types of maps are in the BTF; DWARF would only make the object longer.
if command -v "${STRIP:-llvm-strip}" >/dev/null; then "${STRIP:-llvm-strip}" -g "$OBJECT"; fi
