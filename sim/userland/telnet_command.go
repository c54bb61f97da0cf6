package userland

import (
	"strings"
)

// telnetCommands are the commands of its prompt, which may be abbreviated.
const telnetCommands = "close logout display mode open quit send set unset status toggle slc auth encrypt z ! environ ? help"

// prompt is telnet without a host: commands until quit or the end of input.
func (t *telnet) prompt() {
	defer t.close()
	lines := t.lines()
	for !t.over {
		t.p.Step(1)
		line, ok := lines()
		if !ok {
			return
		}
		t.execute(line)
		if t.c != nil && !t.over {
			t.talk()
		}
	}
}

// lines returns a function that reads the next command.
func (t *telnet) lines() func() (string, bool) {
	if t.tty != nil {
		return func() (string, bool) {
			line, err := t.tty.ReadLine(t.p.Task, "telnet> ")
			return line, err == nil
		}
	}
	text, _ := drainInput(t.p, t.p.Stdin)
	rest := string(text)
	return func() (string, bool) {
		t.p.Print("telnet> ")
		if rest == "" {
			t.p.Print("\n")
			return "", false
		}
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		return line, true
	}
}

// execute runs one command; it reports whether to go back to the connection.
func (t *telnet) execute(line string) bool {
	words := strings.Fields(line)
	if len(words) == 0 {
		return true
	}
	switch t.commandNamed(words[0]) {
	case "quit":
		t.over = true
		if t.c != nil {
			t.p.Print("Connection closed.\n")
			t.close()
		}
	case "close", "logout":
		if t.c == nil {
			t.p.Print("?Need to be connected first.\n")
			return false
		}
		t.p.Print("Connection closed.\n")
		t.close()
	case "open":
		t.openCommand(words[1:])
	case "status":
		t.showStatus()
		return true
	case "?", "help":
		t.p.Print(telnetCommandHelp)
	case "send":
		if len(words) == 1 {
			t.p.Print("need at least one argument for 'send' command\n'send ?' for help\n")
			return false
		}
		return true
	case "":
		t.p.Print("?Invalid command\n")
	default:
		return true
	}
	return false
}

func (t *telnet) commandNamed(word string) string {
	for _, name := range strings.Fields(telnetCommands) {
		if strings.HasPrefix(name, strings.ToLower(word)) {
			return name
		}
	}
	return ""
}

func (t *telnet) openCommand(args []string) {
	switch {
	case t.c != nil:
		t.p.Printf("?Already connected to %s\n", t.name)
	case len(args) == 0:
		t.p.Print("usage: open [-l user] host-name [port]\n")
	default:
		t.open(args[:min(len(args), 2)])
	}
}

func (t *telnet) showStatus() {
	if t.c == nil {
		t.p.Print("No connection.\n")
	} else {
		t.p.Printf("Connected to %s.\nOperating in obsolete linemode\nLocal character echo\n", t.name)
	}
	t.p.Print("Escape character is '^]'.\n")
}
