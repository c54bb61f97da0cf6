package netfilter

import (
	"maps"
	"slices"
	"strings"

	"mxlab/sim/host"
)

// ufwApp is an application profile: a name for a set of ports.
type ufwApp struct {
	title, description string
	ports              []string // "25/tcp", "53"
}

// ufwApps returns the profiles: those that come with ufw and with the servers of
// the host, and those in /etc/ufw/applications.d.
func ufwApps(h *host.Host) map[string]ufwApp {
	one := func(title string, ports ...string) ufwApp { return ufwApp{title, title, ports} }
	apps := map[string]ufwApp{
		"DNS": one("Internet Domain Name Server", "53"), "SMTP": one("Mail server (SMTP)", "25/tcp"),
		"Mail submission": one("Mail server (Submission)", "587/tcp"), "POP3": one("Mail server (POP3)", "110/tcp"),
		"POP3S": one("Secure mail server (POP3S)", "995/tcp"), "IMAP": one("Mail server (IMAP)", "143/tcp"),
		"IMAPS": one("Secure mail server (IMAPS)", "993/tcp"), "SSH": one("SSH server", "22/tcp"), "OpenSSH": one("Secure shell server", "22/tcp"),
		"Telnet": one("Telnet server (insecure)", "23/tcp"), "WWW": one("Web Server", "80/tcp"), "WWW Secure": one("Web Server (HTTPS)", "443/tcp"),
		"WWW Full": one("Web Server (HTTP,HTTPS)", "80,443/tcp"),
	}
	add := func(dir string, list map[string]ufwApp) {
		if _, err := h.FS.Stat(dir, host.Root); err == nil {
			maps.Copy(apps, list)
		}
	}
	add("/etc/postfix", map[string]ufwApp{"Postfix": one("Mail server (SMTP)", "25/tcp"), "Postfix SMTPS": one("Mail server (SMTPS)", "465/tcp"),
		"Postfix Submission": one("Mail server (Submission)", "587/tcp")})
	add("/etc/dovecot", map[string]ufwApp{"Dovecot IMAP": one("Secure mail server (IMAP)", "143/tcp"), "Dovecot POP3": one("Secure mail server (POP3)", "110/tcp"),
		"Dovecot Secure IMAP": one("Secure mail server (IMAPS)", "993/tcp"), "Dovecot Secure POP3": one("Secure mail server (POP3S)", "995/tcp")})
	add("/etc/bind", map[string]ufwApp{"Bind9": one("Internet Domain Name Server", "53")})
	entries, _ := h.FS.ReadDir("/etc/ufw/applications.d", host.Root)
	for _, e := range entries {
		text, err := h.FS.ReadFile("/etc/ufw/applications.d/"+e.Name, host.Root)
		if err == nil {
			maps.Copy(apps, parseProfiles(string(text)))
		}
	}
	return apps
}

// parseProfiles reads a file of application profiles: sections with title,
// description and ports, which "|" separates.
func parseProfiles(text string) map[string]ufwApp {
	apps := map[string]ufwApp{}
	name := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			name = line[1 : len(line)-1]
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || name == "" || strings.HasPrefix(line, "#") {
			continue
		}
		a := apps[name]
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "title":
			a.title = value
		case "description":
			a.description = value
		case "ports":
			for p := range strings.SplitSeq(value, "|") {
				port, _, _ := strings.Cut(p, "/")
				if ufwPort(port) {
					a.ports = append(a.ports, p)
				}
			}
		}
		apps[name] = a
	}
	for n, a := range apps {
		if len(a.ports) == 0 {
			delete(apps, n)
		}
	}
	return apps
}

// runUfwApp is ufw app list|info.
func runUfwApp(c *ufwCommand, args []string) int {
	apps := ufwApps(c.proc.Host)
	switch {
	case len(args) == 1 && args[0] == "list":
		c.proc.Print("Available applications:\n")
		for _, n := range slices.Sorted(maps.Keys(apps)) {
			c.proc.Print("  " + n + "\n")
		}
		return 0
	case len(args) == 2 && args[0] == "info":
		a, ok := apps[args[1]]
		if !ok {
			return c.fail("Could not find profile '%s'", args[1])
		}
		word := "Port"
		if len(a.ports) > 1 || strings.ContainsAny(a.ports[0], ",:") {
			word = "Ports"
		}
		c.proc.Printf("Profile: %s\nTitle: %s\nDescription: %s\n\n%s:\n  %s\n", args[1], a.title, a.description, word, strings.Join(a.ports, "\n  "))
		return 0
	case len(args) == 2 && (args[0] == "update" || args[0] == "default"):
		return 0
	}
	return c.syntax()
}
