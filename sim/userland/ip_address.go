package userland

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mxlab/sim/vnet"
)

// address is "ip address".
func (t *ipTool) address(args []string) int {
	command, rest := ipCommand(args, "add", "change", "chg", "replace", "delete", "flush")
	switch command {
	case "show":
		f, status := t.filter(rest)
		if status == 0 {
			t.show(&f, true)
		}
		return status
	case "add", "change", "chg", "replace", "delete":
		return t.changeAddress(command, rest)
	case "flush":
		return t.flushAddresses(rest)
	case "help":
		return t.usage(ipAddressUsage)
	}
	return t.unknown("address", args[0])
}

// addressWords are the keywords of "ip address add" that take a value.
var addressWords = []string{"dev", "local", "peer", "broadcast", "brd", "anycast", "label", "scope", "metric", "valid_lft", "preferred_lft"}

// addressArgs reads what stands behind "add" and "delete": an address as it was
// written, "" if there is none, and a device. With a status other than 0 the
// command has failed.
func (t *ipTool) addressArgs(args []string) (text, dev string, status int) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if slices.Contains(addressWords, word) {
			if i++; i >= len(args) {
				return text, dev, t.incomplete()
			}
			switch word {
			case "dev":
				dev = args[i]
			case "local":
				text = args[i]
			}
			continue
		}
		switch {
		case slices.Contains([]string{"nodad", "home", "noprefixroute", "mngtmpaddr", "autojoin"}, word):
		case text != "":
			return text, dev, t.fail(255, "Error: either \"local\" is duplicate, or \"%s\" is a garbage.", word)
		default:
			text = word
		}
	}
	return text, dev, 0
}

// changeAddress adds or deletes an address.
func (t *ipTool) changeAddress(command string, args []string) int {
	text, dev, status := t.addressArgs(args)
	if status != 0 {
		return status
	}
	var prefix netip.Prefix
	if text != "" {
		if prefix, status = t.prefix(text); status != 0 {
			return status
		}
	}
	if dev == "" {
		return t.fail(1, "Not enough information: \"dev\" argument is required.")
	}
	iface := t.p.Host.Node.Iface(dev)
	if iface == nil {
		return t.noDevice(dev)
	}
	bare := text != "" && !strings.Contains(text, "/")
	if command == "delete" && bare && prefix.Addr().Is4() {
		t.fail(0, "Warning: Executing wildcard deletion to stay compatible with old scripts.\n"+
			"         Explicitly specify the prefix length (%s) to avoid this warning.\n"+
			"         This special behaviour is likely to disappear in further releases,\n"+
			"         fix your scripts!", prefix)
	}
	if err := t.permitted(); err != nil {
		return t.answer(err)
	}
	if text == "" {
		return t.fail(2, "RTNETLINK answers: Operation not supported")
	}
	if command == "delete" {
		return t.answer(deleteAddress(iface, prefix, bare))
	}
	err := iface.AddAddr(prefix)
	if command != "add" && errors.Is(err, vnet.EEXIST) {
		err = nil
	}
	return t.answer(err)
}

// prefix reads an address with or without a prefix length, of the family asked
// for.
func (t *ipTool) prefix(text string) (netip.Prefix, int) {
	prefix, err := netip.ParsePrefix(text)
	if a, aerr := netip.ParseAddr(text); aerr == nil {
		prefix, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	switch {
	case err != nil:
		return prefix, t.fail(1, "Error: any valid prefix is expected rather than \"%s\".", text)
	case !t.family(prefix.Addr()) && t.v4:
		return prefix, t.fail(1, "Error: inet prefix is expected rather than \"%s\".", text)
	case !t.family(prefix.Addr()):
		return prefix, t.fail(1, "Error: inet6 prefix is expected rather than \"%s\".", text)
	}
	return prefix, 0
}

// deleteAddress takes an address away; a bare one stands for any length.
func deleteAddress(iface *vnet.Iface, prefix netip.Prefix, bare bool) error {
	if bare {
		for _, p := range iface.Addrs() {
			if p.Addr() == prefix.Addr() {
				prefix = p
			}
		}
	}
	return iface.DelAddr(prefix)
}

// flushAddresses takes all addresses that match from an interface.
func (t *ipTool) flushAddresses(args []string) int {
	if len(args) == 0 {
		return t.fail(1, "Flush requires arguments.")
	}
	f, status := t.filter(args)
	if status != 0 {
		return status
	}
	for _, i := range interfacesOf(t.p.Host) {
		if f.name != "" && i.name != f.name || f.up && !i.up {
			continue
		}
		for _, a := range t.shown(&i, &f) {
			if t.permitted() != nil {
				return t.fail(255, "Failed to send flush request: Operation not permitted")
			}
			t.p.Host.Node.Iface(i.name).DelAddr(a.Prefix)
		}
	}
	return 0
}

// broadcastOf is the last address of an IPv4 subnet of more than two.
func broadcastOf(p netip.Prefix) netip.Addr {
	if !p.Addr().Is4() || p.Bits() > 30 {
		return netip.Addr{}
	}
	b := p.Addr().As4()
	mask := uint32(1)<<(32-p.Bits()) - 1
	for i := range b {
		b[i] |= byte(mask >> (24 - 8*i))
	}
	return netip.AddrFrom4(b)
}

// netmaskOf is a prefix length as a mask.
func netmaskOf(bits int) string {
	mask := ^uint32(0) << (32 - bits)
	if bits == 0 {
		mask = 0
	}
	var parts []string
	for shift := 24; shift >= 0; shift -= 8 {
		parts = append(parts, fmt.Sprint(byte(mask>>shift)))
	}
	return strings.Join(parts, ".")
}
