package webui_test

// mapFits wants the whole network in sight without scrolling, in each kind of
// network and both languages, and no corner of a box on its neighbour.
func mapFits(b *tab) {
	for _, title := range []string{"Half of the world sees the old address", "The letter box behind the router", "The new site gets no mail"} {
		b.openLab(title)
		for _, language := range []string{"en", "ko"} {
			if language == "ko" {
				b.click("header button", "한국어")
				b.wait("the page is Korean", `document.documentElement.lang === 'ko'`)
			}
			b.wait("the map fits: "+title, `(() => { const room = document.querySelector('.topology-room'); return room.scrollWidth <= room.clientWidth && room.scrollHeight <= room.clientHeight; })()`)
			wrong := b.js(`(() => {
				const wrong = [], nodes = [...document.querySelectorAll('.node')];
				for (const n of nodes) for (const c of n.querySelectorAll('.node-corner')) {
					const a = c.getBoundingClientRect();
					for (const m of nodes) for (const o of m.querySelectorAll('.node-box, .node-corner')) {
						const r = o.getBoundingClientRect();
						if (m !== n && a.left < r.right - 1 && a.right > r.left + 1 && a.top < r.bottom - 1 && a.bottom > r.top + 1) wrong.push(n.textContent + ' on ' + m.textContent);
					}
				}
				return wrong.join('; ');
			})()`)
			if wrong != "" {
				b.Errorf("%s in %s: %s", title, language, wrong)
			}
		}
	}
}

// hostsInSight wants the list of hosts to end within the page, and the ways to a
// terminal beside its text.
func hostsInSight(b *tab) {
	b.openLab("Half of the world sees the old address")
	b.click(".dock-bar .menu button", "Open")
	b.wait("the list ends within the page", `document.querySelector('.menu-list.hosts').getBoundingClientRect().bottom <= innerHeight`)
	b.js(`document.querySelector('.dock-bar .menu button').click()`)
	b.enter("echo one > /root/notes")
	b.wait("the link to the trace can be clicked", `(() => {
		const link = document.querySelector('.term-trace'), r = link.getBoundingClientRect();
		return document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2) === link;
	})()`)
}

// findScenario looks for a scenario by words of both languages.
func findScenario(b *tab) {
	b.open("/")
	b.wait("the cards are there", `document.querySelectorAll('.card').length > 8`)
	titles := `[...document.querySelectorAll('.card h3')].map((e) => e.textContent).join('|')`
	b.click(".find-card input", "")
	b.write("reverse dns")
	b.wait("two scenarios are about it", titles+` === 'The mail that a big provider refuses|The new protocol and the old refusal'`)
	b.js(`(() => { const i = document.querySelector('.find-card input'); i.value = '역방향 IPv6'; i.dispatchEvent(new Event('input', { bubbles: true })); })()`)
	b.wait("found by the other language", titles+` === 'The new protocol and the old refusal'`)
	b.js(`(() => { const i = document.querySelector('.find-card input'); i.value = 'nothing such'; i.dispatchEvent(new Event('input', { bubbles: true })); })()`)
	b.wait("it says so", `document.querySelector('[role=status]').textContent === 'Nothing found'`)
}
