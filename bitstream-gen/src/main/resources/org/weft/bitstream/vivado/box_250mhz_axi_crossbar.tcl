# All registers of the box are the NIC's: no crossbar is needed. OpenNIC's build script sources a file of this name.
