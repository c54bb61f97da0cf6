package webui_test

// fateOfMail wants the rows of the trace to tell what became of a mail, and a
// folded row that something inside it failed.
func fateOfMail(b *tab) {
	row := func(text string) string {
		return `[...document.querySelectorAll('.tr')].find((r) => r.querySelector('.tr-label').textContent.includes(` + quote(text) + `))`
	}
	b.openLab(missingPTR)
	b.wait("a mail that came back is marked", row("mail to")+`.querySelector('.verdict.v-bad')?.textContent === 'not delivered'`)
	b.openLab("Mail stays in the queue")
	b.wait("a deferred mail is marked", row("mail to")+`.querySelector('.verdict.v-temp')?.textContent === 'waiting'`)
	b.openLab("One command too many")
	b.wait("a mail that arrived is marked", row("mail to")+`.querySelector('.verdict.v-ok') !== null`)
	b.wait("the folded command shows that packets were lost inside", row("iptables -F")+`.querySelector('.tr-inside') !== null`)
	b.js(row("iptables -F") + `.querySelector('.tr-chevron').click()`)
	b.wait("unfolded, it leaves that to the rows inside", row("$ iptables -F")+`.querySelector('.tr-inside') === null`)
}

// predictBeforeQuiet wants playback to stand before a question about an event
// that is not shown itself: the opening of a connection.
func predictBeforeQuiet(b *tab) {
	b.openLab("The new protocol and the old refusal")
	b.js(`(() => { const s = document.querySelector('.transport select'); s.value = '8'; s.dispatchEvent(new Event('change')); })()`)
	b.click(".guide button", "See what happened")
	b.wait("playback stands", `document.querySelector('.question input[type=radio]') !== null && document.querySelector('.transport .play').getAttribute('aria-label') === 'Play' && document.querySelector('.band') !== null`)
	stood := b.js(`document.querySelector('.caption').textContent`)
	b.click(".question button", "Watch on")
	b.wait("it goes on from there", `document.querySelector('.caption').textContent !== `+quote(stood)+` && document.querySelector('.transport .play').getAttribute('aria-label') !== 'Play'`)
}
