# Stands for Vivado in tests: tclsh stubs.tcl SCRIPT [ARGUMENT...]
# Commands of Vivado (UG835) that scripts may use, with their options; another command or option is an error, as is a
# file that is not there. Each call is printed. SLACK in the environment is what timing comes to, FAIL names a run that
# fails.
namespace eval stub {
    # Command, options without and with a value, least and most arguments.
    variable commands {
        create_project {-force -ip -in_memory -quiet} {-part} 1 2
        open_project {-read_only -quiet} {} 1 1
        close_project {-quiet} {} 0 0
        current_project {-quiet} {} 0 1
        current_fileset {-quiet -simset -constrset} {} 0 1
        current_run {-quiet -synthesis -implementation} {} 0 1
        add_files {-norecurse -force -quiet} {-fileset -of_objects -copy_to} 0 1
        read_verilog {-sv -quiet} {-library} 1 1
        read_vhdl {-vhdl2008 -quiet} {-library} 1 1
        read_xdc {-unmanaged -quiet} {-cells -ref -mode} 1 1
        read_ip {-quiet} {} 1 1
        get_filesets {-quiet} {-of_objects -filter} 0 1
        get_files {-quiet -all} {-of_objects -filter} 0 1
        get_ips {-quiet -all} {-of_objects -filter} 0 1
        get_runs {-quiet} {-of_objects -filter} 0 1
        get_clocks {-quiet} {-of_objects -filter} 0 1
        get_pins {-quiet -hierarchical} {-of_objects -filter} 0 1
        get_property {-quiet -min -max} {} 2 2
        set_property {-quiet} {-dict -name -value -object} 0 3
        set_param {-quiet} {} 2 2
        create_ip {-force -quiet} {-name -vendor -library -version -module_name -dir -vlnv} 0 0
        upgrade_ip {-quiet} {} 1 1
        generate_target {-force -quiet} {} 2 2
        create_ip_run {-force -quiet} {} 1 1
        update_compile_order {-quiet} {-fileset} 0 0
        reset_run {-quiet -prev_step} {-from_step} 1 1
        launch_runs {-quiet -force -scripts_only} {-jobs -to_step -dir} 1 1
        wait_on_run {-quiet} {-timeout} 1 1
        open_run {-quiet} {-name} 1 1
        write_checkpoint {-force -quiet} {-cell} 1 1
        write_bitstream {-force -quiet} {} 1 1
        write_cfgmem {-force -quiet -checksum} {-format -size -interface -loadbit -file} 0 0
        report_utilization {-quiet -hierarchical} {-file} 0 0
        report_timing_summary {-quiet} {-file -max_paths} 0 0
        set_max_delay {-quiet -datapath_only} {-from -to -through} 1 1
    }
    variable project ""
    variable finished {}

    proc fail {text} {
        error "stub: $text"
    }

    # Sorts a call's words into options and arguments.
    proc call {name flags valued least most words} {
        puts "$name [string range $words 0 200]"
        set options [dict create]
        set arguments {}
        for {set i 0} {$i < [llength $words]} {incr i} {
            set word [lindex $words $i]
            if {$word in $flags} {
                dict set options $word 1
            } elseif {$word in $valued} {
                incr i
                if {$i == [llength $words]} { fail "$name: $word has no value" }
                dict set options $word [lindex $words $i]
            } elseif {[regexp {^-[a-z]} $word]} {
                fail "$name has no option $word"
            } else {
                lappend arguments $word
            }
        }
        if {[llength $arguments] < $least || [llength $arguments] > $most} {
            fail "$name: [llength $arguments] arguments"
        }
        if {[info procs ::stub::do_$name] ne ""} {
            return [do_$name $options $arguments]
        }
        return [expr {[llength $arguments] ? [lindex $arguments 0] : $name}]
    }

    foreach {name flags valued least most} $commands {
        proc ::$name {args} [list apply [list {name flags valued least most} {
            upvar args words
            return [::stub::call $name $flags $valued $least $most $words]
        } ::] $name $flags $valued $least $most]
    }

    proc files {list} {
        foreach file $list {
            if {![file exists $file]} { fail "$file is not there" }
        }
        return $list
    }
    proc written {file} {
        if {![file isdirectory [file dirname $file]]} { fail "[file dirname $file]: no such folder" }
        set channel [open $file w]
        puts $channel "stands for what Vivado writes"
        close $channel
        return $file
    }
    proc open_now {} {
        variable project
        if {$project eq ""} { fail "no project is open" }
    }

    proc do_create_project {options arguments} {
        variable project
        if {$project ne ""} { fail "$project is open" }
        if {![dict exists $options -part]} { fail "create_project without -part" }
        lassign $arguments name folder
        file mkdir $folder
        set project [written $folder/$name.xpr]
    }
    proc do_open_project {options arguments} {
        variable project
        set project [lindex [files [list [lindex $arguments 0]]] 0]
    }
    proc do_close_project {options arguments} {
        variable project
        open_now
        set project ""
    }
    proc do_add_files {options arguments} {
        open_now
        if {[dict exists $options -fileset] && [dict get $options -fileset] ni {sources_1 constrs_1}} {
            fail "no fileset [dict get $options -fileset]"
        }
        return [files [lindex $arguments 0]]
    }
    foreach name {read_verilog read_vhdl read_xdc read_ip} {
        proc do_$name {options arguments} {
            open_now
            return [files [lindex $arguments 0]]
        }
    }
    proc do_set_property {options arguments} {
        if {[dict exists $options -dict]} {
            if {[llength [dict get $options -dict]] % 2} { fail "set_property -dict: a name without a value" }
            if {[llength $arguments] != 1} { fail "set_property -dict: give objects" }
        } elseif {[dict exists $options -name]} {
            if {[dict size $options] != 3} { fail "set_property: -name, -value and -object go together" }
        } elseif {[llength $arguments] != 3} {
            fail "set_property: give name, value and objects"
        }
    }
    proc do_get_property {options arguments} {
        variable finished
        switch -glob [lindex $arguments 0] {
            PROGRESS { return [expr {[lindex $arguments 1] in $finished ? "100%" : "0%"}] }
            STATUS { return [expr {[lindex $arguments 1] in $finished ? "complete" : "failed"}] }
            STATS.WNS { return [expr {[info exists ::env(SLACK)] ? $::env(SLACK) : 0.123}] }
            STATS.WHS { return 0.012 }
            CONFIG.axisten_if_width { return 256_bit }
            default { return "" }
        }
    }
    proc do_create_ip {options arguments} {
        open_now
        foreach option {-name -module_name} {
            if {![dict exists $options $option]} { fail "create_ip without $option" }
        }
    }
    proc do_launch_runs {options arguments} {
        open_now
    }
    proc do_wait_on_run {options arguments} {
        variable finished
        set run [lindex $arguments 0]
        if {![info exists ::env(FAIL)] || $::env(FAIL) ne $run} { lappend finished $run }
    }
    proc do_open_run {options arguments} {
        open_now
    }
    foreach name {write_checkpoint write_bitstream} {
        proc do_$name {options arguments} {
            open_now
            return [written [lindex $arguments 0]]
        }
    }
    proc do_write_cfgmem {options arguments} {
        files [list [lindex [dict get $options -loadbit] 2]]
        return [written [dict get $options -file]]
    }
    foreach name {report_utilization report_timing_summary} {
        proc do_$name {options arguments} {
            open_now
            return [written [dict get $options -file]]
        }
    }
}

proc unknown {args} {
    error "stub: Vivado has no command [lindex $args 0]"
}

set argv0 [lindex $argv 0]
set argv [lrange $argv 1 end]
set argc [llength $argv]
if {[catch {source $argv0} message]} {
    puts "ERROR: $message"
    puts stderr $message
    exit 1
}
