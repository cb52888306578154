# Makes the project: OpenNIC's own script does, with weft's NIC as the user's plugin. The project is in the build
# folder of its checkout; IP that was made there before is used again.
source [file join [file dirname [file normalize [info script]]] common.tcl]
source [file join $weft::here checkout.tcl]
weft::arguments $argv
weft::check_checkout $weft::shell_dir

set argv [list -board $weft::shell_variant -tag weft -jobs $weft::jobs -rebuild 1 -overwrite 0 -impl 0 \
    -user_plugin [file join $weft::root plugin] {*}$weft::parameters]
set argc [llength $argv]
cd $weft::shell_dir/script
source build.tcl
close_project
weft::existing $weft::project

set weft::channel [open $weft::results/project.txt w]
puts $weft::channel "$weft::project"
close $weft::channel
