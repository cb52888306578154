# What all scripts share. Their arguments: the shell's checkout, a folder for Vivado's project, a folder for results.
# Names are in a namespace: a shell's own scripts use many of the global ones.
namespace eval weft {
    variable here [file dirname [file normalize [info script]]]
    variable root [file dirname $here]
}
source [file join $weft::here settings.tcl]

namespace eval weft {
    proc arguments {arguments} {
        variable shell_dir
        variable work
        variable results
        variable project
        variable shell
        variable shell_tag
        if {[llength $arguments] != 3} {
            error "ERROR: weft: give the shell's checkout, a folder for the project and one for results"
        }
        lassign [lmap path $arguments {file normalize $path}] shell_dir work results
        foreach folder [list $work $results] {
            file mkdir $folder
        }
        # OpenNIC's scripts make their project in its checkout.
        if {$shell eq "opennic"} {
            set project $shell_dir/build/$shell_tag/open_nic_shell/open_nic_shell.xpr
        } else {
            set project $work/weft.xpr
        }
    }

    # Files of this folder, by their names in it.
    proc ours {names} {
        variable root
        return [lmap name $names {existing [file join $root $name]}]
    }

    # Constraints that name clocks which the IP's own constraints make.
    proc late {names} {
        foreach file [ours $names] {
            set_property used_in_synthesis false [get_files $file]
            set_property processing_order LATE [get_files $file]
        }
    }

    proc existing {file} {
        if {![file exists $file]} {
            error "ERROR: weft: $file: no such file"
        }
        return $file
    }

    proc contents {file} {
        set channel [open [existing $file]]
        set text [read $channel]
        close $channel
        return $text
    }

    # Runs a run of the project to its end.
    proc finish {run} {
        variable jobs
        reset_run $run
        launch_runs $run -jobs $jobs
        wait_on_run $run
        if {[get_property PROGRESS [get_runs $run]] ne "100%"} {
            error "ERROR: weft: $run failed: [get_property STATUS [get_runs $run]]"
        }
        open_run $run
    }
}
