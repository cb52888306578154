#!/bin/sh
# LUT, LUTRAM (memories and shift registers), FF, BRAM and DSP of a part of the hardware, as yosys maps it to a Virtex-7:
# of all of it, and of each of its blocks without the blocks inside. LC: sites, as yosys estimates them where small tables
# share one.
#   hw-model/area.sh [-t] MACHINE PART [PART...]     parts: pipeline, memory, core, tables, control, nic
# With -t the part's longest path instead, in ps: through cells, as yosys knows them of an Artix-7, without wires.
# MACHINE is a preset or a machine file. Needs Maven and yosys; compiles what is not.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
timing=
if [ "$1" = -t ]; then
  timing=1
  shift
fi
machine=$1
shift
mkdir -p "$here/target/area"
mvn -q -f "$here/.." -pl hw-model -am compile dependency:build-classpath -Dmdep.outputFile=target/area/classpath \
  -DincludeScope=runtime >/dev/null
classpath=$(cat "$here/target/area/classpath")
for part; do
  folder=$here/target/area/$(basename "$machine")-$part
  mkdir -p "$folder"
  java -cp "$here/target/classes:$here/../isa/target/classes:$classpath" org.weft.hw.Verilog \
    "$machine" "$part" "$folder" >"$folder/log"
  if [ "$timing" ]; then
    yosys -q -p "read_verilog $folder/*.v; synth_xilinx -family xc7; flatten; \
      read_verilog -lib -specify -overwrite +/xilinx/cells_sim.v; tee -o $folder/path sta" >"$folder/yosys.log"
    sed -n '/^Latest arrival/,/^$/p' "$folder/path"
    continue
  fi
  yosys -q -p "read_verilog $folder/*.v; synth_xilinx -family xc7; tee -o $folder/stat stat -tech xilinx" \
    >"$folder/yosys.log"
  awk -v machine="$(basename "$machine")" '
    function line() {
      if (name == "") return
      printf "%s %s: %d LUT, %d LC, %d of LUTRAM, %d FF, %.1f BRAM36, %d DSP\n",
        machine, name, lut, lc, ram, ff, bram, dsp
    }
    $1 == "===" {
      line()
      name = $2 == "design" ? "all" : $2
      lut = lc = ram = ff = bram = dsp = 0
    }
    $1 ~ /^LUT[1-6]$/ { lut += $2 }
    $1 ~ /^RAM(32M|64M)$/ { ram += 4 * $2 }
    $1 ~ /^RAM(32|64)X1D$/ { ram += 2 * $2 }
    $1 ~ /^RAM128X1D$/ { ram += 4 * $2 }
    $1 ~ /^SRL/ { ram += $2 }
    /Estimated number of LCs/ { lc = $NF }
    $1 ~ /^FD/ { ff += $2 }
    $1 == "RAMB36E1" { bram += $2 }
    $1 == "RAMB18E1" { bram += $2 / 2 }
    $1 == "DSP48E1" { dsp += $2 }
    END { line() }' "$folder/stat"
done
