package mta

import (
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// submission is a message on its way into the queue.
type submission struct {
	sender string
	rcpts  []recipient
	envID  string
	ret    mail.Return
	msg    mail.Message
	local  bool                       // handed in by a user or a daemon of this machine
	trace  func(id string) mail.Field // the Received: field, once the id is known
	begun  func(id string)            // called when the id is known; may still set msg
	origin string                     // for the trace: "smtpd", "pickup", "bounce"
	size   int64                      // 0: computed
	refs   []trace.Ref
}

// service is a master.cf entry for the daemons that have no settings of their
// own.
func service(program string) postfix.Service {
	return postfix.Service{Name: program, Type: "unix", Args: []string{program}}
}

// errTooBig and errHops are refusals of cleanup.
var (
	errTooBig = mail.NewReply(552, "5.3.4 Error: message file too big")
	errHops   = mail.NewReply(554, "5.4.0 Error: too many hops")
	errQueue  = mail.NewReply(451, "4.3.0 Error: queue file write error")
	errSpace  = mail.NewReply(452, "4.3.1 Insufficient system storage")
)

// cleanup brings a message into the queue and has qmgr deliver it: addresses
// are rewritten and virtual aliases expanded, missing header fields added, the
// queue file written. It returns the queue id, or the refusal.
func (in *Instance) cleanup(t *vtime.Task, s *submission) (id string, refusal *mail.Reply) {
	d := in.acquire(t, service("cleanup"))
	defer in.release(d)
	if d.fatal != "" {
		return "", &errQueue
	}
	m := &message{sender: s.sender, arrival: in.host.Clock.Now(), envID: s.envID, ret: s.ret, local: s.local}
	if s.sender != "" {
		m.sender = d.router.Rewrite(s.sender, s.local)
	}
	m.rcpts = d.expand(s)
	in.fillHeader(d, s, m)
	m.data = s.msg.Bytes()
	if limit := d.cfg.Int("message_size_limit"); limit > 0 && s.origin != "bounce" && s.msg.WireSize() > limit {
		return "", &errTooBig
	}
	if int64(s.msg.Hops()) > d.cfg.Int("hopcount_limit") {
		return "", &errHops
	}
	span := in.host.Log.Open(trace.Event{Kind: trace.MailSubmit, Node: in.host.Name, Refs: s.refs,
		Data: trace.F(fmt.Sprintf("mail %s -> %s", angle(m.sender), addresses(m.rcpts)), "by", s.origin)})
	m.scope = span.Scope()
	span.Leave()
	if err := in.store(m); err != nil {
		d.logf(host.Warning, "warning: mail_queue_enter: create file incoming: %v", err)
		if noSpace(err) {
			return "", &errSpace
		}
		return "", &errQueue
	}
	if s.begun != nil {
		s.begun(m.id)
	}
	s.finish(in, d, m)
	messageID, _ := s.msg.Get("Message-Id")
	d.logf(host.Info, "%s: message-id=%s", m.id, strings.TrimSpace(messageID))
	in.activate(m)
	return m.id, nil
}

// finish adds the fields that need the queue id and writes the file again.
func (s *submission) finish(in *Instance, d *daemon, m *message) {
	if s.trace != nil {
		s.msg.Prepend(s.trace(m.id))
	}
	if _, ok := s.msg.Get("Message-Id"); !ok && s.local {
		s.msg.Append(mail.Field{Name: "Message-Id", Value: mail.MessageID(m.arrival, m.id, d.cfg.Str("myhostname"))})
	}
	if _, ok := s.msg.Get("Date"); !ok && s.local {
		s.msg.Append(mail.Field{Name: "Date", Value: mail.FormatDate(in.host.Now())})
	}
	m.data = s.msg.Bytes()
	m.size = s.msg.QueueSize()
	in.host.FS.WriteFile(m.path(m.dir), m.encode(), 0o700, host.Root)
}

// fillHeader adds From: and rewrites incomplete header addresses of local mail.
func (in *Instance) fillHeader(d *daemon, s *submission, m *message) {
	if !s.local {
		return
	}
	if _, ok := s.msg.Get("From"); !ok && m.sender != "" {
		s.msg.Append(mail.Field{Name: "From", Value: m.sender})
	}
	if _, ok := s.msg.Get("To"); !ok {
		if _, cc := s.msg.Get("Cc"); !cc {
			s.msg.Append(mail.Field{Name: "To", Value: "undisclosed-recipients:;"})
		}
	}
}

// expansionLimit bounds the recipients virtual aliases make
// (virtual_alias_expansion_limit).
const expansionLimit = 1000

// expand rewrites the recipients and expands virtual_alias_maps, recursively,
// dropping repeats.
func (d *daemon) expand(s *submission) []recipient {
	maps := d.sys.OpenMaps("virtual_alias_maps", d.cfg.Str("virtual_alias_maps"))
	seen := map[string]bool{}
	var out []recipient
	var add func(r recipient, depth int)
	add = func(r recipient, depth int) {
		r.Addr = d.router.Rewrite(r.Addr, s.local)
		if seen[strings.ToLower(r.Addr)] || len(out) >= expansionLimit {
			return
		}
		seen[strings.ToLower(r.Addr)] = true
		value, ext, found, err := "", "", false, error(nil)
		if !maps.Empty() && depth < 1000 {
			value, ext, found, err = d.router.FindAddress(maps, r.Addr, postfix.FindAddressTables)
		}
		if err != nil || !found {
			out = append(out, r)
			return
		}
		for _, target := range strings.FieldsFunc(value, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' }) {
			next := r
			next.Addr = target
			if local, domain := mail.SplitAddress(r.Addr); strings.HasPrefix(target, "@") && domain != "" {
				next.Addr = local + target
			} else if ext != "" {
				l, dom := mail.SplitAddress(target)
				next.Addr = l + ext
				if dom != "" {
					next.Addr += "@" + dom
				}
			}
			if strings.EqualFold(d.router.Rewrite(next.Addr, s.local), r.Addr) { // an alias for itself ends the expansion
				out = append(out, r)
				continue
			}
			add(next, depth+1)
		}
	}
	for _, r := range s.rcpts {
		add(r, 0)
	}
	return out
}

func angle(addr string) string { return "<" + addr + ">" }

func addresses(list []recipient) string {
	var words []string
	for _, r := range list {
		words = append(words, angle(r.Addr))
	}
	if len(words) > 3 {
		words = append(slices.Clone(words[:3]), fmt.Sprintf("and %d more", len(words)-3))
	}
	return strings.Join(words, " ")
}
