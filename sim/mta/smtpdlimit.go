package mta

import (
	"net/netip"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// enterAnvil counts the client's connections to the service, as anvil(8) does,
// and returns the function that ends the count.
func (ss *session) enterAnvil() (leave func()) {
	q, key := &ss.in.anvil, anvilKey{ss.pool.service.Name, ss.facts.Client.Addr}
	if *q == nil {
		*q = map[anvilKey]int{}
	}
	(*q)[key]++
	return func() {
		if (*q)[key]--; (*q)[key] <= 0 {
			delete(*q, key)
		}
	}
}

// anvilKey is what connections are counted by.
type anvilKey struct {
	service string
	addr    netip.Addr
}

// crowded refuses a client that has more than
// smtpd_client_connection_count_limit connections open. Clients of mynetworks
// may have any number (smtpd_client_event_limit_exceptions).
func (ss *session) crowded() bool {
	limit := ss.cfg.Int("smtpd_client_connection_count_limit")
	n := int64(ss.in.anvil[anvilKey{ss.pool.service.Name, ss.facts.Client.Addr}])
	if limit <= 0 || n <= limit {
		return false
	}
	list := ss.sys.OpenList("smtpd_client_event_limit_exceptions", ss.cfg.Str("smtpd_client_event_limit_exceptions"), ss.cfg.ParentStyle("smtpd_client_event_limit_exceptions"))
	if ok, _, err := list.MatchClient(ss.facts.Client.Name, ss.facts.Client.Addr.String()); ok || err != nil {
		return false
	}
	ss.logf(host.Warning, "warning: Connection concurrency limit exceeded: %d from %s for service %s", n, ss.facts.Client, ss.pool.service.Name)
	ss.errors++
	ss.write(mail.Replyf(421, "4.7.0 %s Error: too many connections from %s", ss.cfg.Str("myhostname"), ss.facts.Client.Addr))
	return true
}
