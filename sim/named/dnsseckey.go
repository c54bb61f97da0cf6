package named

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

// errAlgorithm is an algorithm no key is made for here.
var errAlgorithm = errors.New("unsupported algorithm")

type keyRandom struct{}

// dnssecRandom is the host's generator for keys. It goes on from one call of
// dnssec-keygen to the next, so that the same world makes the same keys.
func dnssecRandom(h *host.Host) *rand.Rand {
	r, _ := h.Value(keyRandom{}).(*rand.Rand)
	if r == nil {
		r = h.Clock.Rand("dnssec-keygen " + h.Name)
		h.SetValue(keyRandom{}, r)
	}
	return r
}

func randomOctets(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// newZoneKey makes a key pair. bits counts for RSA alone.
func newZoneKey(r *rand.Rand, name string, algorithm uint8, flags uint16, bits int) (dns.ZoneKey, error) {
	k := dns.ZoneKey{Public: &mdns.DNSKEY{Flags: flags, Protocol: 3, Algorithm: algorithm,
		Hdr: mdns.RR_Header{Name: name, Rrtype: mdns.TypeDNSKEY, Class: mdns.ClassINET}}}
	var public []byte
	switch algorithm {
	case mdns.ED25519: // RFC 8080 3
		private := ed25519.NewKeyFromSeed(randomOctets(r, ed25519.SeedSize))
		k.Private, public = private, private.Public().(ed25519.PublicKey)
	case mdns.ECDSAP256SHA256, mdns.ECDSAP384SHA384: // RFC 6605 4
		curve, size := elliptic.P256(), 32
		if algorithm == mdns.ECDSAP384SHA384 {
			curve, size = elliptic.P384(), 48
		}
		for k.Private == nil {
			if private, err := ecdsa.ParseRawPrivateKey(curve, randomOctets(r, size)); err == nil {
				point, err := private.PublicKey.Bytes()
				if err != nil {
					return k, err
				}
				k.Private, public = private, point[1:]
			}
		}
	case mdns.RSASHA1, mdns.RSASHA1NSEC3SHA1, mdns.RSASHA256, mdns.RSASHA512: // RFC 3110 2
		private := newRSA(r, bits)
		k.Private, public = private, append([]byte{3, 1, 0, 1}, private.N.Bytes()...)
	default:
		return k, errAlgorithm
	}
	k.Public.PublicKey = base64.StdEncoding.EncodeToString(public)
	return k, nil
}

// newRSA makes an RSA key from two primes with the exponent 65537. The library's own
// generator takes no seed.
func newRSA(r *rand.Rand, bits int) *rsa.PrivateKey {
	e, one := big.NewInt(65537), big.NewInt(1)
	for {
		p, q := randomPrime(r, bits-bits/2), randomPrime(r, bits/2)
		n := new(big.Int).Mul(p, q)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if p.Cmp(q) == 0 || d == nil || n.BitLen() != bits {
			continue
		}
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: d, Primes: []*big.Int{p, q}}
		k.Precompute()
		return k
	}
}

// randomPrime is a prime with its two highest bits set.
func randomPrime(r *rand.Rand, bits int) *big.Int {
	for {
		p := new(big.Int).SetBytes(randomOctets(r, (bits+7)/8))
		p.Rsh(p, uint((bits+7)/8*8-bits))
		p.SetBit(p.SetBit(p, bits-1, 1), bits-2, 1)
		p.SetBit(p, 0, 1)
		if p.ProbablyPrime(10) {
			return p
		}
	}
}

// keyFileName is the name of a key's files without .key or .private.
func keyFileName(k *mdns.DNSKEY) string {
	return fmt.Sprintf("K%s+%03d+%05d", strings.ToLower(k.Hdr.Name), k.Algorithm, k.KeyTag())
}

// keyLine is the record as it stands in a key file: the key in words of 56 digits.
func keyLine(k *mdns.DNSKEY) string {
	var words []string
	for text := k.PublicKey; text != ""; {
		n := min(56, len(text))
		words, text = append(words, text[:n]), text[n:]
	}
	ttl := ""
	if k.Hdr.Ttl > 0 {
		ttl = fmt.Sprintf("%d ", k.Hdr.Ttl)
	}
	return fmt.Sprintf("%s %sIN DNSKEY %d %d %d %s\n", k.Hdr.Name, ttl, k.Flags, k.Protocol, k.Algorithm, strings.Join(words, " "))
}

// readZoneKey reads a key's two files. name may end in .key or .private.
func readZoneKey(d disk, name string) (dns.ZoneKey, error) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".key"), ".private")
	public, err := readPublicKey(d, name)
	if err != nil {
		return dns.ZoneKey{}, err
	}
	text, err := d.read(name + ".private")
	if err != nil {
		return dns.ZoneKey{}, errors.New(resultText(err))
	}
	private, err := public.NewPrivateKey(string(text))
	if err != nil {
		return dns.ZoneKey{}, errors.New("invalid private key")
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return dns.ZoneKey{}, errAlgorithm
	}
	return dns.ZoneKey{Public: public, Private: signer}, nil
}

// readPublicKey reads the DNSKEY record of a key file.
func readPublicKey(d disk, name string) (*mdns.DNSKEY, error) {
	text, err := d.read(strings.TrimSuffix(name, ".key") + ".key")
	if err != nil {
		return nil, errors.New(resultText(err))
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, ";") {
			continue
		}
		if rr, err := mdns.NewRR(line); err == nil {
			if k, ok := rr.(*mdns.DNSKEY); ok {
				if !strings.Contains(line, " "+fmt.Sprint(k.Hdr.Ttl)+" IN ") { // the library's default
					k.Hdr.Ttl = 0
				}
				return k, nil
			}
		}
	}
	return nil, errors.New("invalid public key")
}
