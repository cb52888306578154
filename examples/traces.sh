#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the traces of the examples anew. Needs the module built: mvn -pl examples compile
set -eu
cd "$(dirname "$0")"

# NAME KIND,... COUNT [--flows N]
trace() {
	name=$1
	shift
	java -cp target/classes org.weft.examples.traffic.TrafficGenerator "$1" "$2" 1 \
		"$name/traffic.pcap" ${3:+"$3" "$4"}
}

trace drop MIX 24
trace tx MIX 24
trace count-protocol-drop MIX 60
trace count-protocol-tx MIX 60
trace rxq MIX 40
trace adjust-tail FULL_SIZE,UDP,ICMP,FRAGMENTS 30
trace router-ipv4 UDP,UDP,TCP,TCP,IPV4_OPTIONS,MIX 80
trace iptunnel UDP,TCP,TCP,IPV6,IPV6,ICMP,MIX 140 --flows 10
trace redirect-map MIX 24
trace firewall UDP,TCP,TCP,MIX 120 --flows 8
trace load-balancer UDP,UDP,TCP,TCP,TCP,ICMP,MIX 180 --flows 6
trace vlan VLAN,VLAN,UDP,MIX 60
trace syn-limiter SYN_FLOOD,SYN_FLOOD,TCP,MIX 150
trace tail-call TCP,UDP,VLAN,ICMP,ICMPV6,MIX 100
trace subprog IPV4_OPTIONS,IPV6_EXTENSIONS,VLAN,MIX 80
trace checksum-loop UDP,MALFORMED,IPV4_OPTIONS,MIX 80
trace metadata UDP,TCP,IPV6,MIX 60
trace ping ICMP,ICMP,BAD_ICMP,MIX 120
trace policer UDP,TCP,FULL_SIZE,VLAN,MIX 160 --flows 6
trace fib-router UDP,UDP,TCP,TCP,IPV6,IPV6,FULL_SIZE,ICMP,IPV4_OPTIONS,MIX 120 --flows 24
trace sampler MIX 100
