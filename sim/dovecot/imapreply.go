package dovecot

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// took is the time Dovecot says a command took. A computation takes no time
// here.
const took = " (0.001 + 0.000 secs)."

// completed are the words of a command that went well.
var completed = map[string]string{
	"SELECT": "Select completed", "EXAMINE": "Examine completed", "FETCH": "Fetch completed", "STORE": "Store completed",
	"SEARCH": "Search completed", "LIST": "List completed", "LSUB": "Lsub completed", "STATUS": "Status completed",
	"CREATE": "Create completed", "DELETE": "Delete completed", "RENAME": "Rename completed", "SUBSCRIBE": "Subscribe completed",
	"UNSUBSCRIBE": "Unsubscribe completed", "EXPUNGE": "Expunge completed", "COPY": "Copy completed", "MOVE": "Move completed",
	"APPEND": "Append completed", "CLOSE": "Close completed", "UNSELECT": "Unselect completed", "NOOP": "NOOP completed",
	"CHECK": "Check completed", "NAMESPACE": "Namespace completed", "ENABLE": "Enabled", "LOGOUT": "Logout completed",
}

// responses cuts what the library has written into responses: lines with the
// literals that belong to them.
func responses(out []byte) [][]byte {
	var list [][]byte
	for len(out) > 0 {
		end := 0
		for {
			i := bytes.Index(out[end:], []byte("\r\n"))
			if i < 0 {
				end = len(out)
				break
			}
			line := out[end : end+i]
			end += i + 2
			n, _, ok := literalSize(string(line[max(0, len(line)-16):]))
			if !ok || end+n > len(out) {
				break
			}
			end += n
		}
		list = append(list, out[:end])
		out = out[end:]
	}
	return list
}

// flush rewords and sends what the library has written.
func (c *imapConn) flush() {
	if len(c.out) == 0 {
		return
	}
	list := responses(c.out)
	c.out = nil
	if !c.greeted { // the library's greeting; the login process gave its own
		c.greeted = true
		list = list[1:]
	}
	if c.cmd.name == "SELECT" || c.cmd.name == "EXAMINE" {
		list = orderSelect(list)
	}
	var b bytes.Buffer
	for _, r := range list {
		if bytes.HasPrefix(r, []byte("* ")) {
			c.untagged(&b, r)
		} else {
			b.WriteString(c.tagged(string(r)))
		}
	}
	if b.Len() > 0 {
		c.send(b.String())
	}
}

// orderSelect puts the responses to SELECT into Dovecot's order.
func orderSelect(list [][]byte) [][]byte {
	rank := func(r []byte) int {
		for i, p := range []string{"* OK [CLOSED]", "* FLAGS", "* OK [PERMANENTFLAGS", " EXISTS\r\n", " RECENT\r\n", "* OK [UNSEEN", "* OK [UIDVALIDITY", "* OK [UIDNEXT"} {
			if bytes.HasPrefix(r, []byte(p)) || p[0] == ' ' && bytes.HasSuffix(r, []byte(p)) {
				return i
			}
		}
		return 99
	}
	out := make([][]byte, 0, len(list))
	for want := 0; want < 100; want++ {
		for _, r := range list {
			if rank(r) == want {
				out = append(out, r)
			}
		}
	}
	return out
}

// plainTexts replaces the library's texts of untagged responses.
var plainTexts = strings.NewReplacer(
	"] Previous mailbox is now closed\r\n", "] Previous mailbox closed.\r\n",
	"] First unseen message\r\n", "] First unseen.\r\n",
	"] Permanent flags\r\n", "] Flags permitted.\r\n",
	"] COPY completed\r\n", "] Moved UIDs.\r\n",
)

// quotedAtom finds quoted strings that need no quotes.
var quotedAtom = regexp.MustCompile(`"[A-Za-z0-9!#$&',./:;<=>?@\[^_\x60|}~+-]+"`)

// untagged rewords an untagged response.
func (c *imapConn) untagged(b *bytes.Buffer, r []byte) {
	line, rest, _ := bytes.Cut(r, []byte("\r\n"))
	text := string(line)
	switch {
	case strings.HasPrefix(text, "* OK ["):
		text = plainTexts.Replace(text + "\r\n")
		if strings.Contains(text, "[PERMANENTFLAGS ()]") {
			text = "* OK [PERMANENTFLAGS ()] Read-only mailbox.\r\n"
		}
		b.WriteString(text)
	case strings.HasPrefix(text, "* LIST ") || strings.HasPrefix(text, "* LSUB "):
		head, name, ok := cutLast(text, `" `)
		if ok {
			text = head + `" ` + unquote(name)
		}
		b.WriteString(text + "\r\n")
		b.Write(rest)
	case strings.HasPrefix(text, "* STATUS "):
		name, items, ok := cutLast(strings.TrimPrefix(text, "* STATUS "), " (")
		if ok {
			text = "* STATUS " + unquote(name) + " (" + orderStatus(strings.TrimSuffix(items, ")")) + ")"
		}
		b.WriteString(text + "\r\n")
	case text == "* ENABLED": // nothing was
	case strings.Contains(text, " FETCH ("):
		writeFetch(b, r)
	default:
		b.Write(r)
	}
}

// orderStatus puts the items of STATUS into Dovecot's order.
func orderStatus(items string) string {
	words := strings.Fields(items)
	var out []string
	for _, name := range []string{"MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "SIZE"} {
		for i := 0; i+1 < len(words); i += 2 {
			if words[i] == name {
				out = append(out, name, words[i+1])
			}
		}
	}
	return strings.Join(out, " ")
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// unquote takes the quotes off a string that is an atom as well.
func unquote(s string) string {
	if quotedAtom.FindString(s) == s && s != "" {
		return s[1 : len(s)-1]
	}
	return s
}

// writeFetch writes a FETCH response; the names of header fields in it lose
// their quotes, the day of a date has two digits. Literals are left alone.
func writeFetch(b *bytes.Buffer, r []byte) {
	for len(r) > 0 {
		line, _, _ := bytes.Cut(r, []byte("\r\n"))
		size := min(len(line)+2, len(r))
		text := line
		if i := bytes.Index(line, []byte("[HEADER.FIELDS")); i >= 0 {
			if j := bytes.Index(line[i:], []byte(")]")); j >= 0 {
				text = append(bytes.Clone(line[:i]), bytes.ToUpper(quotedAtom.ReplaceAllFunc(line[i:i+j], func(q []byte) []byte { return q[1 : len(q)-1] }))...)
				text = append(text, line[i+j:]...)
			}
		}
		b.Write(bytes.Replace(text, []byte(`INTERNALDATE " `), []byte(`INTERNALDATE "0`), 1))
		b.Write(r[len(line):size])
		n, _, ok := literalSize(string(line[max(0, len(line)-16):]))
		r = r[size:]
		if ok && n <= len(r) {
			b.Write(r[:n])
			r = r[n:]
		}
	}
}

// tagged rewords the reply that ends a command.
func (c *imapConn) tagged(r string) string {
	r = strings.TrimSuffix(r, "\r\n")
	tag, rest, _ := strings.Cut(r, " ")
	status, text, _ := strings.Cut(rest, " ")
	code := ""
	if strings.HasPrefix(text, "[") {
		if i := strings.Index(text, "] "); i >= 0 {
			code, text = text[:i+2], text[i+2:]
		}
	}
	name := strings.TrimPrefix(c.cmd.name, "UID ")
	switch status {
	case "OK":
		text = completed[name]
		if name == "STORE" && c.backend.readOnly {
			text = "Store ignored with read-only mailbox"
		}
		if name == "LOGOUT" {
			c.logout("Logged out")
		}
		if name == "ENABLE" {
			return tag + " OK Enabled" + took + "\r\n"
		}
	case "BAD":
		code, text = "", c.badText(name, text)
		c.bad++
	case "NO":
		switch {
		case strings.HasPrefix(code, "[SERVERBUG]") && text == diskFault:
			text = c.session.internalStamp()
		case strings.HasPrefix(code, "[SERVERBUG]"): // the library's word for arguments it cannot read
			status, code, text = "BAD", "", c.badText(name, text)
			c.bad++
		}
	}
	return tag + " " + status + " " + code + text + took + "\r\n"
}

// badText says what is wrong with a command the way Dovecot does.
func (c *imapConn) badText(name, library string) string {
	args := strings.Fields(c.cmd.args)
	why := "Invalid arguments"
	switch {
	case library == invalidSet:
		why = "Invalid messageset"
	case strings.HasPrefix(library, "Invalid system flag"):
		why = library
	case name == "STATUS":
		why = "Invalid status item " + unknownStatus(args)
	case library == "Unknown FETCH data item" && len(args) > 1:
		why = "Unknown parameter: " + unknownItem(c.cmd.args)
	case (name == "FETCH" || name == "STORE") && (len(args) == 0 || strings.Trim(args[0], "0123456789:,*") != ""):
		why = "Invalid messageset"
	case name == "FETCH" && strings.Count(c.cmd.args, "(") > strings.Count(c.cmd.args, ")"):
		why = "Missing ')'"
	case name == "COPY" && len(args) < 2, name == "MOVE" && len(args) < 2:
		why = "Missing arguments"
	case name == "SEARCH" && len(args) == 0:
		why = "Missing search parameters"
	case name == "SEARCH":
		why = "Unknown argument " + unknownKey(args)
	case name == "LIST" && len(args) == 0:
		why = "Invalid reference"
	}
	return fmt.Sprintf("Error in IMAP command %s: %s", c.cmd.name, why)
}

// fetchItems are the data items of FETCH (RFC 3501 6.4.5).
var fetchItems = map[string]bool{
	"FLAGS": true, "UID": true, "INTERNALDATE": true, "RFC822.SIZE": true, "ENVELOPE": true, "BODYSTRUCTURE": true, "BODY": true,
	"RFC822": true, "RFC822.HEADER": true, "RFC822.TEXT": true, "ALL": true, "FAST": true, "FULL": true,
}

func unknownItem(args string) string {
	_, items, _ := strings.Cut(args, " ")
	for _, w := range strings.FieldsFunc(strings.ToUpper(items), func(r rune) bool { return r == ' ' || r == '(' || r == ')' }) {
		if !fetchItems[w] && !strings.HasPrefix(w, "BODY") {
			return w
		}
	}
	return ""
}

func unknownStatus(args []string) string {
	for _, w := range args[min(1, len(args)):] {
		w = strings.ToUpper(strings.Trim(w, "()"))
		if !strings.Contains(" MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN SIZE ", " "+w+" ") {
			return w
		}
	}
	return ""
}

// searchKeys are the keys of SEARCH with the number of their arguments.
var searchKeys = map[string]int{
	"ALL": 0, "ANSWERED": 0, "DELETED": 0, "DRAFT": 0, "FLAGGED": 0, "NEW": 0, "OLD": 0, "RECENT": 0, "SEEN": 0, "UNANSWERED": 0,
	"UNDELETED": 0, "UNDRAFT": 0, "UNFLAGGED": 0, "UNSEEN": 0, "NOT": 0, "OR": 0, "BCC": 1, "BEFORE": 1, "BODY": 1, "CC": 1,
	"FROM": 1, "KEYWORD": 1, "LARGER": 1, "ON": 1, "SENTBEFORE": 1, "SENTON": 1, "SENTSINCE": 1, "SINCE": 1, "SMALLER": 1,
	"SUBJECT": 1, "TEXT": 1, "TO": 1, "UID": 1, "UNKEYWORD": 1, "CHARSET": 1, "HEADER": 2,
}

// unknownKey finds the word of a SEARCH that is no key.
func unknownKey(args []string) string {
	for i := 0; i < len(args); i++ {
		w := strings.ToUpper(strings.Trim(args[i], "()"))
		n, ok := searchKeys[w]
		if !ok && strings.Trim(w, "0123456789:,*") != "" {
			return w
		}
		i += n
	}
	return strings.ToUpper(strings.Trim(args[len(args)-1], "()"))
}

// fetchOrder lists the data items of a FETCH in the order in which they were
// asked for, which is the order of the answer.
func fetchOrder(cmd *imapCommand) []string {
	if !strings.HasSuffix(cmd.name, "FETCH") {
		return nil
	}
	var list []string
	if cmd.name == "UID FETCH" {
		list = append(list, "UID")
	}
	_, items, _ := strings.Cut(cmd.args, " ")
	depth := 0
	word := ""
	for _, r := range strings.ToUpper(items) + " " {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth > 0:
		case r == ' ' || r == '(' || r == ')':
			if word != "" {
				list = append(list, word)
			}
			word = ""
			continue
		}
		if depth == 0 && r != ']' || r == '[' {
			word += string(r)
		}
	}
	return list
}
