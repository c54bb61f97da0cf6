package netfilter

import (
	"fmt"
	"io/fs"
	"strings"

	"mxlab/sim/host"
)

// ufwState is what ufw keeps on disk: /etc/ufw/ufw.conf, the default policies in
// /etc/default/ufw, and the rules in /etc/ufw/user.rules and user6.rules.
type ufwState struct {
	host     *host.Host
	enabled  bool
	level    string    // of logging
	policy   [3]string // incoming, outgoing, routed: ACCEPT, DROP or REJECT
	rules    []ufwRule // of IPv4
	rules6   []ufwRule
	written  func(path string)
	defaults string // the text of /etc/default/ufw
}

// The files of ufw.
const (
	ufwConf     = "/etc/ufw/ufw.conf"
	ufwDefaults = "/etc/default/ufw"
	ufwRules4   = "/etc/ufw/user.rules"
	ufwRules6   = "/etc/ufw/user6.rules"
)

// policyKeys are the settings of the default policies, by the words of status.
var policyKeys = [3]string{"DEFAULT_INPUT_POLICY", "DEFAULT_OUTPUT_POLICY", "DEFAULT_FORWARD_POLICY"}

var policyWords = [3]string{"incoming", "outgoing", "routed"}

// loadUfw reads the state from disk; what is missing is as installed.
func loadUfw(h *host.Host) *ufwState {
	u := &ufwState{host: h, level: "low", policy: [3]string{"DROP", "ACCEPT", "DROP"}}
	conf := u.read(ufwConf)
	u.enabled = strings.EqualFold(setting(conf, "ENABLED"), "yes")
	if v := setting(conf, "LOGLEVEL"); v != "" {
		u.level = v
	}
	u.defaults = u.read(ufwDefaults)
	for i, key := range policyKeys {
		if v := strings.ToUpper(setting(u.defaults, key)); v == "ACCEPT" || v == "DROP" || v == "REJECT" {
			u.policy[i] = v
		}
	}
	for line := range strings.Lines(u.read(ufwRules4)) {
		if r, ok := parseTuple(line, false); ok {
			u.rules = append(u.rules, r)
		}
	}
	for line := range strings.Lines(u.read(ufwRules6)) {
		if r, ok := parseTuple(line, true); ok {
			u.rules6 = append(u.rules6, r)
		}
	}
	return u
}

func (u *ufwState) read(path string) string {
	text, err := u.host.FS.ReadFile(path, host.Root)
	if err != nil {
		return ""
	}
	return string(text)
}

// setting returns the value of KEY=value or KEY="value" in a shell file.
func setting(text, key string) string {
	for line := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), key+"="); ok {
			return strings.Trim(v, `"'`)
		}
	}
	return ""
}

// withSetting returns the text with the setting changed, or added at the end.
func withSetting(text, key, value string) string {
	var b strings.Builder
	done := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), key+"=") {
			line, done = key+"="+value+"\n", true
		}
		b.WriteString(line)
	}
	if !done {
		b.WriteString(key + "=" + value + "\n")
	}
	return b.String()
}

func (u *ufwState) write(path, text string, mode fs.FileMode) error {
	if err := u.host.FS.MkdirAll(path[:strings.LastIndexByte(path, '/')], 0o755, host.Root); err != nil {
		return err
	}
	if err := u.host.FS.WriteFile(path, []byte(text), mode, host.Root); err != nil {
		return err
	}
	if u.written != nil {
		u.written(path)
	}
	return nil
}

// saveConf writes whether ufw is enabled, and how much it logs.
func (u *ufwState) saveConf() error {
	text := u.read(ufwConf)
	if text == "" {
		text = "# /etc/ufw/ufw.conf\n#\n\n# Set to yes to start on boot\nENABLED=no\n\n# See 'man ufw' for the levels\nLOGLEVEL=low\n"
	}
	text = withSetting(text, "ENABLED", map[bool]string{true: "yes", false: "no"}[u.enabled])
	return u.write(ufwConf, withSetting(text, "LOGLEVEL", u.level), 0o644)
}

// saveDefaults writes the default policies.
func (u *ufwState) saveDefaults() error {
	for i, key := range policyKeys {
		u.defaults = withSetting(u.defaults, key, `"`+u.policy[i]+`"`)
	}
	return u.write(ufwDefaults, u.defaults, 0o644)
}

// saveRules writes the rules of both families.
func (u *ufwState) saveRules() error {
	if err := u.write(ufwRules4, u.userRules(false), 0o640); err != nil {
		return err
	}
	return u.write(ufwRules6, u.userRules(true), 0o640)
}

// ufwDirections are the ends of the names of ufw's chains.
var ufwDirections = [...]string{"input", "output", "forward"}

// userRules returns the text of user.rules or user6.rules.
func (u *ufwState) userRules(v6 bool) string {
	var b strings.Builder
	c, rules := "ufw", u.rules
	if v6 {
		c, rules = "ufw6", u.rules6
	}
	b.WriteString("*filter\n")
	for _, group := range []string{"user", "before-logging", "user-logging", "after-logging"} {
		for _, d := range ufwDirections {
			fmt.Fprintf(&b, ":%s-%s-%s - [0:0]\n", c, group, d)
		}
	}
	for _, name := range []string{"logging-deny", "logging-allow", "user-limit", "user-limit-accept"} {
		fmt.Fprintf(&b, ":%s-%s - [0:0]\n", c, name)
	}
	b.WriteString("### RULES ###\n")
	for _, r := range rules {
		b.WriteString("\n" + r.tuple() + "\n")
		for _, line := range r.lines() {
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("\n### END RULES ###\n\n### LOGGING ###\n" + u.loggingRules(c) + "### END LOGGING ###\n\n### RATE LIMITING ###\n")
	if u.level != "off" {
		fmt.Fprintf(&b, "-A %s-user-limit -m limit --limit 3/minute -j LOG --log-prefix \"[UFW LIMIT BLOCK] \"\n", c)
	}
	fmt.Fprintf(&b, "-A %s-user-limit -j REJECT\n-A %[1]s-user-limit-accept -j ACCEPT\n### END RATE LIMITING ###\nCOMMIT\n", c)
	return b.String()
}

// loggingRules returns the rules of a logging level: off; low, what the policy
// blocks; medium, also new connections; high, without a limit on their state;
// full, without any limit.
func (u *ufwState) loggingRules(c string) string {
	var b strings.Builder
	if u.level == "off" {
		for _, d := range ufwDirections {
			fmt.Fprintf(&b, "-I %s-user-logging-%s -j RETURN\n", c, d)
		}
		return b.String()
	}
	limit := " -m limit --limit 3/min --limit-burst 10"
	if u.level == "full" {
		limit = ""
	}
	for i, d := range []string{"input", "output", "forward"} {
		if u.level != "low" || u.policy[i] != "ACCEPT" {
			word := "BLOCK"
			if u.policy[i] == "ACCEPT" {
				word = "ALLOW"
			}
			fmt.Fprintf(&b, "-A %s-after-logging-%s -j LOG --log-prefix \"[UFW %s] \"%s\n", c, d, word, limit)
		}
	}
	if u.level == "low" {
		fmt.Fprintf(&b, "-I %s-logging-deny -m conntrack --ctstate INVALID -j RETURN%s\n", c, limit)
	} else {
		fmt.Fprintf(&b, "-A %s-logging-deny -m conntrack --ctstate INVALID -j LOG --log-prefix \"[UFW AUDIT INVALID] \"%s\n", c, limit)
	}
	fmt.Fprintf(&b, "-A %s-logging-deny -j LOG --log-prefix \"[UFW BLOCK] \"%s\n-A %[1]s-logging-allow -j LOG --log-prefix \"[UFW ALLOW] \"%[2]s\n", c, limit)
	if u.level != "low" {
		state := " -m conntrack --ctstate NEW"
		if u.level != "medium" {
			state = ""
		}
		for _, d := range ufwDirections {
			fmt.Fprintf(&b, "-I %s-before-logging-%s -j LOG --log-prefix \"[UFW AUDIT] \"%s%s\n", c, d, state, limit)
		}
	}
	return b.String()
}
