package org.weft.bitstream.vivado;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a project needs of a shell's checkout, written for tests: the files that its scripts name,
 * with no hardware in them.
 */
final class Checkout {
  private Checkout() {}

  /**
   * Makes one.
   *
   * @param ports of the shell's block, as {@code tcl/ports.txt} of the project has them
   */
  static Path make(Card card, List<String> ports, Path folder) throws IOException {
    String header =
        ports.stream()
            .map(port -> port.split(" "))
            .map(port -> "    " + port[0] + "  wire [" + port[2] + "-1:0]  " + port[1])
            .collect(Collectors.joining(",\n"));
    String block =
        "// module "
            + card.shell().block()
            + " ();\nmodule "
            + card.shell().block()
            + " #\n(\n    parameter A = 1\n)\n(\n    /* ports */\n"
            + header
            + "\n);\nendmodule\n";
    write(folder, card.shell().blockFile(), block);
    if (card.shell() == Shell.CORUNDUM) {
      corundum(card, folder);
    } else {
      openNic(card, folder);
    }
    return folder;
  }

  private static void corundum(Card card, Path folder) throws IOException {
    String design = card.folder() + "/";
    write(
        folder,
        design + card.variant() + "/Makefile",
        """
        # FPGA settings
        FPGA_PART = %s
        FPGA_TOP = fpga
        SYN_FILES = rtl/fpga.v
        SYN_FILES += rtl/core.v ../common/dma.v
        XDC_FILES = fpga.xdc
        XDC_FILES += lib/fifo.tcl
        IP_TCL_FILES = ip/pcie.tcl
        include ../common/vivado.mk
        """
            .formatted(card.part()));
    for (String name : List.of("rtl/fpga.v", "rtl/core.v", "../common/dma.v", "fpga.xdc")) {
      write(folder, design + name, "");
    }
    write(folder, design + "lib/fifo.tcl", "");
    write(folder, design + "ip/pcie.tcl", "create_ip -name pcie -module_name pcie_0\n");
    write(
        folder,
        design + card.variant() + "/config.tcl",
        """
        set params [dict create]
        foreach name {IF_COUNT PORTS_PER_IF SCHED_PER_IF APP_ENABLE APP_ID APP_CTRL_ENABLE APP_DMA_ENABLE
            APP_AXIS_DIRECT_ENABLE APP_AXIS_SYNC_ENABLE APP_AXIS_IF_ENABLE APP_STAT_ENABLE BUILD_DATE RELEASE_INFO} {
            dict set params $name 7
        }
        dict set params AXIL_APP_CTRL_ADDR_WIDTH 24
        set pcie [get_ips pcie_0]
        proc configure_bar {pcie function bar aperture} { puts "bar $bar: $aperture" }
        set_property generic {} [get_filesets sources_1]
        """);
  }

  private static void openNic(Card card, Path folder) throws IOException {
    write(folder, "script/board_settings/" + card.variant() + ".tcl", "set part " + card.part());
    write(folder, "plugin/p2p/p2p_322mhz.sv", "");
    write(
        folder,
        "script/build.tcl",
        """
        set root_dir [file normalize ..]
        array set options {-board "" -tag "" -jobs 8 -rebuild 0 -overwrite 0 -impl 0 -user_plugin "" -num_cmac_port 1
            -num_phys_func 1 -num_qdma 1 -use_phys_func 1 -build_timestamp 0}
        for {set i 0} {$i < $argc} {incr i 2} {
            set arg [lindex $argv $i]
            if {![info exists options($arg)]} { error "no option $arg" }
            set options($arg) [lindex $argv [expr {$i + 1}]]
        }
        source board_settings/$options(-board).tcl
        set build ../build/$options(-board)_$options(-tag)/open_nic_shell
        create_project -force open_nic_shell $build -part $part
        source $options(-user_plugin)/box_250mhz/box_250mhz_axi_crossbar.tcl
        read_verilog -quiet $options(-user_plugin)/box_250mhz/box_250mhz_address_map.v
        foreach name {user_plugin_250mhz_inst.vh box_250mhz_address_map_inst.vh} {
            if {![file exists $options(-user_plugin)/box_250mhz/$name]} { error "no $name" }
        }
        cd $options(-user_plugin)
        source build_box_250mhz.tcl
        cd $root_dir/script
        read_verilog -quiet -sv $root_dir/plugin/p2p/p2p_322mhz.sv
        set_property top open_nic_shell [current_fileset]
        """);
  }

  private static void write(Path folder, String name, String text) throws IOException {
    Path file = folder.resolve(name).normalize();
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
