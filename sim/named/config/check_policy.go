package config

// policyDurations are the defaults of dnssec-policy in seconds (BIND ARM "dnssec-policy").
var policyDurations = map[string]uint32{
	"signatures-jitter": 12 * 3600, "signatures-refresh": 5 * 86400, "signatures-validity": 14 * 86400,
	"signatures-validity-dnskey": 14 * 86400, "dnskey-ttl": 3600, "parent-ds-ttl": 86400, "publish-safety": 3600,
	"retire-safety": 3600, "max-zone-ttl": 86400, "zone-propagation-delay": 300, "parent-propagation-delay": 3600,
}

// policyCheck holds what the checks of one policy share.
type policyCheck struct {
	*checker
	def  *node
	name string
	o    *node
	bad  bool
	keys []policyKey
}

type policyKey struct {
	ksk, zsk  bool
	algorithm uint8
}

func (p *policyCheck) seconds(option string) uint32 {
	if n := p.o.get(option); n.isDuration() {
		return n.dur.seconds()
	}
	return policyDurations[option]
}

func (p *policyCheck) refuse(n *node, format string, args ...any) {
	p.fail(n, format, args...)
	p.bad = true
}

// checkPolicy checks one dnssec-policy statement: signatures, then keys, then NSEC3. A fault ends the check.
func (c *checker) checkPolicy(def *node, seen map[string]bool) {
	p := &policyCheck{checker: c, def: def, name: def.field("name").str(), o: def.field("options")}
	if seen[p.name] {
		c.fail(def, "dnssec-policy: duplicately named policy found '%s'", p.name)
		return
	}
	if p.checkSignatures(); p.bad {
		return
	}
	if p.checkPolicyKeys(); p.bad {
		return
	}
	if p.checkNSEC3(p.o.get("nsec3param")); p.bad {
		return
	}
	seen[p.name] = true
}

func (p *policyCheck) checkSignatures() {
	refresh, jitter := p.seconds("signatures-refresh"), p.seconds("signatures-jitter")
	for _, option := range []string{"signatures-validity-dnskey", "signatures-validity"} {
		validity := p.seconds(option)
		if float64(refresh) >= float64(validity)*0.9 {
			p.refuse(p.def, "dnssec-policy: policy '%s' signatures-refresh must be at most 90%% of the %s", p.name, option)
		}
		if jitter > validity {
			p.refuse(p.def, "dnssec-policy: policy '%s' signatures-jitter cannot be larger than %s", p.name, option)
		}
	}
}

// lifetimes gives the shortest lifetimes of a KSK and a ZSK that leave time for a rollover (RFC 7583 3.2, 3.3).
func (p *policyCheck) lifetimes() (ksk, zsk uint32) {
	publish := p.seconds("dnskey-ttl") + p.seconds("publish-safety") + p.seconds("zone-propagation-delay")
	ksk = max(publish, p.seconds("parent-ds-ttl")+p.seconds("retire-safety")+p.seconds("parent-propagation-delay"))
	zsk = max(publish, p.seconds("signatures-validity")-p.seconds("signatures-refresh")+p.seconds("max-zone-ttl")+
		p.seconds("retire-safety")+p.seconds("zone-propagation-delay"))
	return ksk, zsk
}

func (p *policyCheck) checkPolicyKeys() {
	keys := p.o.get("keys")
	if keys == nil {
		return
	}
	for _, k := range keys.list() {
		if p.checkPolicyKey(k); p.bad {
			return
		}
	}
	var ksks, zsks [256]int
	for _, k := range p.keys {
		if k.ksk {
			ksks[k.algorithm]++
		}
		if k.zsk {
			zsks[k.algorithm]++
		}
	}
	for a := range ksks {
		if (ksks[a] == 0) != (zsks[a] == 0) {
			p.refuse(keys, "dnssec-policy: algorithm %d requires both KSK and ZSK roles", a)
		}
		if zsks[a] > 1 {
			p.note(keys, "dnssec-policy: algorithm %d has multiple keys with ZSK role", a)
		}
		if ksks[a] > 1 {
			p.note(keys, "dnssec-policy: algorithm %d has multiple keys with KSK role", a)
		}
	}
}

func (p *policyCheck) checkPolicyKey(n *node) {
	role := n.field("role").str()
	k := policyKey{ksk: role == "ksk" || role == "csk", zsk: role == "zsk" || role == "csk"}
	life := n.field("lifetime")
	if seconds := life.dur.seconds(); seconds > 0 {
		if seconds < 30*86400 {
			p.note(life, "dnssec-policy: key lifetime is shorter than 30 days")
		}
		if ksk, zsk := p.lifetimes(); k.ksk && seconds <= ksk || k.zsk && seconds <= zsk {
			p.refuse(life, "dnssec-policy: key lifetime is shorter than the time it takes to do a rollover")
			return
		}
	}
	algorithm := n.field("algorithm")
	number, ok := securityAlgorithm(algorithm.text)
	if !ok {
		p.refuse(algorithm, "dnssec-policy: bad algorithm %s", algorithm.text)
		return
	}
	if number == 5 || number == 7 {
		p.note(algorithm, "dnssec-policy: DNSSEC algorithm %s is deprecated", algorithm.text)
	}
	if length := n.field("length"); length.isUint() {
		switch number {
		case 5, 7, 8, 10:
			if length.num < 1024 || length.num > 4096 {
				p.refuse(length, "dnssec-policy: key with algorithm %s has invalid key length %d", algorithm.text, length.num)
				return
			}
		case 13, 14, 15, 16:
			p.note(length, "dnssec-policy: key algorithm %s has predefined length; ignoring length value %d", algorithm.text, length.num)
		}
	}
	k.algorithm = number
	p.keys = append(p.keys, k)
}

// maxNSEC3Iterations is what 9.18 allows.
const maxNSEC3Iterations = 150

func (p *policyCheck) checkNSEC3(n *node) {
	if n == nil {
		return
	}
	iterations := n.field("iterations")
	for _, k := range p.keys {
		if k.algorithm == 1 || k.algorithm == 2 || k.algorithm == 3 || k.algorithm == 5 {
			p.refuse(iterations, "dnssec-policy: cannot use nsec3 with algorithm '%s'", algorithmName(k.algorithm))
			return
		}
	}
	if iterations.isUint() && iterations.num > maxNSEC3Iterations {
		p.refuse(iterations, "dnssec-policy: nsec3 iterations value %d out of range", iterations.num)
		return
	}
	if salt := n.field("salt-length"); salt.isUint() && salt.num > 255 {
		p.refuse(salt, "dnssec-policy: nsec3 salt length %d too high", salt.num)
	}
}

func algorithmName(number uint8) string {
	for _, a := range securityAlgorithms {
		if a.number == number {
			return a.name
		}
	}
	return ""
}
