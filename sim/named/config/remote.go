package config

import "net/netip"

// Server is one address of primaries, also-notify, forwarders and the like.
type Server struct {
	Addr netip.AddrPort
	Key  string // canonical name of the TSIG key, empty for none
	TLS  string
	Pos  Pos
}

// ServerList is a list of servers with the place of its statement.
type ServerList struct {
	Servers []Server
	Pos     Pos  // of the statement, zero when there is none
	Set     bool // the statement is there, be it empty (`forwarders { };`)
}

// remoteResolver resolves lists of remote servers; a list may name others, each of which counts once.
type remoteResolver struct {
	top  *node
	port uint16 // the default port
}

// findRemote finds a named list in the statements that may define one.
func findRemote(top *node, name string, statements ...string) *node {
	for _, s := range statements {
		for _, def := range top.get(s).list() {
			if equalFold(def.field("name").str(), name) {
				return def
			}
		}
	}
	return nil
}

func (r remoteResolver) resolve(n *node, statements ...string) ServerList {
	if n == nil {
		return ServerList{}
	}
	l := ServerList{Pos: n.pos, Set: true}
	r.add(&l, n, map[*node]bool{n: true}, statements)
	return l
}

func (r remoteResolver) add(l *ServerList, n *node, seen map[*node]bool, statements []string) {
	port := r.port
	if p := n.field("port"); p.isUint() {
		port = uint16(p.num)
	}
	for _, item := range n.field("addresses").list() {
		element, s := item, Server{Pos: item.pos}
		if item.kind == nodeTuple {
			element = item.items[0]
			s.Key, s.TLS = item.field("key").str(), item.field("tls").str()
			if s.Key != "" {
				s.Key = keyName(s.Key)
			}
		}
		if element.isAddr() {
			s.Addr = netip.AddrPortFrom(element.addr, element.port)
			if element.port == 0 {
				s.Addr = netip.AddrPortFrom(element.addr, port)
			}
			l.Servers = append(l.Servers, s)
			continue
		}
		if def := findRemote(r.top, element.str(), statements...); def != nil && !seen[def] {
			seen[def] = true
			r.add(l, def, seen, statements)
		}
	}
}
