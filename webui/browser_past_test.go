package webui_test

import (
	"strconv"
	"strings"

	"github.com/chromedp/chromedp/kb"
)

// enter types a line into the terminal that is open and waits for its end.
func (b *tab) enter(line string) {
	b.Helper()
	before := b.js(`document.querySelectorAll('.term-in').length`)
	b.click(".term-input", "")
	b.write(line)
	b.keys(kb.Enter)
	n, _ := strconv.Atoi(before)
	b.wait("done: "+line, `document.querySelectorAll('.term-in').length === `+strconv.Itoa(n+1)+` && document.querySelector('.term-wait') === null`)
}

// pin puts the playhead where the nth command of the terminal was run.
func (b *tab) pin(n int) {
	b.Helper()
	b.js(`[...document.querySelectorAll('.terminal')].find(t => t.offsetParent !== null).querySelectorAll('.term-trace')[` + strconv.Itoa(n) + `].click()`)
	b.click(".inspector button", "Show this moment")
	b.wait("the playhead is pinned", `document.querySelector('.band') !== null`)
}

const lastOutput = `([...document.querySelectorAll('.term-out')].at(-1)?.textContent.trim().replace(/\s+/g, ' ') ?? '')`

// pastIsRecorded is requirement 16: with the playhead in the past commands act on
// now, the band is there, L returns. The work can be shown as it was.
func pastIsRecorded(b *tab) {
	b.openLab(missingPTR)
	b.click(".dock-tab", "ns1")
	for _, word := range []string{"one", "two", "three"} {
		b.enter("echo " + word + " >> /root/notes")
	}
	b.enter("vi /root/notes")
	b.wait("the editor is open", editor(".cm-content")+`?.textContent.includes('three') === true`)
	b.click(".dock-tab", "ns1")
	b.pin(1)
	b.enter("cat /root/notes")
	b.wait("the command acts on now", lastOutput+` === 'one two three'`)
	if b.js(`document.querySelector('.band') !== null`) != "true" {
		b.Error("a command moved the playhead")
	}

	b.click(".band button", "As it was")
	b.wait("only what had been entered is there", `document.querySelectorAll('.term-in').length === 2 && document.querySelector('.past-strip') !== null`)
	if b.js(`document.querySelector('.term-entry').offsetParent === null`) != "true" {
		b.Error("one can type into the past")
	}
	b.click(".dock-tab", "notes")
	b.wait("the file is as it was", `(document.querySelector('.past-text')?.textContent ?? '').startsWith('one') && !document.querySelector('.past-text').textContent.includes('three')`)
	b.js(`document.activeElement.blur()`)
	b.keys("l")
	b.wait("L goes back to now", `document.querySelector('.band') === null && document.querySelector('.past-strip') === null`)
	b.wait("the editor is back", editor(".cm-content")+`?.textContent.includes('three') === true`)
}

// queueThen looks at a mail queue now and as it was.
func queueThen(b *tab) {
	b.openLab("Mail stays in the queue")
	b.click(".dock-bar .menu button", "Open")
	b.click(".dock-bar .menu-list button", "Queue")
	b.wait("the queue is there", `document.querySelector('.past-text')?.textContent.includes('@') === true`)
	b.click(".dock-bar .menu button", "Open")
	b.js(`[...document.querySelectorAll('.menu-group')].find(g => g.textContent.includes('mail1')).querySelector('button').click()`)
	b.wait("the terminal is there", `document.querySelector('.dock-tab.chosen').textContent.includes('mail1')`)
	b.enter("postsuper -d ALL")
	b.click(".dock-tab", "Queue")
	b.wait("the queue is empty", `document.querySelector('.past-text')?.textContent.includes('is empty') === true`)
	b.js(`document.querySelector('.scale-slider').focus()`)
	b.keys(kb.End, kb.ArrowLeft, kb.ArrowLeft, kb.ArrowLeft)
	for b.js(`document.querySelector('.insp-label')?.textContent ?? ''`) == "" {
		b.keys(kb.ArrowLeft)
	}
	b.click(".band button", "As it was")
	for range 60 {
		if strings.Contains(b.js(`(new Promise(done => setTimeout(() => done(document.querySelector('.past-text')?.textContent ?? ''), 400)))`), "@") {
			return
		}
		b.keys(kb.ArrowLeft)
	}
	b.Error("the queue of the past is not shown")
}

// undoToHere takes back what came after a moment and does it again, by the
// keyboard.
func undoToHere(b *tab) {
	b.openLab(missingPTR)
	b.click(".dock-tab", "ns1")
	for _, word := range []string{"one", "two", "three", "four"} {
		b.enter("echo " + word + " >> /root/notes")
	}
	b.pin(1)
	b.js(`document.querySelector('.band button').focus()`)
	b.tabTo(".band button", "From here")
	b.keys(kb.Enter)
	b.wait("the menu is open", `document.querySelector('.band .menu-list') !== null`)
	b.keys(kb.Escape)
	b.wait("Escape closes it", `document.querySelector('.band .menu-list') === null && document.activeElement.textContent.includes('From here')`)
	b.keys(kb.Enter)
	b.tabTo(".menu-item", "takes back 2 actions")
	b.keys(kb.Enter)
	b.wait("the notice is there", `document.querySelector('.banner')?.textContent.includes('Undone') === true`)
	b.wait("the playhead is at now", `document.querySelector('.band') === null`)
	b.enter("cat /root/notes") // ends what could be done again
	b.wait("what came after is gone", lastOutput+` === 'one two'`)
	b.wait("there is no redo", `document.querySelector('.banner button.small-btn') === null`)

	b.pin(2)
	b.tabTo(".band button", "From here")
	b.keys(kb.Enter)
	b.tabTo(".menu-item", "Undo “$ cat")
	b.keys(kb.Enter)
	b.wait("the notice is there", `document.querySelector('.banner .small-btn')?.textContent === 'Redo'`)
	b.wait("two commands are left", `document.querySelectorAll('.term-in').length === 2`)
	b.js(`document.activeElement.blur()`)
	b.tabTo(".banner button", "Redo")
	b.keys(kb.Enter)
	b.wait("it is done again", `document.querySelectorAll('.term-in').length === 3`)
}

// branchFromHere goes another way in a session of its own.
func branchFromHere(b *tab) {
	b.openLab(missingPTR)
	b.click(".dock-tab", "ns1")
	for _, word := range []string{"one", "two", "three"} {
		b.enter("echo " + word + " >> /root/notes")
	}
	first := b.js(`location.pathname`)
	b.pin(0)
	b.click(".band button", "From here")
	b.click(".menu-item", "Branch from here")
	b.wait("there is another address", `location.pathname !== `+quote(first)+` && location.pathname.startsWith('/lab/')`)
	b.ready()
	b.wait("the branch has what was done", `document.querySelectorAll('.term-in').length === 1`)
	b.click(".dock-tab", "ns1")
	b.enter("echo other >> /root/notes; cat /root/notes")
	b.wait("it goes its own way", lastOutput+` === 'one other'`)
	b.click("header a.chip", "Branch")
	b.wait("back in the first", `location.pathname === `+quote(first))
	b.ready()
	b.wait("which is as it was", `document.querySelectorAll('.term-in').length === 3`)
}
