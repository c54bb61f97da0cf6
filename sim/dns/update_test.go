package dns

import (
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
)

const updateZone = `$TTL 300
@ SOA ns h 10 1 1 1 60
@ NS ns
@ MX 10 mail
ns A 192.0.2.1
www A 192.0.2.80
www A 192.0.2.81
alias CNAME www
*.wild TXT "w"
a.b.c A 192.0.2.5
`

// updateRecord reads a line of an update: "+ RECORD" adds, "- NAME [TYPE [DATA]]"
// deletes, and the prerequisites "? NAME", "! NAME" (in use or not), "?? NAME
// TYPE", "!! NAME TYPE" (set exists or not), "= RECORD" (set is exactly this).
func updateRecord(t *testing.T, line string) mdns.RR {
	t.Helper()
	op, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	bare := func(class, rrtype uint16) mdns.RR {
		return &mdns.ANY{Hdr: mdns.RR_Header{Name: words[0], Class: class, Rrtype: rrtype}}
	}
	switch {
	case op == "+":
		r := rr(t, rest)
		r.Header().Rdlength = 1 // as unpacking sets it
		return r
	case op == "=":
		r := rr(t, rest)
		r.Header().Ttl = 0
		return r
	case op == "-" && len(words) > 2:
		r := rr(t, words[0]+" 0 "+strings.Join(words[1:], " "))
		r.Header().Class = mdns.ClassNONE
		return r
	case op == "-" && len(words) == 2, op == "??":
		return bare(mdns.ClassANY, mdns.StringToType[words[1]])
	case op == "-", op == "?":
		return bare(mdns.ClassANY, mdns.TypeANY)
	case op == "!":
		return bare(mdns.ClassNONE, mdns.TypeANY)
	case op == "!!":
		return bare(mdns.ClassNONE, mdns.StringToType[words[1]])
	}
	t.Fatalf("cannot read %q", line)
	return nil
}

// runUpdate returns the error or the notes, and the step in journal form.
func runUpdate(t *testing.T, z *Zone, script string) (*Zone, string) {
	t.Helper()
	var prerequisites, changes []mdns.RR
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		r := updateRecord(t, line)
		if line[0] == '+' || line[0] == '-' {
			changes = append(changes, r)
		} else {
			prerequisites = append(prerequisites, r)
		}
	}
	u := NewUpdate(z)
	if err := u.Prerequisites(prerequisites); err != nil {
		return z, err.Error()
	}
	if err := u.Prescan(changes, nil); err != nil {
		return z, err.Error()
	}
	u.Apply(changes)
	next, d := u.Finish(func(s uint32) uint32 { return s + 1 })
	out := strings.Join(u.Notes, "\n")
	if d == nil {
		return next, out + "\nnothing"
	}
	j := &Journal{Deltas: []*Delta{d}}
	back, err := ParseJournal(j.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := back.Replay(z); err != nil || again.Text(FullStyle) != next.Text(FullStyle) {
		t.Errorf("the journal leads elsewhere (%v):\n%s\nwant:\n%s", err, again.Text(FullStyle), next.Text(FullStyle))
	}
	if diff := (&Journal{Deltas: []*Delta{Difference(z, next)}}); len(diff.Text()) != len(j.Text()) {
		t.Errorf("the difference is not the step:\n%s\nwant:\n%s", diff.Text(), j.Text())
	}
	return next, out + "\n" + strings.Join(strings.Fields(j.Text()), " ")
}

// The words are those BIND 9.18 logs for the same updates.
func TestRFC2136(t *testing.T) {
	z := loadText(t, "example", updateZone)
	const soa = "example. 300 IN SOA ns.example. h.example. "
	step := func(del, add string) string {
		return "\ndel " + soa + "10 1 1 1 60" + del + " add " + soa + "11 1 1 1 60" + add
	}
	for _, c := range []struct{ section, script, want string }{
		{"2.4.4", "? b.example.", "b.example: 'name in use' prerequisite not satisfied (NXDOMAIN)"},
		{"2.4.4", "? b.c.example.", "b.c.example: 'name in use' prerequisite not satisfied (NXDOMAIN)"},
		{"2.4.5", "! www.example.", "www.example: 'name not in use' prerequisite not satisfied (YXDOMAIN)"},
		{"2.4.1", "?? www.example. TXT", "www.example/TXT: 'rrset exists (value independent)' prerequisite not satisfied (NXRRSET)"},
		{"2.4.3", "!! www.example. A", "www.example/A: 'rrset does not exist' prerequisite not satisfied (YXRRSET)"},
		{"2.4.2", "= www.example. A 192.0.2.80", "www.example/A: 'RRset exists (value dependent)' prerequisite not satisfied (NXRRSET)"},
		{"2.4.2", "= www.example. A 192.0.2.81\n= WWW.example. A 192.0.2.80\n+ x.example. 300 A 192.0.2.9",
			"adding an RR at 'x.example' A 192.0.2.9" + step("", " add x.example. 300 IN A 192.0.2.9")},
		{"3.2.3", "? a.other.", "a.other: prerequisite name is out of zone (NOTZONE)"},
		{"3.4.1.3", "+ a.other. 300 A 192.0.2.1", "update RR is outside zone (NOTZONE)"},
		{"3.4.2.2", "+ www.example. 300 A 192.0.2.80", "adding an RR at 'www.example' A 192.0.2.80\nnothing"},
		{"3.4.2.2", "+ www.example. 300 CNAME x.", "attempt to add CNAME alongside non-CNAME ignored\nnothing"},
		{"3.4.2.2", "+ alias.example. 300 A 192.0.2.1", "attempt to add non-CNAME alongside CNAME ignored\nnothing"},
		{"3.4.2.2", "+ alias.example. 300 CNAME x.", "adding an RR at 'alias.example' CNAME x." +
			step(" del alias.example. 300 IN CNAME www.example.", " add alias.example. 300 IN CNAME x.")},
		{"3.4.2.2", "+ example. 300 SOA ns.example. h.example. 9 1 1 1 60", "SOA update failed to increment serial, ignoring it\nnothing"},
		{"3.4.2.2", "+ www.example. 300 SOA ns.example. h.example. 20 1 1 1 60", "attempt to create 2nd SOA ignored\nnothing"},
		{"2181 5.2", "+ www.example. 60 A 192.0.2.80", "adding an RR at 'www.example' A 192.0.2.80" +
			step(" del www.example. 300 IN A 192.0.2.80 del www.example. 300 IN A 192.0.2.81", " add www.example. 60 IN A 192.0.2.80 add www.example. 60 IN A 192.0.2.81")},
		{"3.4.2.3", "- example. NS", "attempt to delete all SOA or NS records ignored\nnothing"},
		{"3.4.2.3", "- example.", "delete all rrsets from name 'example'" + step(" del example. 300 IN MX 10 mail.example.", "")},
		{"3.4.2.3", "- www.example. A\n+ www.example. 300 A 192.0.2.80", "deleting rrset at 'www.example' A\nadding an RR at 'www.example' A 192.0.2.80" +
			step(" del www.example. 300 IN A 192.0.2.81", "")},
		{"3.4.2.4", "- example. NS ns.example.", "attempt to delete last NS ignored\nnothing"},
		{"3.4.2.4", "- a.b.c.example. A 192.0.2.5", "deleting an RR at a.b.c.example A" + step(" del a.b.c.example. 300 IN A 192.0.2.5", "")},
		{"3.4.2.4", "- nosuch.example. A 192.0.2.5", "deleting an RR at nosuch.example A\nnothing"},
	} {
		if _, got := runUpdate(t, z, c.script); got != c.want {
			t.Errorf("%s: %s\n%s\nwant:\n%s", c.section, c.script, got, c.want)
		}
	}
}

// A zone changed in place answers as one loaded from its new text.
func TestEditKeepsLookupsRight(t *testing.T) {
	z := loadText(t, "example", updateZone)
	for _, script := range []string{
		"- a.b.c.example.", "+ deep.a.b.c.example. 300 A 192.0.2.6", "- a.b.c.example. A\n- deep.a.b.c.example.", "- x.wild.example.\n- *.wild.example.",
		"+ sub.example. 300 NS ns.sub.example.\n+ ns.sub.example. 300 A 192.0.2.7", "- sub.example.", "+ *.example. 300 A 192.0.2.8", "+ old.example. 300 DNAME www.example.",
	} {
		next, _ := runUpdate(t, z, script)
		fresh, err := NewZone("example.", next.Records())
		if err != nil {
			t.Fatal(err)
		}
		if next.Len() != fresh.Len() || len(next.nodes) != len(fresh.nodes) || len(next.order) != len(fresh.order) {
			t.Errorf("%s: %d records, %d nodes, %d owners; want %d, %d, %d", script, next.Len(), len(next.nodes), len(next.order), fresh.Len(), len(fresh.nodes), len(fresh.order))
		}
		for _, q := range []string{"b.c.example. A", "a.b.c.example. A", "x.wild.example. TXT", "y.sub.example. A", "ns.sub.example. A", "no.example. A", "q.old.example. A", "deep.a.b.c.example. A"} {
			if got, want := present(NewZoneSet(next), q), present(NewZoneSet(fresh), q); got != want {
				t.Errorf("%s: %s:\n%s\nwant:\n%s", script, q, got, want)
			}
		}
		z = next
	}
}

func FuzzParseJournal(f *testing.F) {
	f.Add((&Journal{}).Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if j, err := ParseJournal(b); err == nil {
			j.Text()
		}
	})
}
