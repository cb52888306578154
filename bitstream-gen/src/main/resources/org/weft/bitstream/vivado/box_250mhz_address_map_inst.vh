// All registers of the box are the NIC's: there is nothing to map. OpenNIC's box includes a file of this name.
