package named

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
)

// findKey finds a TSIG key of the configuration by its canonical name.
func (s *Server) findKey(name string) (config.Key, bool) {
	for _, v := range s.conf.Views {
		if k, ok := v.Key(name); ok {
			return k, true
		}
	}
	if dns.Canonical(name) == localKey && s.conf.Options.SessionKeyFile.Value != "" {
		return s.sessionKey(), true
	}
	return config.Key{}, false
}

// sessionKey is the key local users of nsupdate -l sign with (BIND ARM
// "session-keyfile"), from the world's seed.
func (s *Server) sessionKey() config.Key {
	secret := make([]byte, 32)
	source := s.clock.Rand("named session key " + s.host.Name)
	for i := range secret {
		secret[i] = byte(source.Uint32())
	}
	return config.Key{Name: localKey, Algorithm: "hmac-sha256", Secret: secret}
}

// writeSessionKey writes the session key to its file.
func (s *Server) writeSessionKey(owner vfs.Cred) {
	file := s.conf.Options.SessionKeyFile.Value
	if file == "" {
		return
	}
	s.log.print(catGeneral, info, "generating session key for dynamic DNS")
	full := s.disk().path(file)
	if _, err := s.host.FS.Stat(path.Dir(full), host.Root); err != nil {
		s.host.FS.MkdirAll(path.Dir(full), 0o755, s.cred)
	}
	text := fmt.Sprintf("key \"local-ddns\" {\n\talgorithm hmac-sha256;\n\tsecret \"%s\";\n};\n", base64.StdEncoding.EncodeToString(s.sessionKey().Secret))
	s.host.FS.Remove(full, s.cred)
	if err := s.host.FS.WriteFile(full, []byte(text), 0o600, owner); err != nil {
		s.log.printf(catGeneral, failure, "could not create %s", file)
	}
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

// verifySignature checks a signed request. A bad signature is answered with NOTAUTH
// and a TSIG record that says what is wrong (RFC 8945 5.2).
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
	what := dns.TSIGErrorName(code)
	q.bareLogf(catSecurity, failure, "request has invalid signature: TSIG %s: tsig verify failure (%s)", dns.Display(t.Hdr.Name), what)
	q.verdict(trace.Refused, &verdict{why: "the signature of key " + dns.Display(t.Hdr.Name) + " is not valid: " + what})
	q.s.stats.response(mdns.RcodeNotAuth)
	if wire := q.signatureError(t, mdns.RcodeNotAuth, code); wire != nil {
		q.sendWire(wire)
	}
	return false
}

// refuseUnknownKey refuses a signed request that no view takes. Keys belong to
// views, so that no key is known then.
func (q *query) refuseUnknownKey() {
	m, err := q.req.message()
	if err != nil {
		return
	}
	q.s.stats.response(mdns.RcodeRefused)
	if wire := q.signatureError(m.IsTsig(), mdns.RcodeRefused, mdns.RcodeBadKey); wire != nil {
		q.sendWire(wire)
	}
}

// signatureError is the answer to a request whose signature is not valid. Only
// after BADTIME it is signed itself, and tells the server's time (RFC 8945 5.2.3,
// 5.3.2).
func (q *query) signatureError(t *mdns.TSIG, rcode int, code uint16) []byte {
	m := new(mdns.Msg)
	m.Id, m.Response, m.Opcode, m.Rcode = q.req.id, true, q.req.opcode, rcode
	m.RecursionDesired = q.req.opcode == mdns.OpcodeQuery && q.req.recursionDesired()
	if q.req.asked {
		m.Question = []mdns.Question{{Name: q.req.name, Qtype: q.req.qtype, Qclass: q.req.class}}
	}
	now := uint64(q.s.clock.Now().Unix())
	e := &mdns.TSIG{Hdr: mdns.RR_Header{Name: t.Hdr.Name, Rrtype: mdns.TypeTSIG, Class: mdns.ClassANY},
		Algorithm: t.Algorithm, TimeSigned: now, Fudge: 300, OrigId: q.req.id, Error: code}
	m.Extra = []mdns.RR{e}
	var wire []byte
	var err error
	if k, ok := q.s.findKey(t.Hdr.Name); code == mdns.RcodeBadTime && ok {
		e.TimeSigned, e.OtherLen, e.OtherData = t.TimeSigned, 6, fmt.Sprintf("%012x", now)
		wire, _, err = mdns.TsigGenerate(m, base64.StdEncoding.EncodeToString(k.Secret), t.MAC, false)
	} else {
		wire, err = m.Pack()
	}
	if err != nil {
		return nil
	}
	return wire
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
