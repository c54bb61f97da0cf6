package dns

import (
	"fmt"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"
)

// Verify checks a signed zone as dnssec-verify does (RFC 4035 section 5.3): every
// authoritative set must have a valid signature of each algorithm the zone's keys
// have, and every name its denial record. now is in seconds since 1970. The text
// is BIND's; ok says whether the zone is fully signed.
func Verify(z *Zone, now uint32) (text string, ok bool) {
	v := &verifier{z: z, now: now}
	set := z.apex.set(typeDNSKEY)
	switch {
	case set == nil:
		return "Zone contains no DNSSEC keys\n", false
	case !v.signedAtAll(z.apex, typeDNSKEY):
		return "DNSKEY is not signed (keys offline or inactive?)\n", false
	}
	for _, rr := range set.RRs {
		v.keys = append(v.keys, rr.(*mdns.DNSKEY))
	}
	if !slices.ContainsFunc(v.keys, func(k *mdns.DNSKEY) bool { return k.Flags&mdns.SEP != 0 && v.valid(z.apex, *set, k) }) {
		return "No self-signed KSK DNSKEY found\n", false
	}
	v.out.WriteString("Verifying the zone using the following algorithms:\n")
	for _, name := range v.algorithms() {
		v.out.WriteString("- " + name + "\n")
	}
	v.names()
	if len(v.unsigned) > 0 {
		v.out.WriteString("The zone is not fully signed for the following algorithms:\n")
		for _, name := range v.algorithms() {
			if v.unsigned[name] {
				v.out.WriteString(" " + name + "\n")
			}
		}
		v.out.WriteString(".\n")
	}
	if v.bad {
		v.out.WriteString("DNSSEC completeness test failed.\n")
		return v.complaints.String() + v.out.String(), false
	}
	v.summary()
	return v.out.String(), true
}

type verifier struct {
	z          *Zone
	now        uint32
	keys       []*mdns.DNSKEY
	out        strings.Builder
	complaints strings.Builder
	unsigned   map[string]bool // algorithms
	bad        bool
}

// algorithms are the names of the keys' algorithms.
func (v *verifier) algorithms() (names []string) {
	for _, k := range v.keys {
		if name := mdns.AlgorithmToString[k.Algorithm]; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (v *verifier) complain(format string, args ...any) {
	fmt.Fprintf(&v.complaints, format+"\n", args...)
	v.bad = true
}

// signedAtAll reports whether there is any signature over a type.
func (v *verifier) signedAtAll(n *node, rrtype uint16) bool {
	return slices.ContainsFunc(n.sets, func(s RRset) bool { return s.Type == typeRRSIG && covered(s.RRs[0]) == rrtype })
}

// valid reports whether a key's signature over a set is good now.
func (v *verifier) valid(n *node, set RRset, k *mdns.DNSKEY) bool {
	for _, s := range n.sets {
		if s.Type != typeRRSIG || covered(s.RRs[0]) != set.Type {
			continue
		}
		for _, rr := range s.RRs {
			sig := rr.(*mdns.RRSIG)
			inTime := !SerialLess(sig.Expiration, v.now) && !SerialLess(v.now, sig.Inception)
			if inTime && sig.KeyTag == k.KeyTag() && sig.Algorithm == k.Algorithm && sig.Verify(k, set.RRs) == nil {
				return true
			}
		}
	}
	return false
}

// names checks all names that belong to the zone.
func (v *verifier) names() {
	s := &zoneSigner{edit: &Edit{z: v.z}}
	s.collect()
	for _, n := range s.names {
		for _, set := range n.sets {
			if set.Type == typeRRSIG || n.cut && set.Type != typeDS && set.Type != typeNSEC {
				continue
			}
			v.set(n, set)
		}
		if v.z.chain == nil && n.set(typeNSEC) == nil {
			v.complain("Missing NSEC record for %s", Display(n.name))
		}
	}
}

// set checks that a set has a good signature of each algorithm.
func (v *verifier) set(n *node, set RRset) {
	for _, name := range v.algorithms() {
		good := slices.ContainsFunc(v.keys, func(k *mdns.DNSKEY) bool {
			return mdns.AlgorithmToString[k.Algorithm] == name && v.valid(n, set, k)
		})
		if good {
			continue
		}
		v.complain("No correct %s signature for %s %s", name, Display(n.name), TypeName(set.Type))
		if v.unsigned == nil {
			v.unsigned = map[string]bool{}
		}
		v.unsigned[name] = true
	}
}

// summary counts the keys that sign.
func (v *verifier) summary() {
	v.out.WriteString("Zone fully signed:\n")
	for _, name := range v.algorithms() {
		var ksk, zsk [3]int // active, stand-by, revoked
		for _, k := range v.keys {
			if mdns.AlgorithmToString[k.Algorithm] != name {
				continue
			}
			state := 0
			set := *v.z.apex.set(typeSOA)
			count := &zsk
			if k.Flags&mdns.SEP != 0 {
				count, set = &ksk, *v.z.apex.set(typeDNSKEY)
			}
			switch {
			case k.Flags&mdns.REVOKE != 0:
				state = 2
			case !v.valid(v.z.apex, set, k):
				state = 1
			}
			count[state]++
		}
		head := "Algorithm: " + name + ": "
		fmt.Fprintf(&v.out, "%sKSKs: %d active, %d stand-by, %d revoked\n", head, ksk[0], ksk[1], ksk[2])
		fmt.Fprintf(&v.out, "%sZSKs: %d active, %d %s, %d revoked\n", strings.Repeat(" ", len(head)), zsk[0], zsk[1], "stand-by", zsk[2])
	}
}
