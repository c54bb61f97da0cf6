package dns

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"io"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"
)

// ZoneKey is a key a zone is signed with.
type ZoneKey struct {
	Public  *mdns.DNSKEY
	Private crypto.Signer
}

// IsKSK reports whether the key is a key-signing key, by its SEP flag (RFC 4034
// section 2.1.1).
func (k *ZoneKey) IsKSK() bool { return k.Public.Flags&mdns.SEP != 0 }

// SignOptions say how a zone is signed; times are seconds since 1970.
type SignOptions struct {
	Inception, Expiration uint32
	Serial                uint32 // of the signed zone
	Hashed                bool   // NSEC3 in place of NSEC
	Salt                  string // in hexadecimal, for Hashed
	Iterations            uint16
	OptOut                bool
	KSKOnly               bool // the DNSKEY set is signed with key-signing keys only
	SignAllWithKSK        bool
}

// ErrNoKeys is returned when there is no key to sign with.
var ErrNoKeys = errors.New("no signing keys specified or found")

// Sign makes the signed form of a zone (RFC 4035 section 2): former signatures and
// denials go, the keys come in, then the chain of NSEC or NSEC3 records and the
// signatures over all authoritative sets. The outcome depends on nothing but its
// arguments; ECDSA signatures are those of RFC 6979.
func Sign(z *Zone, keys []ZoneKey, o SignOptions) (*Zone, error) {
	if len(keys) == 0 {
		return nil, ErrNoKeys
	}
	s := &zoneSigner{edit: z.Edit(), keys: keys, o: o}
	s.clean(z)
	soa := mdns.Copy(z.soa).(*mdns.SOA)
	soa.Serial = o.Serial
	s.edit.Add(soa)
	ttl := soa.Hdr.Ttl
	if set := z.apex.set(typeDNSKEY); set != nil {
		ttl = set.TTL
	}
	for _, k := range keys {
		rr := mdns.Copy(k.Public)
		rr.Header().Name, rr.Header().Ttl = z.apex.name, ttl
		s.edit.Add(rr)
	}
	s.negativeTTL = min(soa.Minttl, soa.Hdr.Ttl)
	s.collect()
	if o.Hashed {
		s.addHashes()
	} else {
		s.addChain()
	}
	if err := s.signAll(); err != nil {
		return nil, err
	}
	return s.edit.Zone(), nil
}

type zoneSigner struct {
	edit        *Edit
	keys        []ZoneKey
	o           SignOptions
	negativeTTL uint32
	names       []*node // authoritative ones and delegations, in order
}

// clean takes out what an earlier signing has left.
func (s *zoneSigner) clean(z *Zone) {
	for _, n := range z.order {
		for _, set := range n.sets {
			switch set.Type {
			case typeRRSIG, typeNSEC, mdns.TypeNSEC3, mdns.TypeNSEC3PARAM:
				for _, rr := range set.RRs {
					s.edit.Delete(rr)
				}
			}
		}
	}
}

// collect finds the names that belong to the zone: not those below a zone cut or a
// DNAME.
func (s *zoneSigner) collect() {
	z := s.edit.z
	skip := ""
	for _, n := range z.order {
		name := lowerName(n.name)
		if skip != "" && name != skip && isWithin(name, skip) {
			continue
		}
		skip = ""
		if n.cut || n.dname {
			skip = name
		}
		s.names = append(s.names, n)
	}
}

// typesOf are the types a denial lists for a name. At a delegation these are NS and
// DS alone.
func typesOf(n *node, extra ...uint16) (types []uint16) {
	signed := false
	for i := range n.sets {
		t := n.sets[i].Type
		if n.cut && t != typeNS && t != typeDS {
			continue
		}
		types = append(types, t)
		signed = signed || !n.cut || t == typeDS
	}
	for _, t := range extra {
		if t != typeRRSIG || signed {
			types = append(types, t)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// addChain adds an NSEC record to each name, which leads to the next one (RFC 4034
// section 4).
func (s *zoneSigner) addChain() {
	for i, n := range s.names {
		next := s.names[(i+1)%len(s.names)].name
		types := typesOf(n, typeNSEC)
		types = append(types, typeRRSIG) // over the NSEC record at least
		slices.Sort(types)
		s.edit.Add(&mdns.NSEC{Hdr: mdns.RR_Header{Name: n.name, Rrtype: typeNSEC, Class: s.edit.z.class, Ttl: s.negativeTTL},
			NextDomain: next, TypeBitMap: slices.Compact(types)})
	}
	s.collectAgain()
}

// collectAgain follows changes of the nodes.
func (s *zoneSigner) collectAgain() {
	for i, n := range s.names {
		s.names[i] = s.edit.z.nodes[lowerName(n.name)]
	}
}

// addHashes adds the NSEC3 records (RFC 5155 section 7.1), also for empty
// non-terminals. With opt-out, delegations without DS have none.
func (s *zoneSigner) addHashes() {
	z := s.edit.z
	salt := s.o.Salt
	s.edit.Add(&mdns.NSEC3PARAM{Hdr: mdns.RR_Header{Name: z.origin, Rrtype: mdns.TypeNSEC3PARAM, Class: z.class},
		Hash: mdns.SHA1, Iterations: s.o.Iterations, SaltLength: uint8(len(salt) / 2), Salt: salt})
	s.collectAgain()
	chain := (&Zone{origin: z.origin, nodes: z.nodes, apex: z.nodes[z.origin]}).hashChain()
	if chain == nil {
		return
	}
	type link struct {
		hash  string
		types []uint16
	}
	byHash := map[string]*link{}
	for _, n := range s.names {
		if s.o.OptOut && n.cut && n.set(typeDS) == nil {
			continue
		}
		name := lowerName(n.name)
		byHash[chain.hash(name)] = &link{chain.hash(name), typesOf(n, typeRRSIG)}
		for up := name; len(up) > len(z.origin); {
			up = parentName(up)
			if h := chain.hash(up); byHash[h] == nil {
				byHash[h] = &link{hash: h}
			}
		}
	}
	for _, n := range s.names { // a name may have been met first as the parent of another
		if l := byHash[chain.hash(lowerName(n.name))]; l != nil {
			l.types = typesOf(n, typeRRSIG)
		}
	}
	links := make([]*link, 0, len(byHash))
	for _, l := range byHash {
		links = append(links, l)
	}
	slices.SortFunc(links, func(a, b *link) int { return cmp.Compare(a.hash, b.hash) })
	flags := uint8(0)
	if s.o.OptOut {
		flags = 1
	}
	for i, l := range links {
		owner := strings.ToUpper(l.hash) + "." + strings.TrimPrefix(z.nodes[z.origin].name, ".")
		s.edit.Add(&mdns.NSEC3{Hdr: mdns.RR_Header{Name: owner, Rrtype: mdns.TypeNSEC3, Class: z.class, Ttl: s.negativeTTL},
			Hash: mdns.SHA1, Flags: flags, Iterations: s.o.Iterations, SaltLength: uint8(len(salt) / 2), Salt: salt,
			HashLength: 20, NextDomain: strings.ToUpper(links[(i+1)%len(links)].hash), TypeBitMap: l.types})
		s.names = append(s.names, z.nodes[lowerName(owner)])
	}
}

// signAll signs the sets of all names. At a delegation only DS and NSEC belong to
// this zone.
func (s *zoneSigner) signAll() error {
	s.collectAgain()
	for _, n := range s.names {
		for _, set := range slices.Clone(n.sets) {
			if n.cut && set.Type != typeDS && set.Type != typeNSEC {
				continue
			}
			for i := range s.keys {
				if !s.uses(&s.keys[i], set.Type) {
					continue
				}
				sig, err := s.sign(&s.keys[i], set)
				if err != nil {
					return err
				}
				s.edit.Add(sig)
			}
		}
	}
	return nil
}

// uses reports whether a key signs sets of a type: key-signing keys the DNSKEY set,
// zone-signing keys everything; either kind does all if there is no other.
func (s *zoneSigner) uses(k *ZoneKey, rrtype uint16) bool {
	alone := !slices.ContainsFunc(s.keys, func(o ZoneKey) bool { return o.Public.Algorithm == k.Public.Algorithm && o.IsKSK() != k.IsKSK() })
	switch {
	case alone, s.o.SignAllWithKSK && k.IsKSK():
		return true
	case rrtype == typeDNSKEY:
		return k.IsKSK() || !s.o.KSKOnly
	}
	return !k.IsKSK()
}

func (s *zoneSigner) sign(k *ZoneKey, set RRset) (*mdns.RRSIG, error) {
	sig := &mdns.RRSIG{Algorithm: k.Public.Algorithm, Inception: s.o.Inception, Expiration: s.o.Expiration, KeyTag: k.Public.KeyTag(),
		SignerName: s.edit.z.nodes[s.edit.z.origin].name, OrigTtl: set.TTL}
	if err := sig.Sign(plainSigner{k.Private}, set.RRs); err != nil {
		return nil, err
	}
	sig.Hdr.Ttl = set.TTL
	return sig, nil
}

// plainSigner signs without randomness.
type plainSigner struct{ crypto.Signer }

func (s plainSigner) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k, ok := s.Signer.(*ecdsa.PrivateKey); ok {
		return k.Sign(nil, digest, opts) // RFC 6979
	}
	return s.Signer.Sign(nil, digest, opts)
}
