package webui_test

import (
	"regexp"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const missingPTR = "The mail that a big provider refuses"

var mailServer = regexp.MustCompile(`mail\s+server\s+is\s+(\S+)\s+\((203\.0\.113\.\d+)\)`)

// mailServer returns the name and address of the company's mail server as the
// story tells them.
func (b *tab) mailServer() (name, address string) {
	b.Helper()
	m := mailServer.FindStringSubmatch(b.js(`document.querySelector('.guide .prose').textContent`))
	if m == nil {
		b.Fatal("the story does not name the mail server")
	}
	return m[1], m[2]
}

func (b *tab) allPassed() {
	b.Helper()
	b.wait("the check passed", `/^(\d+) of \1 passed/.test(document.querySelector('.score')?.textContent ?? '')`)
	if n := b.js(`document.querySelectorAll('.report .item:not(.is-pass)').length`); n != "0" {
		b.Errorf("%s items did not pass", n)
	}
}

func solveWithMouse(b *tab) {
	b.openLab(missingPTR)
	name, address := b.mailServer()
	b.click(".dock-tab", "ns1")
	b.click(".term-input", "")
	b.write("dig +short @192.0.2.3 -x " + address)
	b.keys(kb.Enter)
	b.wait("the command was run", `document.querySelectorAll('.term-in').length === 1 && document.querySelector('.term-wait') === null`)
	b.click(".dock-tab", "Portals")
	b.click(".split-item", "PTR")
	b.click(".form .field:nth-of-type(1) input", "")
	b.write(address)
	b.keys(kb.Tab)
	b.write(name)
	b.click(".form button", "Send")
	b.wait("the portal did it", `document.querySelector('.dock .item .verdict.v-ok') !== null`)
	b.click(".guide button", "Send again")
	b.wait("the mail was taken", `document.querySelector('.toast')?.textContent.includes('250') === true`)
	b.click("header button", "Check")
	b.allPassed()
}

func solveWithKeyboard(b *tab) {
	b.open("/?lang=en&theme=light")
	b.wait("the list is there", `document.querySelector('.card') !== null`)
	b.tabTo("button", "Start: "+missingPTR)
	b.keys(kb.Enter)
	b.ready()
	name, address := b.mailServer()

	// F6 reaches every region and comes round.
	seen := map[string]bool{}
	for range 12 {
		b.keys(kb.F6)
		seen[b.js(`document.activeElement.closest('[data-region]')?.className.split(' ')[1] ?? ''`)] = true
	}
	for _, region := range []string{"guide", "topology", "dock", "trace", "inspector", "timeline"} {
		if !seen[region] {
			b.Errorf("F6 does not reach %s: %v", region, seen)
		}
	}

	// The terminal: a command, its history, the way out.
	b.key("`", chromedp.ModifierCtrl)
	b.wait("the terminal has the keyboard", `document.activeElement.className === 'term-input'`)
	b.write("echo one")
	b.keys(kb.Enter)
	b.wait("the command was run", `document.querySelector('.term-out')?.textContent.trim() === 'one'`)
	b.keys(kb.ArrowUp)
	b.wait("the history is there", `document.activeElement.value === 'echo one'`)
	b.key("c", chromedp.ModifierCtrl)
	b.wait("Ctrl+C clears the line", `document.activeElement.value === ''`)
	b.key(kb.Tab, chromedp.ModifierShift)
	b.wait("Shift+Tab leaves", `document.activeElement.className !== 'term-input'`)

	b.tabTo(".dock-tab[aria-selected=true]", "")
	for b.js(`document.activeElement.textContent.includes('Portals')`) != "true" {
		b.keys(kb.ArrowRight)
		b.wait("the focus follows", `document.activeElement.getAttribute('aria-selected') === 'true'`)
	}
	b.tabTo(".split-item", "PTR")
	b.keys(kb.Enter)
	b.tabTo(".form input", "")
	b.write(address)
	b.keys(kb.Tab)
	b.write(name)
	b.keys(kb.Enter)
	b.wait("the portal did it", `document.querySelector('.dock .item .verdict.v-ok') !== null`)
	b.tabTo(".guide button", "Send again")
	b.keys(kb.Enter)
	b.wait("the mail was taken", `document.querySelector('.toast')?.textContent.includes('250') === true`)
	b.keys("c")
	b.allPassed()
}

// visibleMarks is a script that gives all marks of the map as a text, without
// which one is selected.
const visibleMarks = `[...document.querySelectorAll('.mark')].filter(m => m.getAttribute('display') !== 'none')
	.map(m => m.dataset.seq + ' ' + m.getAttribute('transform') + ' ' + m.getAttribute('class').replace(' selected', '').replace(/\s+/g, ' ') + ' ' + (m.querySelector('.mark-arrow:not([display])')?.getAttribute('transform') ?? '')).sort().join('\n')`

func nothingMovesOnLoad(b *tab) {
	b.openLab(missingPTR)
	b.do(chromedp.Reload())
	b.ready()
	// The first frames lay the page out (the thumb of the scale gets its place
	// when the width is known); what changes after them moves by itself.
	b.js(`document.fonts.ready.then(() => new Promise(done => {
		let frames = 0;
		const next = () => (++frames < 20 ? requestAnimationFrame(next) : done(''));
		next();
	}))`)
	changes := b.js(`new Promise(done => {
		const seen = [];
		const watch = new MutationObserver(list => seen.push(...list.map(m => m.target.nodeName + '.' + m.attributeName)));
		for (const e of document.querySelectorAll('svg.map, .scale-thumb, .caption-text')) watch.observe(e, { subtree: true, childList: true, attributes: true, characterData: true });
		let frames = 0;
		const next = () => (++frames < 30 ? requestAnimationFrame(next) : done(seen.join(' ') + document.getAnimations().length));
		next();
	})`)
	if changes != "0" {
		b.Errorf("something moves: %s", changes)
	}
	if marks := b.js(visibleMarks); marks != "" {
		b.Errorf("marks at rest: %s", marks)
	}
}

// at is a script that gives the number of the event under the playhead.
const at = `Number(document.querySelector('.caption .link')?.textContent.slice(1) ?? 0)`

func sameFrames(b *tab) {
	b.openLab(missingPTR)
	// With less motion playing goes from rest to rest, and can be stopped at one.
	b.do(motion(true))
	b.js(`(() => { const s = document.querySelector('.transport select'); s.value = '8'; s.dispatchEvent(new Event('change')); document.querySelector('.scale-slider').focus(); })()`)
	b.keys(kb.Home)
	b.js(`document.activeElement.blur()`)
	b.keys(" ")
	b.wait("it plays", at+` >= 30`)
	b.keys(" ")
	b.wait("it stands", `document.querySelector('.play').getAttribute('aria-label') === 'Play'`)
	played, seq := b.js(visibleMarks), b.js(at)
	if played == "" {
		b.Fatal("no marks while playing")
	}
	same := func(way string) {
		b.Helper()
		b.wait(way+" shows the same event", at+` === `+seq)
		b.wait(way+" shows the same marks", `(`+visibleMarks+`) === `+quote(played))
	}
	b.keys(kb.ArrowLeft)
	b.wait("one event back", at+` !== `+seq)
	b.keys(kb.ArrowRight)
	same("a step")
	b.do(motion(false))
	b.keys(kb.ArrowLeft)
	b.wait("one event back", at+` !== `+seq)
	b.keys(kb.ArrowRight)
	same("a step with motion")
	b.wait("the address knows it", `location.hash.includes('at=`+seq+`')`)
	b.do(chromedp.Reload())
	b.ready()
	same("the address")
	if b.js(`document.querySelector('.band') !== null`) != "true" {
		b.Error("a pinned playhead is not told")
	}
	b.keys("l")
	b.wait("L goes back to now", `document.querySelector('.band') === null && (`+visibleMarks+`) === ''`)
}

func incidentEndsAtRefusal(b *tab) {
	b.do(motion(false))
	b.openLab(missingPTR)
	b.js(`(() => { const s = document.querySelector('.transport select'); s.value = '8'; s.dispatchEvent(new Event('change')); })()`)
	b.click(".guide button", "See what happened")
	b.wait("it plays", `document.querySelector('.play').getAttribute('aria-label') === 'Pause'`)
	b.wait("it stops at the prediction", `(document.querySelector('.question')?.textContent ?? '').includes('What will it answer')`)
	b.js(`[...document.querySelectorAll('.question .choice')].find((c) => c.textContent.includes('550')).querySelector('input').click()`)
	b.click(".question button", "Answer")
	b.wait("the prediction is judged", `document.querySelector('.question').textContent.includes('Right')`)
	b.click(".question button", "Play")
	b.wait("the refusal is selected at the end", `document.querySelector('.insp-label')?.textContent.startsWith('550 ') === true`)
	b.wait("Why? tells of it", `(document.querySelector('.why-verdict')?.textContent ?? '') !== ''`)
	if b.js(`document.querySelector('.tr.chosen .tr-label').textContent.startsWith('550 ')`) != "true" {
		b.Error("the trace does not show the selection")
	}
}

// editor is a script that gives an element of the editor, which has a root of
// its own.
func editor(selector string) string {
	return `document.querySelector('.editor-rich')?.shadowRoot?.querySelector(` + quote(selector) + `)`
}

func reloadKeepsWork(b *tab) {
	b.openLab(missingPTR)
	b.click(".task summary", "Look up the reverse name")
	b.click(".guide .choice input", "")
	b.click(".question button", "Answer")
	b.wait("the answer counts", `document.querySelector('.question .verdict-line') !== null`)
	b.click(".term-input", "")
	b.write("vi /etc/bind/named.conf.local")
	b.keys(kb.Enter)
	b.wait("the editor is open", editor(".cm-content")+` != null`)
	b.click(".editor-rich", "")
	b.write("// a remark of mine\n")
	b.wait("it is not saved", `document.querySelector('.editor-bar [role=status]').textContent === 'Not saved'`)
	b.click(".dock-tab", "ns1")
	b.click(".term-input", "")
	b.write("dig half a line")
	b.click(".dock-tab", "named.conf.local")
	b.do(chromedp.Reload())
	b.ready()
	b.wait("the tab is open and chosen", `document.querySelector('.dock-tab.chosen').textContent.includes('named.conf.local')`)
	b.wait("the text is there", editor(".cm-content")+`?.textContent.includes('a remark of mine') === true`)
	b.wait("it is not saved", `document.querySelector('.editor-bar [role=status]').textContent === 'Not saved'`)
	b.wait("the answer counts", `document.querySelector('.question .verdict-line') !== null`)
	b.click(".dock-tab", "ns1")
	b.wait("the line is there", `document.querySelector('.term-input').value === 'dig half a line'`)

	// Saved, the strip offers to load it; loaded, it goes.
	b.click(".dock-tab", "named.conf.local")
	b.click(".editor-bar button", "Save")
	b.wait("the strip says what to run", `document.querySelector('.strip')?.textContent.includes('named') === true`)
	b.click(".strip button", "Run")
	b.wait("the strip goes", `document.querySelector('.strip') === null`)
}

func languageSwitch(b *tab) {
	b.openLab(missingPTR)
	b.click("header button", "한국어")
	b.wait("the page is Korean", `document.documentElement.lang === 'ko' && document.querySelector('.top-title').textContent === '대형 메일 서비스가 거절하는 메일'`)
	b.wait("so is the guide", `document.querySelector('.guide .region-title').textContent === '상황'`)
	left := b.js(`[...document.querySelectorAll('.guide, header, .dock-bar, .timeline')].map(e => e.innerText).join(' ').match(/\b(Story|Tasks|Check|Portals|Send|Hint|Connected|open|live)\b/g)?.join(' ') ?? ''`)
	if left != "" {
		b.Errorf("still English: %s", left)
	}
	b.click("header button", "EN")
	b.wait("the page is English", `document.documentElement.lang === 'en' && document.querySelector('.guide .region-title').textContent === 'Story'`)
}

func lostConnections(b *tab) {
	b.openLab(missingPTR)
	b.click(".term-input", "")
	for i := range 6 {
		// By turns: cut just after a command was sent, and sent while there is no connection.
		if i%2 == 1 {
			b.js(`window.sockets.at(-1).close()`)
		}
		b.write("echo x >> /root/count")
		b.keys(kb.Enter)
		if i%2 == 0 {
			b.js(`window.sockets.at(-1).close()`)
		}
		b.wait("it is back", `document.querySelector('.conn.v-ok') !== null && document.querySelector('.term-wait') === null`)
	}
	b.write("wc -l < /root/count")
	b.keys(kb.Enter)
	b.wait("each ran once", `[...document.querySelectorAll('.term-out')].at(-1)?.textContent.trim() === '6'`)
	if n := b.js(`document.querySelectorAll('.term-in').length`); n != "7" {
		b.Errorf("%s commands in the transcript, want 7", n)
	}
}

func evidenceOpens(b *tab) {
	b.openLab(missingPTR)
	b.click("header button", "Check")
	b.wait("the report is there", `document.querySelector('.report .item.is-fail') !== null`)
	if n := b.js(`[...document.querySelectorAll('.report .item.is-fail')].filter(i => !i.querySelector('dl') || !i.querySelector('.evidence .ref')).length`); n != "0" {
		b.Errorf("%s failed items without what was seen or without evidence", n)
	}
	b.click(".evidence .ref", "PTR")
	b.wait("the event of the trial run is shown", `document.querySelector('.inspector .trial') !== null && document.querySelector('.insp-label')?.textContent.includes('PTR') === true`)
	b.wait("and why", `(document.querySelector('.insp-body').textContent ?? '').length > 20`)
	b.click(".trial button", "Close")
	b.wait("it goes", `document.querySelector('.trial') === null`)

	// What a configuration caused leads to its line.
	b.openLab("The name server that will not start")
	b.js(`document.activeElement.blur()`)
	b.keys("e")
	b.wait("the refused configuration is selected", `document.querySelector('.insp-label')?.textContent.includes('named.conf') === true`)
	b.click(".why-links .ref", "named.conf.options:")
	b.wait("the file is open at the line", `Number(`+editor(".cm-activeLineGutter.cm-gutterElement")+`?.textContent ?? 0) > 1`)
	b.wait("the daemon's complaint is marked", editor(".cm-lint-marker-error")+` != null && document.querySelector('.lint .v-bad') !== null`)
}

func timeoutAtOnce(b *tab) {
	b.openLab("Mail stays in the queue")
	b.click(".term-input", "")
	b.write("telnet 198.51.100.25 25")
	start := time.Now()
	b.keys(kb.Enter)
	b.wait("the time-out is told", `[...document.querySelectorAll('.term-out')].some(o => o.textContent.includes('timed out'))`)
	if took := time.Since(start); took > 3*time.Second {
		b.Errorf("two minutes took %v", took)
	}
	b.wait("the longest pause is labelled", `[...document.querySelectorAll('.gap-chip')].some(c => /^6\d s$/.test(c.textContent))`)
	b.wait("the clock went on", `Number(document.querySelector('.clock strong').textContent.slice(3, 5)) >= 2`)
}

func lettersInert(b *tab) {
	b.openLab(missingPTR)
	const line = "c h e t a l v f ? c"
	b.click(".term-input", "")
	for _, r := range line {
		b.keys(string(r))
	}
	b.wait("the letters are there", `document.querySelector('.term-input').value === `+quote(line))
	b.click("#find", "")
	for _, r := range "checkel" {
		b.keys(string(r))
	}
	b.wait("the letters are there", `document.querySelector('#find').value === 'checkel'`)
	if got := b.js(`[document.querySelector('dialog'), document.querySelector('.report'), document.querySelector('.band'), document.querySelector('.hints li'), document.querySelector('.insp-label')].filter(Boolean).length`); got != "0" {
		b.Error("letters in an input did something")
	}
	b.js(`document.activeElement.blur()`)
	b.keys("?")
	b.wait("outside they do", `document.querySelector('dialog[open]') !== null`)
	b.click("dialog .choice input", "")
	b.keys(kb.Escape)
	b.wait("it closes", `document.querySelector('dialog') === null`)
	b.keys("e")
	if strings.Contains(b.js(`document.querySelector('.timeline').className`), "pinned") {
		b.Error("letters can not be switched off")
	}
}
