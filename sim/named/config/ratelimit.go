package config

// RateLimit is response rate limiting (BIND ARM "rate-limit"); rates are responses in
// a second to one client network, 0 for no limit.
type RateLimit struct {
	Responses, Referrals, NoData, NXDomains, Errors, All uint32
	Window                                               uint32 // seconds
	Slip                                                 uint32 // every so many limited responses one goes out truncated
	IPv4Prefix, IPv6Prefix                               uint32
	LogOnly                                              bool
	Exempt                                               *ACL
	Pos                                                  Pos
}

// rateLimit reads the statement, nil without one.
func (b *builder) rateLimit(s scope) *RateLimit {
	n := s.get("rate-limit")
	if n == nil {
		return nil
	}
	in := scope{n}
	r := &RateLimit{Pos: n.pos, Responses: in.uint("responses-per-second", 0).Value, All: in.uint("all-per-second", 0).Value,
		Window: in.uint("window", 15).Value, Slip: in.uint("slip", 2).Value, IPv4Prefix: in.bounded("ipv4-prefix-length", 24, 1, 32).Value,
		IPv6Prefix: in.bounded("ipv6-prefix-length", 56, 1, 128).Value, LogOnly: in.bool("log-only", false).Value,
		Exempt: b.acls.optionOr(in, "exempt-clients", noneACL)}
	r.Referrals = in.uint("referrals-per-second", r.Responses).Value
	r.NoData = in.uint("nodata-per-second", r.Responses).Value
	r.NXDomains = in.uint("nxdomains-per-second", r.Responses).Value
	r.Errors = in.uint("errors-per-second", r.Responses).Value
	return r
}
