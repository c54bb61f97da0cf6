package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim"
	"mxlab/sim/distro"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/vnet"
)

// Drawn is a scenario with the parameters of one student.
type Drawn struct {
	Scenario  Scenario // all references replaced; zero but for ID for a bare network
	Network   Network
	Values    Values
	Blueprint sim.Blueprint
}

// builder turns the drawn files into a blueprint and collects what is wrong.
type builder struct {
	set    *Set
	values Values
	net    collector
	sc     collector
	hosts  map[string]*sim.Host
}

// Draw draws the parameters for seed and builds the blueprint. The error is
// Problems with everything that is wrong in the files.
func (s *Set) Draw(seed uint64) (*Drawn, error) {
	var raw Network
	if err := s.network.decode(&raw, nil); err != nil {
		return nil, err
	}
	netValues, err := draw(raw.Params, nil, seed)
	if err != nil {
		return nil, Problems{{File: s.network.name, Msg: err.Error()}}
	}
	values, err := draw(s.Head.Params, netValues, seed)
	if err != nil {
		return nil, Problems{{File: s.scenario.name, Msg: err.Error()}}
	}
	d := &Drawn{Values: values, Scenario: Scenario{ID: s.Head.ID}}
	var problems Problems
	if err := s.network.decode(&d.Network, values); err != nil {
		problems = append(problems, err.(Problems)...)
	}
	if s.scenario != nil {
		if err := s.scenario.decode(&d.Scenario, values); err != nil {
			problems = append(problems, err.(Problems)...)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	b := &builder{set: s, values: values, net: collector{file: s.network.name}, hosts: map[string]*sim.Host{}}
	d.Blueprint = sim.Blueprint{Name: d.Scenario.ID, Hash: s.Hash, Seed: seed}
	b.network(&d.Network, &d.Blueprint)
	if s.scenario != nil {
		b.sc.file = s.scenario.name
		b.scenario(&d.Scenario, &d.Blueprint)
	}
	problems = append(b.net.list, b.sc.list...)
	if len(problems) > 0 {
		return nil, problems
	}
	return d, nil
}

func (b *builder) netErr(keys []any, format string, args ...any) {
	line, col := b.set.network.find(keys...)
	b.net.add(line, col, format, args...)
}

func (b *builder) scErr(keys []any, format string, args ...any) {
	line, col := b.set.scenario.find(keys...)
	b.sc.add(line, col, format, args...)
}

func at(keys ...any) []any { return keys }

// network builds links, hosts, portals and mailboxes.
func (b *builder) network(n *Network, bp *sim.Blueprint) {
	start, err := time.Parse(time.RFC3339, n.Start)
	if err != nil {
		b.netErr(at("start"), "start: %q is not a date and time as 2026-03-02T09:00:00Z", n.Start)
	}
	bp.Start = start
	links := map[string]bool{}
	for i, l := range n.Links {
		if l.Name == "" || links[l.Name] {
			b.netErr(at("links", i, "name"), "link name %q is empty or used twice", l.Name)
		}
		links[l.Name] = true
		link := sim.Link{Name: l.Name, Label: l.Label.Sim()}
		if l.Latency == "" {
			b.netErr(at("links", i), "link %s needs a latency as 5ms", l.Name)
		}
		quality := LinkPatch{Latency: l.Latency, Loss: &l.Loss, Bandwidth: l.Bandwidth, MTU: l.MTU, Fragments: l.Fragments}
		quality.apply(&link, func(key, format string, args ...any) { b.netErr(at("links", i, key), format, args...) })
		bp.Links = append(bp.Links, link)
	}
	bp.Hosts = make([]sim.Host, len(n.Hosts))
	for i := range n.Hosts {
		b.host(i, &n.Hosts[i], &bp.Hosts[i], links)
	}
	for i := range n.Hosts {
		if err := b.checkVia(&bp.Hosts[i]); err != nil {
			b.netErr(at("hosts", i, "via"), "%v", err)
		}
	}
	for i, p := range n.Portals {
		delay, err := sim.ParseDuration(p.Delay)
		if err != nil {
			b.netErr(at("portals", i, "delay"), "%v", err)
		}
		if !slices.Contains(sim.PortalKinds(), p.Kind) {
			b.netErr(at("portals", i, "kind"), "unknown portal kind %q, want one of %s", p.Kind, strings.Join(sim.PortalKinds(), ", "))
		}
		bp.Portals = append(bp.Portals, sim.Portal{Name: p.Name, Kind: p.Kind, Label: p.Label.Sim(), Intro: p.Intro.Sim(), Delay: time.Duration(delay), Settings: p.Settings})
	}
	for i, m := range n.Mailboxes {
		if b.hosts[m.Host] == nil {
			b.netErr(at("mailboxes", i, "host"), "no host %q", m.Host)
		}
		if b.hosts[m.Store] == nil {
			b.netErr(at("mailboxes", i, "store"), "no host %q", m.Store)
		}
		port := m.Port
		if port == 0 {
			port = 25
		}
		bp.Boxes = append(bp.Boxes, sim.Mailbox{Address: m.Address, Name: m.Name, Host: m.Host, SMTP: m.SMTP, SMTPPort: uint16(port),
			Incoming: m.Incoming, Proto: m.Proto, Store: m.Store, User: m.User, Password: m.Password, Auth: m.Auth})
	}
}

func (b *builder) host(i int, h *Host, out *sim.Host, links map[string]bool) {
	if h.Name == "" || b.hosts[h.Name] != nil {
		b.netErr(at("hosts", i, "name"), "host name %q is empty or used twice", h.Name)
	}
	b.hosts[h.Name] = out
	flavour := host.Debian
	if h.Flavour != "" {
		flavour = host.Flavour(h.Flavour)
	}
	for j, p := range h.Packages {
		if !slices.Contains(distro.Packages(flavour), p) {
			b.netErr(at("hosts", i, "packages", j), "no package %q for %s, there are %s", p, flavour, strings.Join(distro.Packages(flavour), ", "))
		}
	}
	*out = sim.Host{Name: h.Name, Kind: h.Kind, Label: h.Label.Sim(), X: h.At[0], Y: h.At[1], Terminal: h.Terminal, Login: h.Login, Via: h.Via, Mine: h.Mine,
		Flavour: flavour, Packages: h.Packages, Disabled: h.Disabled, Forward: h.Forward}
	for j, f := range h.Interfaces {
		if !links[f.Link] {
			b.netErr(at("hosts", i, "interfaces", j, "link"), "no link %q", f.Link)
		}
		iface := sim.Iface{Name: f.Name, Link: f.Link}
		for k, a := range f.Addresses {
			p, err := netip.ParsePrefix(a)
			if err != nil {
				b.netErr(at("hosts", i, "interfaces", j, "addresses", k), "%q is not an address with prefix length", a)
				continue
			}
			iface.Addrs = append(iface.Addrs, p)
		}
		out.Ifaces = append(out.Ifaces, iface)
	}
	b.routes(i, h, out)
	for _, u := range h.Users {
		out.Users = append(out.Users, sim.User{Name: u.Name, Password: u.Password, Gecos: u.Gecos})
	}
	b.hostFiles(i, h, out)
}

func (b *builder) routes(i int, h *Host, out *sim.Host) {
	add := func(keys []any, to, via string) {
		gw, err := netip.ParseAddr(via)
		if err != nil {
			b.netErr(keys, "%q is not an IP address", via)
			return
		}
		dst := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		if gw.Is6() {
			dst = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
		}
		if to != "" && to != "default" {
			if dst, err = netip.ParsePrefix(to); err != nil {
				b.netErr(keys, "%q is not a prefix", to)
				return
			}
		}
		out.Routes = append(out.Routes, vnet.Route{Dst: dst, Via: gw})
	}
	if h.Gateway != "" {
		add(at("hosts", i, "gateway"), "", h.Gateway)
	}
	for j, r := range h.Routes {
		add(at("hosts", i, "routes", j), r.To, r.Via)
	}
}

// hostFiles adds the files below hosts/NAME/. Text files have their references
// replaced.
func (b *builder) hostFiles(i int, h *Host, out *sim.Host) {
	root := "hosts/" + h.Name
	modes := map[string]Mode{}
	for _, m := range h.Modes {
		modes[m.Path] = m
	}
	err := fs.WalkDir(b.set.files, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(b.set.files, p)
		if err != nil {
			return err
		}
		name, err := b.values.expand(strings.TrimPrefix(p, root))
		if err != nil {
			b.netErr(at("hosts", i), "file %s: %v", p, err)
		}
		f := sim.File{Path: name, Data: b.expandFile(path.Join(path.Dir(b.set.network.name), p), data)}
		if m, ok := modes[f.Path]; ok {
			f.Owner = m.Owner
			f.Mode = b.mode(m.Mode, func(msg string) { b.netErr(at("hosts", i, "modes"), "%s", msg) })
		}
		out.Files = append(out.Files, f)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.netErr(at("hosts", i), "%v", err)
	}
}

func (b *builder) mode(s string, bad func(string)) fs.FileMode {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseUint(s, 8, 12)
	if err != nil {
		bad(fmt.Sprintf("mode %q is not an octal number", s))
		return 0
	}
	return vfs.FileMode(uint32(n))
}

// expandFile replaces the references line by line, so that an error has its
// line.
func (b *builder) expandFile(name string, data []byte) []byte {
	if !bytes.Contains(data, []byte("${")) {
		return data
	}
	var out bytes.Buffer
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		s, err := b.values.expand(line)
		if err != nil {
			b.net.list = append(b.net.list, Problem{File: name, Line: n, Msg: err.Error()})
		}
		out.WriteString(s)
	}
	return out.Bytes()
}
