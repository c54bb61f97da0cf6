package mail

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Received is what an MTA writes into its trace field (RFC 5321 4.4).
type Received struct {
	Helo       string     // as the client said it; empty: ClientName is used
	ClientName string     // verified name, or "unknown"
	ClientAddr netip.Addr // the client's address
	By         string     // myhostname
	MailName   string     // empty: "Postfix"
	With       string     // SMTP, ESMTP, UTF8SMTP ...
	Secure     bool       // under TLS
	TLS        string     // "TLSv1.3 with cipher X (256/256 bits)"; empty: not told
	AuthUser   string     // SASL user name; empty: not logged in
	ShowAuth   bool       // smtpd_sasl_authenticated_header
	QueueID    string
	For        string // only recipient, internal form; empty when there were several
	At         time.Time
}

// Field makes the field in the form and folding of Postfix's smtpd.
func (r Received) Field() Field {
	helo := r.Helo
	if helo == "" {
		helo = r.ClientName
	}
	lines := []string{fmt.Sprintf("from %s (%s [%s])", helo, r.ClientName, receivedAddr(r.ClientAddr))}
	with := r.With
	if r.TLS != "" {
		lines = append(lines, "\t(using "+r.TLS+")", "\t(No client certificate requested)")
	}
	if r.Secure || r.TLS != "" {
		if with == "ESMTP" || with == "UTF8SMTP" {
			with += "S" // RFC 3848
		}
	}
	if r.AuthUser != "" {
		if r.ShowAuth {
			lines = append(lines, "\t(Authenticated sender: "+r.AuthUser+")")
		}
		if strings.HasPrefix(with, "ESMTP") || strings.HasPrefix(with, "UTF8SMTP") {
			with += "A"
		}
	}
	by := fmt.Sprintf("\tby %s (%s) with %s id %s", r.By, orPostfix(r.MailName), with, r.QueueID)
	if r.For != "" {
		local, domain := SplitAddress(r.For)
		lines = append(lines, by, fmt.Sprintf("\tfor <%s>; %s", Address{local, domain}, FormatDate(r.At)))
	} else {
		lines = append(lines, by+";", "\t"+FormatDate(r.At))
	}
	return Field{"Received", strings.Join(lines, "\n")}
}

// LocalReceived is the field pickup writes for mail handed in by the sendmail
// command.
func LocalReceived(by, mailName string, uid int, queueID string, at time.Time) Field {
	return Field{"Received", fmt.Sprintf("by %s (%s, from userid %d)\n\tid %s; %s",
		by, orPostfix(mailName), uid, queueID, FormatDate(at))}
}

// InternalReceived is the field of mail the system itself makes, such as a DSN.
func InternalReceived(by, mailName, queueID string, at time.Time) Field {
	return Field{"Received", fmt.Sprintf("by %s (%s)\n\tid %s; %s",
		by, orPostfix(mailName), queueID, FormatDate(at))}
}

// DeliveryFields are the fields a delivery agent puts before a message when it
// stores it: Return-Path, X-Original-To and Delivered-To. original is the
// recipient before aliases; empty leaves X-Original-To out.
func DeliveryFields(sender, original, delivered string) []Field {
	fields := []Field{{"Return-Path", "<" + externalForm(sender) + ">"}}
	if original != "" {
		fields = append(fields, Field{"X-Original-To", original})
	}
	return append(fields, Field{"Delivered-To", delivered})
}

func externalForm(internal string) string {
	local, domain := SplitAddress(internal)
	return Address{local, domain}.String()
}

// receivedAddr writes an address as RFC 5321 4.1.3 wants it inside brackets.
func receivedAddr(ip netip.Addr) string {
	if ip.Is6() && !ip.Is4In6() {
		return "IPv6:" + ip.String()
	}
	return ip.Unmap().String()
}

func orPostfix(name string) string {
	if name == "" {
		return "Postfix"
	}
	return name
}

// ParsedReceived is what a reader can take from a Received field written by any
// MTA. Parts that are missing are empty.
type ParsedReceived struct {
	From, FromComment, By, With, ID, For string
	Date                                 string // text after the last ";"
}

// ParseReceived reads a Received field's unfolded value. Comments in nested
// parentheses are kept only for From.
func ParseReceived(value string) ParsedReceived {
	var p ParsedReceived
	clauses, date := value, ""
	if i := strings.LastIndexByte(value, ';'); i >= 0 {
		clauses, date = value[:i], value[i+1:]
	}
	p.Date = strings.TrimSpace(date)
	key := ""
	for _, w := range receivedWords(clauses) {
		switch {
		case strings.HasPrefix(w, "("):
			if key == "from" && p.FromComment == "" {
				p.FromComment = strings.TrimSuffix(strings.TrimPrefix(w, "("), ")")
			}
		case isReceivedKey(w):
			key = strings.ToLower(w)
		default:
			p.set(key, w)
		}
	}
	return p
}

func (p *ParsedReceived) set(key, word string) {
	slot := map[string]*string{"from": &p.From, "by": &p.By, "with": &p.With, "id": &p.ID, "for": &p.For}[key]
	if slot != nil && *slot == "" {
		*slot = strings.Trim(word, "<>")
	}
}

func isReceivedKey(w string) bool {
	switch strings.ToLower(w) {
	case "from", "by", "via", "with", "id", "for":
		return true
	}
	return false
}

// receivedWords cuts at white space; a comment in parentheses is one word.
func receivedWords(s string) []string {
	var words []string
	start, depth := -1, 0
	for i := 0; i <= len(s); i++ {
		end := i == len(s)
		if !end && s[i] == '(' {
			depth++
		}
		if end || depth == 0 && isSpace(s[i]) {
			if start >= 0 {
				words = append(words, s[start:i])
			}
			start = -1
			continue
		}
		if start < 0 {
			start = i
		}
		if s[i] == ')' && depth > 0 {
			depth--
		}
	}
	return words
}
