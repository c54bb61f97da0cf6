package sshd

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"slices"
	"strings"
)

// authenticate logs in (RFC 4252): with the user's keys first, then with
// passwords.
func (c *client) authenticate() error {
	c.send(message(msgServiceRequest).text("ssh-userauth"))
	if _, _, _, err := c.expect(msgServiceAccept); err != nil {
		return err
	}
	c.debug("SSH2_MSG_SERVICE_ACCEPT received")
	methods, in, err := c.try(c.request("none"))
	if in || err != nil {
		return err
	}
	c.debug("Authentications that can continue: %s", methods)
	if c.o.yes("pubkeyauthentication", "yes") && offers(methods, "publickey") {
		c.debug("Next authentication method: publickey")
		if methods, in, err = c.tryKeys(methods); in || err != nil {
			return err
		}
	}
	if c.o.yes("passwordauthentication", "yes") && offers(methods, "password") && !c.o.yes("batchmode", "no") && c.tty != nil {
		c.debug("Next authentication method: password")
		if methods, in, err = c.tryPasswords(methods); in || err != nil {
			return err
		}
	}
	return endf("%s@%s: Permission denied (%s).\n", c.user, c.host, methods)
}

func offers(methods, method string) bool { return slices.Contains(strings.Split(methods, ","), method) }

func (c *client) request(method string) builder {
	return message(msgAuthRequest).text(c.user).text("ssh-connection").text(method)
}

// try sends a request and reads the answer: in says that the login is done,
// methods what else may be tried.
func (c *client) try(request builder) (methods string, in bool, err error) {
	c.send(request)
	kind, f, _, err := c.expect(msgAuthFailure, msgAuthSuccess)
	if err != nil {
		return "", false, err
	}
	return f.text(), kind == msgAuthSuccess, nil
}

func (c *client) tryKeys(methods string) (string, bool, error) {
	keys := userKeys(c.p, c.o.identities)
	if len(keys) == 0 {
		c.debug("Trying private key: %s/.ssh/id_ed25519", c.p.Env.Get("HOME"))
	}
	for _, k := range keys {
		blob := string(keyBlob(k.Public()))
		c.debug("Offering public key: %s ED25519 %s", k.Comment, Fingerprint(k.Public()))
		signature := ed25519.Sign(k.Private, signedData(c.x.hash(), c.user, blob))
		more, in, err := c.try(c.request("publickey").flag(true).text(keyType).text(blob).text(string(signature)))
		if in {
			c.debug("Authenticated to %s ([%s]:%d) using \"publickey\".", c.host, c.addr, c.port)
		}
		if in || err != nil {
			return "", in, err
		}
		methods = more
	}
	return methods, false, nil
}

func (c *client) tryPasswords(methods string) (string, bool, error) {
	for n := range c.o.number("numberofpasswordprompts", 3) {
		if n > 0 {
			io.WriteString(c.p.Stderr, "Permission denied, please try again.\n")
		}
		password, err := c.tty.ReadSecret(c.p.Task, fmt.Sprintf("%s@%s's password: ", c.user, c.host))
		if err != nil { // Ctrl+D: as the empty password
			password = ""
		}
		more, in, err := c.try(c.request("password").flag(false).text(password))
		if in {
			c.debug("Authenticated to %s ([%s]:%d) using \"password\".", c.host, c.addr, c.port)
		}
		if in || err != nil {
			return "", in, err
		}
		methods = more
	}
	return methods, false, nil
}
