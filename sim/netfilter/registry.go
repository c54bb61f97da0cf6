package netfilter

// matches are the modules of -m.
var matches = [...]extension{
	{name: "tcp", options: tcpOptions, make: newTCPMatch, table: -1, hooks: anyHook},
	{name: "udp", options: portOptions, make: newPortsMatch("udp", 17), table: -1, hooks: anyHook},
	{name: "udplite", options: portOptions, make: newPortsMatch("udplite", 136), table: -1, hooks: anyHook},
	{name: "sctp", options: portOptions, make: newPortsMatch("sctp", 132), table: -1, hooks: anyHook},
	{name: "dccp", options: portOptions, make: newPortsMatch("dccp", 33), table: -1, hooks: anyHook},
	{name: "icmp", options: []option{{name: "icmp-type", inv: true, must: true}}, make: newICMPMatch, only: 4, proto: 1, table: -1, hooks: anyHook},
	{name: "icmp6", options: []option{{name: "icmpv6-type", inv: true, must: true}}, make: newICMPMatch, only: 6, proto: 58, table: -1, hooks: anyHook},
	{name: "multiport", options: multiportOptions, make: func(family) module { return &multiportMatch{} }, table: -1, hooks: anyHook},
	{name: "state", options: stateOptions, make: newStateMatch, tracks: true, table: -1, hooks: anyHook},
	{name: "conntrack", options: conntrackOptions, make: newConntrackMatch, tracks: true, table: -1, hooks: anyHook},
	{name: "limit", options: limitOptions, make: newLimitMatch, table: -1, hooks: anyHook},
	{name: "comment", options: []option{{name: "comment", must: true}}, make: func(family) module { return &commentMatch{} }, table: -1, hooks: anyHook},
	{name: "mac", options: []option{{name: "mac-source", inv: true, must: true}}, make: func(family) module { return &macMatch{} }, table: -1,
		hooks: atPrerouting | atInput | atForward},
	{name: "iprange", options: iprangeOptions, make: newIPRangeMatch, table: -1, hooks: anyHook},
	{name: "recent", options: recentOptions, make: newRecentMatch, table: -1, hooks: anyHook},
	{name: "connlimit", options: connlimitOptions, make: newConnlimitMatch, tracks: true, table: -1, hooks: anyHook},
	{name: "owner", options: ownerOptions, make: func(family) module { return &ownerMatch{} }, table: -1, hooks: atOutput | atPostrouting},
	{name: "addrtype", options: addrtypeOptions, make: func(family) module { return &addrtypeMatch{} }, table: -1, hooks: anyHook},
	{name: "pkttype", options: []option{{name: "pkt-type", inv: true, must: true}}, make: func(family) module { return &pkttypeMatch{} }, table: -1, hooks: anyHook},
	{name: "length", options: []option{{name: "length", inv: true, must: true}}, make: func(family) module { return &lengthMatch{} }, table: -1, hooks: anyHook},
	{name: "ttl", options: ttlOptions("ttl"), make: newTTLMatch, only: 4, table: -1, hooks: anyHook},
	{name: "hl", options: ttlOptions("hl"), make: newTTLMatch, only: 6, table: -1, hooks: anyHook},
	{name: "hashlimit", options: hashlimitOptions, make: newHashlimitMatch, table: -1, hooks: anyHook},
	{name: "string", options: stringOptions, make: func(family) module { return &stringMatch{to: 65535} }, table: -1, hooks: anyHook},
}

// targets are the extension targets of -j.
var targets = [...]extension{
	{name: "REJECT", options: []option{{name: "reject-with"}}, make: newRejectTarget, target: true, table: filterTable, hooks: atInput | atForward | atOutput},
	{name: "LOG", options: logOptions, make: newLogTarget, target: true, table: -1, hooks: anyHook},
	{name: "DNAT", options: dnatOptions, make: newNATTarget("DNAT"), target: true, tracks: true, table: natTable, hooks: atPrerouting | atOutput},
	{name: "SNAT", options: snatOptions, make: newNATTarget("SNAT"), target: true, tracks: true, table: natTable, hooks: atPostrouting | atInput},
	{name: "MASQUERADE", options: masqueradeOptions, make: newNATTarget("MASQUERADE"), target: true, tracks: true, table: natTable, hooks: atPostrouting},
	{name: "REDIRECT", options: redirectOptions, make: newNATTarget("REDIRECT"), target: true, tracks: true, table: natTable, hooks: atPrerouting | atOutput},
	{name: "NOTRACK", make: func(family) module { return &notrackTarget{} }, target: true, table: rawTable, hooks: atPrerouting | atOutput},
}
