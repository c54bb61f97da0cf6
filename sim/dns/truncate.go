package dns

import mdns "github.com/miekg/dns"

// fit shortens a response to limit octets (RFC 2181 section 9). Records that do
// not fit are left out from the end. TC is set if the answer or authority
// section, or the glue of a referral, is incomplete; other additional records
// may be missing without a sign.
func fit(resp, query *mdns.Msg, limit int, a *Answer) {
	if quickBound(resp) <= limit || resp.Len() <= limit {
		return
	}
	opt := takeOPT(resp)
	if opt != nil {
		limit -= mdns.Len(opt)
	}
	answer, authority, additional := resp.Answer, resp.Ns, resp.Extra
	resp.Answer, resp.Ns, resp.Extra = nil, nil, nil
	resp.Truncated = !fillSection(resp, &resp.Answer, answer, limit) || !fillSection(resp, &resp.Ns, authority, limit)
	if !resp.Truncated {
		complete := fillSection(resp, &resp.Extra, additional, limit)
		resp.Truncated = !complete && a.Outcome == Delegation // RFC 9471: glue is not optional
	}
	if opt == nil {
		// BIND clears AD with the first complete set of unvalidated records.
		whole := len(resp.Answer) == len(answer) || len(resp.Answer) > 0 && !sameSet(answer[0], answer[len(resp.Answer)])
		resp.AuthenticatedData = resp.Truncated && query.AuthenticatedData && !whole
		return
	}
	if resp.Truncated { // with an OPT, BIND keeps nothing but the question
		resp.Answer, resp.Ns, resp.Extra = nil, nil, nil
	}
	resp.Extra = append(resp.Extra[:len(resp.Extra):len(resp.Extra)], opt)
}

// fillSection puts as many of the records as fit into a section, found by
// bisection, and reports whether all do.
func fillSection(resp *mdns.Msg, section *[]mdns.RR, all []mdns.RR, limit int) bool {
	low, high := 0, len(all)
	for low < high {
		mid := (low + high + 1) / 2
		*section = all[:mid]
		if resp.Len() <= limit {
			low = mid
		} else {
			high = mid - 1
		}
	}
	*section = all[:low]
	return low == len(all)
}

func takeOPT(resp *mdns.Msg) *mdns.OPT {
	if n := len(resp.Extra); n > 0 {
		if opt, ok := resp.Extra[n-1].(*mdns.OPT); ok {
			resp.Extra = resp.Extra[:n-1]
			return opt
		}
	}
	return nil
}

// quickBound is a size the uncompressed message cannot exceed, found without
// looking at names; messages of common records stay below the usual limits.
func quickBound(resp *mdns.Msg) int {
	size := 12
	for _, q := range resp.Question {
		size += len(q.Name) + 6
	}
	for _, section := range [3][]mdns.RR{resp.Answer, resp.Ns, resp.Extra} {
		for _, rr := range section {
			size += len(rr.Header().Name) + 11
			switch rr := rr.(type) {
			case *mdns.A:
				size += 4
			case *mdns.AAAA:
				size += 16
			case *mdns.NS:
				size += len(rr.Ns) + 1
			case *mdns.MX:
				size += len(rr.Mx) + 3
			case *mdns.CNAME:
				size += len(rr.Target) + 1
			case *mdns.PTR:
				size += len(rr.Ptr) + 1
			case *mdns.SOA:
				size += len(rr.Ns) + len(rr.Mbox) + 22
			case *mdns.OPT:
				size += 4
			default:
				return 1 << 20
			}
		}
	}
	return size
}
