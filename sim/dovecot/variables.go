package dovecot

import "strings"

// variables are what %-words in settings stand for (doc.dovecot.org,
// "Settings variables").
type variables struct {
	user, home, service, session, pid string
	rip, lip                          string
	more                              map[byte]string   // for log formats
	names                             map[string]string // the same for long names
}

// expand replaces the variables of a setting: %u, %{user}, with the modifiers L
// and U. An unknown one is replaced by nothing.
func (v *variables) expand(format string) string {
	if !strings.Contains(format, "%") {
		return format
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		change := func(s string) string { return s }
		for ; i < len(format)-1 && (format[i] == 'L' || format[i] == 'U'); i++ {
			change = map[byte]func(string) string{'L': strings.ToLower, 'U': strings.ToUpper}[format[i]]
		}
		if format[i] == '{' {
			name, _, closed := strings.Cut(format[i+1:], "}")
			if i += len(name); closed {
				i++
			}
			b.WriteString(change(v.long(name)))
			continue
		}
		b.WriteString(change(v.short(format[i])))
	}
	return b.String()
}

func (v *variables) short(c byte) string {
	if s, ok := v.more[c]; ok {
		return s
	}
	local, domain, _ := strings.Cut(v.user, "@")
	switch c {
	case 'u':
		return v.user
	case 'n':
		return local
	case 'd':
		return domain
	case 'h':
		return v.home
	case 's':
		return v.service
	case 'r':
		return v.rip
	case 'l':
		return v.lip
	case 'p':
		return v.pid
	case '%':
		return "%"
	}
	return ""
}

func (v *variables) long(name string) string {
	if s, ok := v.names[name]; ok {
		return s
	}
	switch name {
	case "user":
		return v.short('u')
	case "username":
		return v.short('n')
	case "domain":
		return v.short('d')
	case "home":
		return v.home
	case "service":
		return v.service
	case "session":
		return v.session
	case "pid":
		return v.pid
	case "rip":
		return v.rip
	case "lip":
		return v.lip
	}
	return ""
}
