package config

import (
	"fmt"
	"slices"
	"strings"
)

// protocols are those a Dovecot with IMAP and POP3 packages knows.
var protocols = []string{"imap", "pop3", "none"}

// facilities are the names of syslog(3).
var facilities = strings.Fields("auth authpriv cron daemon ftp kern lpr mail news syslog user uucp local0 local1 local2 local3 local4 local5 local6 local7")

// Check returns the first fault of the settings taken together, an *Error
// without a line, or nil. user reports whether a user exists.
func (c *Config) Check(user func(string) bool) error {
	fault := ""
	say := func(format string, args ...any) {
		if fault == "" {
			fault = fmt.Sprintf(format, args...)
		}
	}
	for i, s := range c.All("service") {
		if s.Name == "" {
			say("Service #%d is missing name", len(builtin().sections)+i)
		}
	}
	for _, s := range slices.Concat(c.All("passdb"), c.All("userdb")) {
		if s.Str("driver") == "" {
			say("%s is missing driver", s.Type)
		}
	}
	for _, name := range c.Protocols() {
		if !slices.Contains(protocols, name) {
			say("protocols: Unknown protocol: %s", name)
		}
	}
	if f := c.Str("syslog_facility"); !slices.Contains(facilities, f) {
		say("Unknown syslog_facility: %s", f)
	}
	for _, name := range []string{"default_internal_user", "default_login_user"} {
		if v := c.Str(name); v != "" && !user(v) {
			say("%s doesn't exist: %s", name, v)
		}
	}
	for _, ns := range c.All("namespace") {
		if len([]rune(ns.Str("separator"))) > 1 {
			say("Namespace '%s': Hierarchy separator must be only one character long", ns.Str("prefix"))
		}
	}
	if !strings.Contains(c.Str("pop3_uidl_format"), "%") {
		say("pop3_uidl_format setting doesn't contain any %%%% variables.")
	}
	for _, f := range slices.Concat(c.All("local"), c.All("remote")) {
		if f.Set("ssl") && f.Str("ssl") != "no" && c.Str("ssl") == "no" {
			c.Warnings = append(c.Warnings, "SSL is disabled because global ssl=no, ignoring ssl=yes for subsection")
		}
	}
	if fault == "" {
		return nil
	}
	return &Error{File: c.File, Text: fault}
}

// CheckKeyFiles reads the files that settings such as ssl_cert name, as
// Dovecot does when it starts. The error is an *Error.
func (c *Config) CheckKeyFiles(read func(string) ([]byte, error)) error {
	for _, k := range c.keyFiles {
		if _, err := read(k.path); err != nil {
			return &Error{k.file, k.line, fmt.Sprintf("%s: Can't open file %s: %v", k.setting, k.path, err)}
		}
	}
	return nil
}

// Protocols returns the words of the setting protocols.
func (c *Config) Protocols() []string { return strings.Fields(c.Str("protocols")) }

// Service returns a service with the settings Dovecot gives it by itself.
func (c *Config) Service(name string) *Section {
	own := c.find("service", name)
	base := builtin().find("service", name)
	if own == nil {
		return base
	}
	return base.overlay(own)
}

// ForProtocol returns the top-level settings as the service of a protocol sees
// them: those of "protocol NAME { }" on top of the others.
func (c *Config) ForProtocol(name string) *Section {
	s := &c.Section
	for _, f := range c.All("protocol") {
		not, negated := strings.CutPrefix(f.Name, "!")
		if f.Name == name || negated && not != name {
			s = s.overlay(&Section{Type: s.Type, Name: s.Name, values: f.values, sections: f.sections})
		}
	}
	return s
}

// Expand replaces a value of the form $setting, which service users have, by
// that setting's value.
func (c *Config) Expand(value string) string {
	if name, ok := strings.CutPrefix(value, "$"); ok {
		return c.Str(name)
	}
	return value
}
