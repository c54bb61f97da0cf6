package webui_test

import (
	"fmt"
	"net"
	"net/smtp"
	"strings"
)

// portCount is what the page shows of the first open port's connections.
const portCount = `(document.querySelector('.items .item .muted')?.textContent ?? '')`

// realClients opens a port with the mouse, sends a mail to it with a client of
// the real machine, and sees the client come and go; in Korean too.
func realClients(b *tab) {
	b.openLab(missingPTR)
	b.click(".dock-tab", "Real clients")
	b.wait("no port is open", `document.querySelector('.pad')?.textContent.includes('No port is open.') === true`)
	b.choose("Host", "mail1")
	b.choose("Port", "25/tcp")
	b.click(".form button", "Open")
	b.wait("the port is open", portCount+` === 'connected: 0, in all: 0'`)
	b.wait("the command to try it fits", `document.querySelector('.items .item').scrollWidth <= document.querySelector('.items').clientWidth`)

	c, err := smtp.Dial(b.js(`document.querySelector('.items .item code').textContent`))
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	b.wait("the client is counted", portCount+` === 'connected: 1, in all: 1'`)
	if err := sendMail(c); err != nil {
		b.Fatal(err)
	}
	b.wait("it has left", portCount+` === 'connected: 0, in all: 1'`)
	b.wait("the mail is in the trace", `[...document.querySelectorAll('.tr')].some((r) => r.textContent.includes('real client'))`)

	b.click("header button", "한국어")
	b.wait("it is said in Korean", portCount+` === '접속 중 0, 모두 1'`)
	b.wait("the trace too", `[...document.querySelectorAll('.tr')].some((r) => r.textContent.includes('실제 접속: mail1:25/tcp'))`)
	b.wait("all of it is in sight", `document.querySelector('.items .item').getBoundingClientRect().bottom <= document.querySelector('.dock').getBoundingClientRect().bottom`)
	addr := b.js(`document.querySelector('.items .item code').textContent`)
	b.click(".items button", "닫기")
	b.wait("the port is shut", `document.querySelector('.items') === null && document.querySelector('.pad').textContent.includes('열린 포트가 없습니다.')`)
	if c, err := net.Dial("tcp", addr); err == nil {
		c.Close()
		b.Errorf("%s is open yet", addr)
	}
}

// choose selects what the field with a label offers.
func (b *tab) choose(label, value string) {
	b.Helper()
	b.js(`(() => { const s = [...document.querySelectorAll('.field')].find((f) => f.textContent.startsWith(` + quote(label) + `)).querySelector('select');
		s.value = ` + quote(value) + `; s.dispatchEvent(new Event('change', { bubbles: true })); return s.value; })()`)
}

// sendMail sends a mail to the lab's postmaster (RFC 5321 4.5.1) as any program
// would.
func sendMail(c *smtp.Client) error {
	if err := c.Mail("someone@moa-mail.com"); err != nil {
		return fmt.Errorf("MAIL: %w", err)
	}
	if err := c.Rcpt("postmaster"); err != nil {
		return fmt.Errorf("RCPT: %w", err)
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("DATA: %w", err)
	}
	strings.NewReader("Subject: from the real machine\r\n\r\nhello\r\n").WriteTo(w)
	if err := w.Close(); err != nil {
		return fmt.Errorf("the text: %w", err)
	}
	return c.Quit()
}
