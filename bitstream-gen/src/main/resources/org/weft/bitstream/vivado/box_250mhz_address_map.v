// All registers of the box are the NIC's: there is nothing to map. OpenNIC's build script reads a file of this name.
module box_250mhz_address_map ();
endmodule
