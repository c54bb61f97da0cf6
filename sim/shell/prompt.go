package shell

import (
	"path"
	"strings"
)

// prompt expands the escapes of PS1 (bash(1) PROMPTING) and parameters.
func (s *Shell) prompt(ps string) string {
	var b strings.Builder
	for i := 0; i < len(ps); i++ {
		if ps[i] != '\\' || i+1 == len(ps) {
			b.WriteByte(ps[i])
			continue
		}
		i++
		switch ps[i] {
		case 'u':
			b.WriteString(s.p.Host.UserName(s.p.Cred.UID))
		case 'h':
			b.WriteString(s.p.Host.ShortName())
		case 'H':
			b.WriteString(s.p.Host.Hostname())
		case 'w':
			b.WriteString(s.abbreviated(s.p.Cwd))
		case 'W':
			dir := s.abbreviated(s.p.Cwd)
			if dir != "~" {
				dir = path.Base(dir)
			}
			b.WriteString(dir)
		case '$':
			b.WriteString(map[bool]string{true: "#", false: "$"}[s.p.Cred.IsRoot()])
		case 't':
			b.WriteString(s.p.Host.Now().Format("15:04:05"))
		case 'A':
			b.WriteString(s.p.Host.Now().Format("15:04"))
		case 'd':
			b.WriteString(s.p.Host.Now().Format("Mon Jan 02"))
		case 's':
			b.WriteString("bash")
		case 'n':
			b.WriteByte('\n')
		case 'j':
			b.WriteString(itoa(len(s.jobs.list)))
		case '!', '#':
			b.WriteString(itoa(len(s.history) + 1))
		case '[', ']':
		case 'e':
			b.WriteByte(0x1b)
		case '\\':
			b.WriteByte('\\')
		default:
			if n, used := digits(ps[i:], 3, 8); used > 0 {
				b.WriteByte(byte(n))
				i += used - 1
			} else {
				b.WriteString(ps[i-1 : i+1])
			}
		}
	}
	return s.promptParameters(b.String())
}

// promptParameters expands plain $NAME in a prompt; commands in a prompt are not
// run.
func (s *Shell) promptParameters(text string) string {
	for range 20 {
		i := strings.IndexByte(text, '$')
		if i < 0 {
			return text
		}
		head, rest := text[:i], text[i+1:]
		name := rest
		if strings.HasPrefix(rest, "{") {
			if j := strings.IndexByte(rest, '}'); j > 0 {
				name, rest = rest[1:j], rest[j+1:]
				name, _, _ = strings.Cut(name, ":")
				if k := strings.IndexAny(name, "+-"); k > 0 {
					name = ""
				}
				text = head + s.vars.get(name) + rest
				continue
			}
		}
		j := 0
		for j < len(name) && (name[j] == '_' || name[j] >= 'a' && name[j] <= 'z' || name[j] >= 'A' && name[j] <= 'Z') {
			j++
		}
		if j == 0 {
			return text
		}
		text = head + s.vars.get(name[:j]) + rest[j:]
	}
	return text
}
