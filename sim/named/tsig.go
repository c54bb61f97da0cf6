package named

import (
	"encoding/base64"
	"errors"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// findKey finds a TSIG key of the configuration by its canonical name.
func (s *Server) findKey(name string) (config.Key, bool) {
	for _, v := range s.conf.Views {
		if k, ok := v.Key(name); ok {
			return k, true
		}
	}
	return config.Key{}, false
}

// checkMAC verifies the signature of a message (RFC 8945 5.2) and returns the
// error code of the TSIG record: 0, BADKEY, BADSIG or BADTIME. The library checks
// the time against the real clock; that part is done here.
func (s *Server) checkMAC(wire []byte, t *mdns.TSIG, requestMAC string, timersOnly bool) (rcode uint16) {
	k, ok := s.findKey(t.Hdr.Name)
	if !ok || !strings.EqualFold(strings.TrimSuffix(t.Algorithm, "."), algorithmName(k)) {
		return mdns.RcodeBadKey
	}
	err := mdns.TsigVerify(append([]byte(nil), wire...), base64.StdEncoding.EncodeToString(k.Secret), requestMAC, timersOnly)
	if err != nil && !errors.Is(err, mdns.ErrTime) {
		return mdns.RcodeBadSig
	}
	d := s.clock.Now().Unix() - int64(t.TimeSigned)
	if max(d, -d) > int64(t.Fudge) {
		return mdns.RcodeBadTime
	}
	return 0
}

// algorithmName is the key's algorithm as TSIG records spell it.
func algorithmName(k config.Key) string {
	if k.Algorithm == "hmac-md5" {
		return "hmac-md5.sig-alg.reg.int"
	}
	return k.Algorithm
}

// verifySignature checks a signed request. A bad signature is answered with
// NOTAUTH, unsigned.
func (q *query) verifySignature() bool {
	m, err := q.req.message()
	if err != nil || m.IsTsig() == nil {
		q.fail(mdns.RcodeFormatError, "FORMERR")
		return false
	}
	t := m.IsTsig()
	code := q.s.checkMAC(q.req.wire, t, "", false)
	if code == 0 {
		q.key = dns.Canonical(t.Hdr.Name)
		q.mac = t.MAC
		return true
	}
	what := map[uint16]string{mdns.RcodeBadKey: "BADKEY", mdns.RcodeBadSig: "BADSIG", mdns.RcodeBadTime: "BADTIME"}[code]
	q.logf(catSecurity, failure, "request has invalid signature: TSIG %s: tsig verify failure (%s)", dns.Display(t.Hdr.Name), what)
	q.send(&response{rcode: mdns.RcodeNotAuth})
	return false
}

// signed adds a TSIG record to a message and returns it packed with its MAC.
func (s *Server) signed(m *mdns.Msg, keyName, requestMAC string, timersOnly bool) (wire []byte, mac string, err error) {
	k, ok := s.findKey(keyName)
	if !ok {
		return nil, "", errors.New("no such key")
	}
	m.SetTsig(k.Name, mdns.Fqdn(algorithmName(k)), 300, s.clock.Now().Unix())
	return mdns.TsigGenerate(m, base64.StdEncoding.EncodeToString(k.Secret), requestMAC, timersOnly)
}
