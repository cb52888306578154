# OpenNIC's build script sources this in the folder that it is in.
source [file join [file dirname [pwd]] tcl settings.tcl]
foreach name $weft::sources {
    read_verilog -quiet [file join [file dirname [pwd]] $name]
}
foreach name $weft::constraints {
    read_xdc -quiet [file join [file dirname [pwd]] $name]
    set_property used_in_synthesis false [get_files [file join [file dirname [pwd]] $name]]
    set_property processing_order LATE [get_files [file join [file dirname [pwd]] $name]]
}
if {$weft::has_clock} {
    source [file join [file dirname [pwd]] tcl clock.tcl]
}
