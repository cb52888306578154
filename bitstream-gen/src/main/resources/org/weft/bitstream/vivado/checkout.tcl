# Checks that the shell's checkout is what this project was made for: that the files are there that the scripts use,
# and that the block that the NIC is in has the ports that the NIC was made for, by name, direction and order.
# Without Vivado: tclsh tcl/checkout.tcl SHELL_DIR
namespace eval weft {
    proc ports_of {text module} {
        regsub -all {//[^\n]*} $text "" text
        regsub -all {/\*.*?\*/} $text "" text
        if {![regexp "\\ymodule\\s+$module\\y.*?\\);" $text header]} {
            return {}
        }
        set ports {}
        foreach {all direction name} [regexp -all -inline \
                {\m(input|output)\s+(?:wire\s+|reg\s+|logic\s+)?(?:\[[^\]]*\]\s*)?(\w+)} $header] {
            # A port under several conditions is one.
            if {[lsearch $ports [list $direction $name]] < 0} {
                lappend ports [list $direction $name]
            }
        }
        return $ports
    }

    proc check_checkout {shell_dir} {
        variable here
        variable shell_repository
        variable shell_commit
        variable shell_files
        variable block_file
        variable block
        if {![file isdirectory $shell_dir]} {
            error "ERROR: weft: $shell_dir: no such folder; clone $shell_repository and give its path"
        }
        foreach name $shell_files {
            if {![file exists $shell_dir/$name]} {
                error "ERROR: weft: $shell_dir has no $name: is it a checkout of $shell_repository?"
            }
        }
        set channel [open $shell_dir/$block_file]
        set found [ports_of [read $channel] $block]
        close $channel
        set channel [open [file join $here ports.txt]]
        set want [lmap line [split [string trim [read $channel]] \n] {lrange $line 0 1}]
        close $channel
        foreach port $want {
            if {[lsearch $found $port] < 0} {
                error "ERROR: weft: $shell_dir/$block_file: $block has no [join $port { }]; this project was made for commit\
                    $shell_commit"
            }
        }
        foreach port $found {
            if {[lsearch $want $port] < 0} {
                error "ERROR: weft: $shell_dir/$block_file: $block has a port more: [join $port { }]; this project was made\
                    for commit $shell_commit"
            }
        }
        set commit unknown
        catch {set commit [exec git -C $shell_dir rev-parse HEAD 2>/dev/null]}
        if {$commit ne $shell_commit} {
            puts "weft: note: $shell_dir is at commit $commit; this project was made for $shell_commit"
        }
        puts "weft: $shell_dir has the files and the [llength $want] ports of $block"
    }
}

if {[info exists argv0] && [file tail $argv0] eq "checkout.tcl"} {
    namespace eval weft {
        variable here [file dirname [file normalize [info script]]]
    }
    source [file join $weft::here settings.tcl]
    if {$argc != 1} {
        puts stderr "usage: tclsh checkout.tcl SHELL_DIR"
        exit 2
    }
    if {[catch {weft::check_checkout [lindex $argv 0]} message]} {
        puts stderr [string map {"ERROR: " ""} $message]
        exit 2
    }
}
