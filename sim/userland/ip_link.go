package userland

import (
	"slices"
	"strconv"

	"mxlab/sim/vnet"
)

// link is "ip link".
func (t *ipTool) link(args []string) int {
	command, rest := ipCommand(args, "set", "add", "delete")
	switch command {
	case "show":
		f, status := t.filter(rest)
		if status == 0 {
			t.show(&f, false)
		}
		return status
	case "set":
		return t.setLink(rest)
	case "add", "delete":
		return t.virtualLink(command, rest)
	case "help":
		return t.usage(ipLinkUsage)
	}
	return t.unknown("link", args[0])
}

// virtualLink refuses to make or remove an interface: those of the lab are
// cards in a machine.
func (t *ipTool) virtualLink(command string, args []string) int {
	if command == "delete" {
		name := ""
		for _, word := range args {
			if name == "" && word != "dev" {
				name = word
			}
		}
		if name == "" {
			return t.fail(255, "Not enough information: \"dev\" argument is required.")
		}
		if t.p.Host.Node.Iface(name) == nil {
			return t.noDevice(name)
		}
	}
	if err := t.permitted(); err != nil {
		return t.answer(err)
	}
	return t.fail(2, "RTNETLINK answers: Operation not supported")
}

// linkWords are keywords of "ip link set" that take a value and change nothing
// that the lab has.
var linkWords = []string{"txqueuelen", "qlen", "alias", "group", "promisc", "allmulticast", "multicast", "arp", "dynamic", "trailers"}

// linkChange is what "ip link set" is told to do.
type linkChange struct {
	name  string
	state string // "up", "down" or nothing
	mtu   int    // 0: not told; -1: told 0
}

// linkChange reads the words of "ip link set". With a status other than 0 the
// command has failed.
func (t *ipTool) linkChange(args []string) (c linkChange, status int) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "dev" || word == "mtu" || word == "name" || word == "address" || slices.Contains(linkWords, word) {
			if i++; i >= len(args) {
				return c, t.incomplete()
			}
			switch word {
			case "dev":
				c.name = args[i]
			case "mtu":
				n, err := strconv.ParseInt(args[i], 0, 32)
				if err != nil || n < 0 {
					return c, t.fail(255, "Error: argument \"%s\" is wrong: Invalid \"mtu\" value\n", args[i])
				}
				c.mtu = int(n)
				if c.mtu == 0 {
					c.mtu = -1
				}
			case "name", "address":
				return c, t.answer(vnet.Errno("Device or resource busy"))
			}
			continue
		}
		switch {
		case word == "up" || word == "down":
			c.state = word
		case c.name != "":
			return c, t.fail(255, "Error: either \"dev\" is duplicate, or \"%s\" is a garbage.", word)
		default:
			c.name = word
		}
	}
	if c.name == "" {
		return c, t.fail(255, "Not enough information: \"dev\" argument is required.")
	}
	return c, 0
}

// setLink is "ip link set": all words are read before anything is changed.
func (t *ipTool) setLink(args []string) int {
	c, status := t.linkChange(args)
	if status != 0 {
		return status
	}
	iface := t.p.Host.Node.Iface(c.name)
	if iface == nil {
		return t.noDevice(c.name)
	}
	if c.state == "" && c.mtu == 0 {
		return 0
	}
	if err := t.permitted(); err != nil {
		return t.answer(err)
	}
	if c.mtu != 0 {
		if err := iface.SetMTU(c.mtu); err != nil {
			side := "greater than device maximum"
			if c.mtu < iface.MTU() {
				side = "less than device minimum"
			}
			return t.fail(2, "Error: mtu %s.", side)
		}
	}
	if c.state != "" {
		iface.SetDown(c.state == "down")
	}
	return 0
}

// ipLinkUsage, ipAddressUsage and the others are shortened to what the lab has.
const ipLinkUsage = `Usage: ip link set { DEVICE | dev DEVICE }
			[ { up | down } ]
		[ arp { on | off } ]
		[ multicast { on | off } ]
		[ promisc { on | off } ]
		[ txqueuelen PACKETS ]
		[ mtu MTU ]

	ip link show [ DEVICE ] [up]

	ip link help [ TYPE ]
`

const ipAddressUsage = `Usage: ip address {add|change|replace} IFADDR dev IFNAME [ LIFETIME ]
       ip address del IFADDR dev IFNAME
       ip address flush [ dev IFNAME ] [ scope SCOPE-ID ]
                            [ to PREFIX ] [ FLAG-LIST ] [ label LABEL ] [up]
       ip address [ show [ dev IFNAME ] [ scope SCOPE-ID ]
                         [ to PREFIX ] [ FLAG-LIST ]
                         [ label LABEL ] [up] ]
IFADDR := PREFIX | ADDR peer PREFIX
          [ broadcast ADDR ] [ anycast ADDR ]
          [ label IFNAME ] [ scope SCOPE-ID ] [ metric METRIC ]
SCOPE-ID := [ host | link | global | NUMBER ]
FLAG-LIST := [ FLAG-LIST ] FLAG
FLAG  := [ permanent | dynamic | secondary | primary ]
`
