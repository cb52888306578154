# Makes the project: Corundum's sources, constraints and IP as its Makefile for this board lists them, with weft's
# NIC as the application block.
source [file join [file dirname [file normalize [info script]]] common.tcl]
source [file join $weft::here checkout.tcl]
weft::arguments $argv
weft::check_checkout $weft::shell_dir

namespace eval weft {
    # Words of a variable of a Makefile that only sets and appends.
    proc makefile_words {text name} {
        set words {}
        foreach {line value} [regexp -all -line -inline "^$name\\s*\\+?=(.*)\$" $text] {
            lappend words {*}$value
        }
        return $words
    }

    # A design's files are named from its folder on.
    proc shell_files {text name} {
        variable design
        return [lmap file [makefile_words $text $name] {existing [file normalize $design/$file]}]
    }

    variable design $shell_dir/$shell_project
    variable variant $design/$shell_variant
    variable makefile [contents $variant/Makefile]
    if {[makefile_words $makefile FPGA_PART] ne $part} {
        error "ERROR: weft: $variant/Makefile is for [makefile_words $makefile FPGA_PART], this project for $part"
    }
}

create_project -force -part $weft::part weft $weft::work
add_files -fileset sources_1 [weft::shell_files $weft::makefile SYN_FILES]
add_files -fileset sources_1 [weft::ours $weft::sources]
set_property top $weft::top [current_fileset]
add_files -fileset constrs_1 [weft::shell_files $weft::makefile XDC_FILES]
if {[llength $weft::constraints]} {
    add_files -fileset constrs_1 [weft::ours $weft::constraints]
    weft::late $weft::constraints
}
foreach file [weft::shell_files $weft::makefile IP_TCL_FILES] {
    source $file
}
if {$weft::has_clock} {
    source [file join $weft::here clock.tcl]
}

# Its configuration looks for the commit of the folder that it is in, and leaves its parameters in params.
cd $weft::variant
source config.tcl
foreach {name value} $weft::parameters {
    if {![dict exists $params $name]} {
        error "ERROR: weft: $weft::variant/config.tcl has no parameter $name"
    }
    dict set params $name $value
}
# Without an application its registers had no address range.
configure_bar $pcie 0 2 [dict get $params AXIL_APP_CTRL_ADDR_WIDTH]
set weft::generics {}
dict for {name value} $params {
    lappend weft::generics $name=$value
}
set_property generic $weft::generics [get_filesets sources_1]
close_project

set weft::channel [open $weft::results/project.txt w]
puts $weft::channel "$weft::project"
close $weft::channel
