package named

import (
	"strconv"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
)

// verdict is the payload of a DNSVerdict event: what decided an answer. It keeps
// references only and is rendered when somebody looks.
type verdict struct {
	name, rrtype string
	view         string
	zone         string      // canonical
	answer       *dns.Answer // the decisions of the look-up
	acl          *config.ACL // that refused
	why          string
}

// verdict emits what decided the answer to the query.
func (q *query) verdict(out trace.Outcome, v *verdict) {
	v.name, v.rrtype = q.name, dns.TypeName(q.req.qtype)
	if v.name == "" {
		v.name = q.req.name
	}
	if q.view != nil && q.view.conf.Name != "_default" {
		v.view = q.view.conf.Name
	}
	q.s.trace.Emit(trace.Event{Kind: trace.DNSVerdict, Outcome: out, Node: q.s.host.Name, Data: v})
}

func outcomeOf(a *dns.Answer) trace.Outcome {
	switch a.Outcome {
	case dns.NameError:
		return trace.Fail
	case dns.NoData, dns.AliasLoop:
		return trace.Warn
	case dns.NotAuthoritative:
		return trace.Refused
	}
	return trace.OK
}

// Label says what decided.
func (v *verdict) Label() string {
	switch {
	case v.acl != nil:
		return "refused by " + v.acl.Name
	case v.why != "":
		return v.why
	case v.answer == nil:
		return "no answer"
	}
	last := v.answer.Why[len(v.answer.Why)-1]
	switch v.answer.Outcome {
	case dns.NameError:
		return "no such name in " + dns.Display(v.answer.Zone.Origin())
	case dns.NoData:
		return "no " + v.rrtype + " record at this name"
	case dns.Delegation:
		return "delegated at " + dns.Display(last.At)
	case dns.LeavesZone:
		return "alias leads to " + dns.Display(last.Name)
	case dns.AliasLoop:
		return "aliases lead in a circle"
	}
	if last.Decision == dns.Wildcard {
		return "answered by the wildcard " + dns.Display(last.At)
	}
	return "answered from zone " + dns.Display(v.answer.Zone.Origin())
}

// Fields are the decisions in order.
func (v *verdict) Fields() []trace.Field {
	list := []trace.Field{{Name: "name", Value: dns.Display(v.name)}, {Name: "type", Value: v.rrtype}}
	if v.view != "" {
		list = append(list, trace.Field{Name: "view", Value: v.view})
	}
	if v.zone != "" {
		list = append(list, trace.Field{Name: "zone", Value: dns.Display(v.zone)})
	}
	if v.acl != nil {
		at := "default"
		if v.acl.Pos.File != "" {
			at = v.acl.Pos.String()
		}
		list = append(list, trace.Field{Name: "acl", Value: v.acl.Name}, trace.Field{Name: "at", Value: at})
	}
	if v.answer == nil {
		return list
	}
	for _, s := range v.answer.Why {
		list = append(list, decisionField(s))
	}
	return append(list, trace.Field{Name: "records", Value: strconv.Itoa(len(v.answer.Answer))})
}

func decisionField(s dns.Step) trace.Field {
	switch s.Decision {
	case dns.InZone:
		return trace.Field{Name: "zone", Value: dns.Display(s.At)}
	case dns.ZoneCut:
		return trace.Field{Name: "zone-cut", Value: dns.Display(s.At)}
	case dns.Wildcard:
		return trace.Field{Name: "wildcard", Value: dns.Display(s.At)}
	case dns.Alias:
		return trace.Field{Name: "alias-of", Value: dns.Display(s.Target)}
	case dns.DNAMERewrite:
		return trace.Field{Name: "dname", Value: dns.Display(s.At)}
	case dns.EmptyNonTerminal:
		return trace.Field{Name: "empty-non-terminal", Value: dns.Display(s.Name)}
	case dns.ClosestEncloser:
		return trace.Field{Name: "closest-encloser", Value: dns.Display(s.At)}
	case dns.NoZone:
		return trace.Field{Name: "no-zone-for", Value: dns.Display(s.Name)}
	}
	return trace.Field{Name: "exact", Value: dns.Display(s.At)}
}
