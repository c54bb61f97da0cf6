package mta

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// authenticate logs in if smtp_sasl_auth_enable asks for it and the table of
// passwords has an entry for the server. It reports whether the session goes
// on.
func (c *client) authenticate() bool {
	cfg := c.p.cfg
	mechs, offered := c.ext["AUTH"]
	if !cfg.Bool("smtp_sasl_auth_enable") || !offered {
		return true
	}
	user, password, ok := c.credentials()
	if !ok {
		return true
	}
	usable := c.usable(strings.Fields(mechs))
	if len(usable) == 0 {
		c.p.logf(host.Warning, "warning: SASL authentication failure: No worthy mechs found")
		c.giveUp(mail.Failure{Status: mail.Enhanced{4, 7, 0}, Text: fmt.Sprintf(
			"SASL authentication failed; cannot authenticate to server %s: no mechanism available", mail.Peer(c.server.Host, c.server.Addr))})
		return false
	}
	r, err := c.logIn(usable, user, password)
	switch {
	case err != nil:
		c.giveUp(c.broken(err, "performing the EHLO handshake"))
		return false
	case r.Class() == 2:
		return true
	}
	f := mail.Failure{Status: mail.DeliveryStatus(r), RemoteMTA: c.server.Host, Reply: r.String(),
		Text: fmt.Sprintf("SASL authentication failed; server %s said: %s", mail.Peer(c.server.Host, c.server.Addr), r)}
	if cfg.Bool("smtp_sasl_auth_soft_bounce") {
		f.Status[0] = 4
	}
	c.bye()
	c.giveUp(f)
	return false
}

// usable are the mechanisms this client knows and smtp_sasl_security_options
// allows: PLAIN and LOGIN send the password in the clear.
func (c *client) usable(offered []string) (list []string) {
	if slices.Contains(c.p.cfg.List("smtp_sasl_security_options"), "noplaintext") {
		return nil
	}
	for _, m := range []string{"PLAIN", "LOGIN"} {
		if slices.ContainsFunc(offered, func(o string) bool { return strings.EqualFold(o, m) }) {
			list = append(list, m)
		}
	}
	return list
}

func (c *client) logIn(usable []string, user, password string) (mail.Reply, error) {
	enc := base64.StdEncoding.EncodeToString
	if usable[0] == "PLAIN" {
		c.send("AUTH PLAIN " + enc([]byte("\x00"+user+"\x00"+password)))
		return c.reply("smtp_helo_timeout")
	}
	c.send("AUTH LOGIN")
	for _, word := range []string{user, password} {
		if r, err := c.reply("smtp_helo_timeout"); err != nil || r.Code != 334 {
			return r, err
		}
		c.send(enc([]byte(word)))
	}
	return c.reply("smtp_helo_timeout")
}

// credentials finds user:password for the server in smtp_sasl_password_maps: by
// the server's name, then by the next hop as written.
func (c *client) credentials() (user, password string, ok bool) {
	maps := c.p.sys.OpenMaps("smtp_sasl_password_maps", c.p.cfg.Str("smtp_sasl_password_maps"))
	for _, key := range []string{c.server.Host, c.res.Nexthop} {
		if value, found, err := maps.Find(key); err == nil && found {
			user, password, _ = strings.Cut(value, ":")
			return user, password, true
		}
	}
	return "", "", false
}
