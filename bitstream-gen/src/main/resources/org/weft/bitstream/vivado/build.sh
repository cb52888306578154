#!/bin/sh
# Builds the bitstream with Vivado, which has to be on PATH, step by step: results/weft.bit is the last. A step whose
# result is there is not done again; logs are in logs/.
#   ./build.sh SHELL_DIR      SHELL_DIR: a checkout of the shell, see README.md
set -eu
if [ $# -ne 1 ]; then
  echo "usage: $0 SHELL_DIR" >&2
  exit 2
fi
shell=$(readlink -f -- "$1")
cd "$(dirname -- "$(readlink -f -- "$0")")"
if ! command -v vivado >/dev/null 2>&1; then
  echo "build.sh: vivado is not on PATH" >&2
  exit 2
fi
mkdir -p logs
step() {
  if [ -f "results/$1.done" ]; then return; fi
  echo "$1 ..." >&2
  vivado -mode batch -nojournal -log "logs/$1.log" -source "tcl/$1.tcl" -tclargs "$shell" vivado results >/dev/null || {
    grep -m 1 '^ERROR' "logs/$1.log" >&2 || true
    echo "build.sh: $1 failed; its log is logs/$1.log" >&2
    exit 1
  }
  touch "results/$1.done"
}
for name in create_project synthesise implement write_bitstream; do step "$name"; done
echo "$PWD/results/weft.bit"
