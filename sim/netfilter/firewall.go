package netfilter

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

// Firewall is the packet filter of one host.
type Firewall struct {
	host   *host.Host
	tables [2][len(tableKinds)]*table // by family; nil: never used
	track  tracker
	tracks bool // rules need connection tracking
	recent recentLists
	names  names // without look-ups, for traces
	hook   vnet.Hook
	hooked bool
}

type firewallKey struct{}

// Of returns the packet filter of a host, empty at first.
func Of(h *host.Host) *Firewall {
	if fw, ok := h.Value(firewallKey{}).(*Firewall); ok {
		return fw
	}
	fw := &Firewall{host: h}
	fw.names.host = h
	fw.hook = fw.decide
	fw.reset()
	h.SetValue(firewallKey{}, fw)
	return fw
}

// reset forgets everything, as a reboot does.
func (fw *Firewall) reset() {
	fw.tables = [2][len(tableKinds)]*table{}
	fw.track = tracker{}
	fw.recent = recentLists{}
	fw.update()
}

// table returns a table for reading: an empty one if it was never used.
func (fw *Firewall) table(f family, index int) *table {
	if t := fw.tables[f][index]; t != nil {
		return t
	}
	return newTable(f, index)
}

// replace makes a changed table take effect.
func (fw *Firewall) replace(t *table) {
	t.link()
	fw.tables[t.fam][t.index] = t
	fw.update()
}

// update puts the filter into the node's way, or out of it when there is
// nothing to filter.
func (fw *Firewall) update() {
	busy, tracks := false, false
	for f := range fw.tables {
		for _, t := range fw.tables[f] {
			busy = busy || !t.idle()
			tracks = tracks || t.remembers()
		}
	}
	fw.tracks = tracks && busy
	if !fw.tracks {
		fw.track = tracker{}
	}
	if fw.hooked = busy; busy {
		fw.host.Node.SetHook(fw.hook)
	} else {
		fw.host.Node.SetHook(nil)
	}
}

// changed records a change in the trace.
func (fw *Firewall) changed(what string) {
	fw.host.Log.Emit(trace.Event{Kind: trace.Config, Outcome: trace.OK, Node: fw.host.Name, Data: trace.F("firewall " + what)})
}

// decide is the hook: it takes the packet through the tables in netfilter's
// order of priority (NF_IP_PRI_*):
//
//	PREROUTING   raw, tracking, mangle, nat (destination)
//	INPUT        mangle, filter, security, nat (source), tracking confirms
//	FORWARD      mangle, filter, security
//	OUTPUT       raw, tracking, mangle, nat (destination), filter, security
//	POSTROUTING  mangle, nat (source), tracking confirms
func (fw *Firewall) decide(at vnet.Point, p *vnet.Packet, in, out *vnet.Iface) vnet.Verdict {
	x := fw.crossing(at, p, in, out)
	v := x.traverse()
	if v.Action == vnet.Reject && fw.tracks {
		fw.track.rejected(x)
	}
	return v
}

func (fw *Firewall) crossing(at vnet.Point, p *vnet.Packet, in, out *vnet.Iface) *crossing {
	x := &crossing{fw: fw, at: at, p: p, fam: familyOf(p.Dst), now: fw.host.Clock.Since(), length: packetLength(p)}
	if in != nil {
		x.in = in.Name
	}
	if out != nil {
		x.out = out.Name
	}
	x.reload()
	return x
}

func (x *crossing) traverse() vnet.Verdict {
	fw, at := x.fw, x.at
	set := &fw.tables[x.fam]
	first := at == vnet.Prerouting || at == vnet.Output
	if first {
		if v := x.run(set[rawTable]); v.Action != vnet.Accept {
			return v
		}
	}
	if fw.tracks {
		if v := fw.track.enter(x, first); v.Action != vnet.Accept {
			return v
		}
	}
	for _, index := range tableOrder[at] {
		if index == natTable {
			if v := fw.translate(x); v.Action != vnet.Accept {
				return v
			}
			continue
		}
		if v := x.run(set[index]); v.Action != vnet.Accept {
			return v
		}
	}
	if fw.tracks && (at == vnet.Input || at == vnet.Postrouting) {
		fw.track.confirm(x)
	}
	return vnet.Verdict{}
}

// tableOrder are the tables behind connection tracking at each hook point.
var tableOrder = [...][]int{
	vnet.Prerouting:  {mangleTable, natTable},
	vnet.Input:       {mangleTable, filterTable, securityTable, natTable},
	vnet.Forward:     {mangleTable, filterTable, securityTable},
	vnet.Output:      {mangleTable, natTable, filterTable, securityTable},
	vnet.Postrouting: {mangleTable, natTable},
}

// ruleLabel names a rule in a trace: its chain and number, and its -S form.
func (x *crossing) ruleLabel(t *table, ch *chain, number int) string {
	text := ch.rules[number].text(&x.fw.names)
	return strings.TrimRight(fmt.Sprintf("%s #%d: %s", t.label(ch.name), number+1, text), " ")
}
