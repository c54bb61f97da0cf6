package userland

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// words cuts a line into words one after the other, so that the rest of the line
// can be taken as rdata.
type words struct{ rest string }

func (w *words) next() string {
	w.rest = strings.TrimLeft(w.rest, " \t\r")
	i := strings.IndexAny(w.rest, " \t\r")
	if i < 0 {
		i = len(w.rest)
	}
	word := w.rest[:i]
	w.rest = w.rest[i:]
	return word
}

// complain prints what is wrong with a line.
func (n *nsupdate) complain(format string, args ...any) error {
	fmt.Fprintf(n.p.Stderr, format+"\n", args...)
	return errSyntax
}

// command carries out one line (nsupdate(1) "Input Format"). An empty line sends.
func (n *nsupdate) command(line string) error {
	w := &words{rest: line}
	word := strings.ToLower(w.next())
	if strings.HasPrefix(word, ";") {
		return nil
	}
	switch word {
	case "", "send":
		n.send()
	case "quit":
		n.over = true
	case "prereq":
		return n.prerequisite(strings.ToLower(w.next()), w)
	case "nxdomain", "yxdomain", "nxrrset", "yxrrset":
		return n.prerequisite(word, w)
	case "update":
		return n.update(strings.ToLower(w.next()), w)
	case "add", "del", "delete":
		return n.update(word, w)
	case "server":
		return n.setServer(w)
	case "local":
		return n.setLocal(w)
	case "zone":
		return n.setZone(w.next())
	case "class":
		return n.setClass(w.next())
	case "ttl":
		return n.setTTL(w.next())
	case "key":
		return n.keyCommand(w)
	case "check-names":
		return n.checkNames(w.next())
	case "show":
		n.p.Print("Outgoing update query:\n" + n.outgoing())
	case "answer":
		if n.answer != nil {
			n.p.Print("Answer:\n" + updateText(n.answer.Msg, true) + "\n")
		}
	case "debug":
		n.debug = true
	case "help":
		n.p.Printf("nsupdate %s:\n%s", digVersion, nsupdateHelp)
	case "version":
		n.p.Printf("nsupdate %s\n", digVersion)
	case "gsstsig", "oldgsstsig", "realm":
	default:
		return n.complain("incorrect section name: %s", firstWord(line))
	}
	return nil
}

func firstWord(line string) string { return (&words{rest: line}).next() }

// ownerName reads the name a record is about.
func (n *nsupdate) ownerName(w *words) (string, error) {
	word := w.next()
	if word == "" {
		return "", n.complain("could not read owner name")
	}
	name, err := dns.ParseName(word)
	if err != nil {
		return "", n.complain("invalid owner name: %s", err)
	}
	return name, nil
}

// prerequisite is "nxdomain", "yxdomain NAME", "nxrrset NAME [CLASS] TYPE", "yxrrset
// NAME [CLASS] TYPE [DATA]" (RFC 2136 2.4).
func (n *nsupdate) prerequisite(op string, w *words) error {
	yes := strings.HasPrefix(op, "y")
	switch op {
	case "":
		return n.complain("could not read operation code")
	case "nxdomain", "yxdomain", "nxrrset", "yxrrset":
	default:
		return n.complain("incorrect operation code: %s", op)
	}
	name, err := n.ownerName(w)
	if err != nil {
		return err
	}
	h := mdns.RR_Header{Name: name, Class: mdns.ClassNONE, Rrtype: mdns.TypeANY}
	if yes {
		h.Class = mdns.ClassANY
	}
	if strings.HasSuffix(op, "rrset") {
		if h.Rrtype, err = n.setType(w); err != nil {
			return err
		}
		if data := strings.TrimSpace(w.rest); yes && data != "" {
			rr, err := n.record(name, 0, h.Rrtype, data)
			if err == nil {
				n.prerequisites = append(n.prerequisites, rr)
			}
			return err
		}
	}
	n.prerequisites = append(n.prerequisites, &mdns.ANY{Hdr: h})
	return nil
}

// setType reads "[CLASS] TYPE" of a prerequisite.
func (n *nsupdate) setType(w *words) (uint16, error) {
	word := w.next()
	if word == "" {
		return 0, n.complain("could not read class or type")
	}
	if _, isClass := mdns.StringToClass[strings.ToUpper(word)]; isClass {
		if word = w.next(); word == "" {
			return 0, n.complain("could not read type")
		}
	}
	t, ok := dns.ParseType(word)
	if !ok {
		return 0, n.complain("invalid type: %s", word)
	}
	return t, nil
}

// update is "add NAME [TTL] [CLASS] TYPE DATA" or "delete NAME [TTL] [CLASS] [TYPE
// [DATA]]" (RFC 2136 2.5).
func (n *nsupdate) update(op string, w *words) error {
	switch op {
	case "":
		return n.complain("could not read operation code")
	case "add", "del", "delete":
	default:
		return n.complain("incorrect operation code: %s", op)
	}
	remove := op != "add"
	name, err := n.ownerName(w)
	if err != nil {
		return err
	}
	word, ttl, err := n.updateTTL(w, remove)
	if err != nil {
		return err
	}
	rrtype := mdns.TypeANY
	if word == "" && !remove {
		return n.complain("could not read class or type")
	}
	if class, isClass := mdns.StringToClass[strings.ToUpper(word)]; isClass && !strings.EqualFold(word, "ANY") {
		if class != n.class {
			return n.complain("class mismatch: %s", word)
		}
		if word = w.next(); word == "" && !remove {
			return n.complain("could not read type")
		}
	}
	if word != "" {
		var ok bool
		if rrtype, ok = dns.ParseType(word); !ok {
			return n.complain("'%s' is not a valid class or type: unknown class/type", word)
		}
	}
	data := strings.TrimSpace(w.rest)
	switch {
	case data == "" && !remove:
		return n.complain("could not read rdata")
	case data == "":
		n.changes = append(n.changes, &mdns.ANY{Hdr: mdns.RR_Header{Name: name, Rrtype: rrtype, Class: mdns.ClassANY}})
		return nil
	}
	rr, err := n.record(name, ttl, rrtype, data)
	if err != nil {
		return err
	}
	if remove {
		rr.Header().Class, rr.Header().Ttl = mdns.ClassNONE, 0
	}
	n.changes = append(n.changes, rr)
	return nil
}

// updateTTL reads the TTL, which only "delete", or "ttl", allows to be left out, and
// the word behind it.
func (n *nsupdate) updateTTL(w *words, optional bool) (word string, ttl uint32, err error) {
	word = w.next()
	if word == "" && !optional && n.defaultTTL < 0 {
		return "", 0, n.complain("could not read owner ttl")
	}
	v, err := strconv.ParseUint(word, 10, 32)
	switch {
	case err == nil && v > math.MaxInt32, errors.Is(err, strconv.ErrRange):
		return "", 0, n.complain("ttl '%s': out of range", word)
	case err == nil:
		return w.next(), uint32(v), nil
	case optional:
		return word, 0, nil
	case n.defaultTTL >= 0:
		return word, uint32(n.defaultTTL), nil
	}
	return "", 0, n.complain("ttl '%s': not a valid number", word)
}

// record makes a record from its data, with BIND's messages of what is wrong.
func (n *nsupdate) record(name string, ttl uint32, rrtype uint16, data string) (mdns.RR, error) {
	rr, messages, err := dns.ParseRecord(name, ttl, rrtype, data, "buffer-0x7f3ea1f59c60", n.checks)
	switch {
	case err == nil:
		rr.Header().Class = n.class
		return rr, nil
	case errors.Is(err, dns.ErrBadOwnerName):
		return nil, n.complain("check-names failed: bad owner '%s'", dns.Display(name))
	case errors.Is(err, dns.ErrBadName):
		words := strings.Fields(data)
		return nil, n.complain("check-names failed: bad name '%s'", strings.TrimSuffix(words[len(words)-1], "."))
	}
	for _, m := range messages[:min(1, len(messages))] { // the others are about files
		fmt.Fprintf(n.p.Stderr, "%s %s\n", n.p.Host.Now().Format("02-Jan-2006 15:04:05.000"), m.Text)
	}
	return nil, n.complain("invalid rdata format: %s", err)
}
