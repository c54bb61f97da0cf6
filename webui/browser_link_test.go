package webui_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// twentyKills is requirement 8: after 20 cuts of the connection at random moments
// the page's events are the server's, without gap or duplicate. Each command ran
// once (11).
func twentyKills(b *tab) {
	b.openLab(missingPTR)
	b.click(".term-input", "")
	random := rand.New(rand.NewPCG(8, 8))
	for i := range 20 {
		b.write("echo " + fmt.Sprint(i) + " >> /root/count; dig +short @127.0.0.1 localhost")
		b.keys(kb.Enter)
		b.js(fmt.Sprintf(`new Promise((done) => setTimeout(() => { window.sockets.at(-1).close(); done(''); }, %d))`, random.IntN(40)))
		b.wait("it is back", fmt.Sprintf(`window.sockets.length === %d && document.querySelector('.conn.v-ok') !== null`, i+2))
	}
	b.wait("all is done", `document.querySelector('.term-wait') === null && document.querySelectorAll('.term-in').length === 20`)
	b.write("wc -l < /root/count")
	b.keys(kb.Enter)
	b.wait("each ran once", lastOutput+` === '20'`)
	if wrong := b.js(`window.heard.wrong.join('; ')`); wrong != "" {
		b.Errorf("the log came with gaps or twice: %s", wrong)
	}
	all := `window.heard.rows.length === window.heard.last`
	b.wait("all events are there", all)
	events := b.js(`window.heard.rows.length + ' ' + JSON.stringify(window.heard.rows).length`)
	b.do(reload())
	b.ready()
	b.wait("a new page has the same events", all+` && window.heard.rows.length + ' ' + JSON.stringify(window.heard.rows).length === `+quote(events))
}

// banner is requirement 10: a lost connection is told within 2 s, tried again
// after 0.5 to 8 s, ever later, and at once with Retry.
func banner(b *tab) {
	b.openLab(missingPTR)
	b.js(`(() => { window.barred = true; window.tries.length = 0; window.sockets.at(-1).close(); })()`)
	start := time.Now()
	b.wait("the banner is there", `document.querySelector('.banner[role=alert]') !== null`)
	if took := time.Since(start); took > 2*time.Second {
		b.Errorf("the banner came after %v", took)
	}
	b.wait("it is tried again", `window.tries.length >= 4`)
	var tries []float64
	if err := json.Unmarshal([]byte(b.js(`window.tries`)), &tries); err != nil {
		b.Fatal(err)
	}
	for i := 1; i < len(tries); i++ {
		if gap := tries[i] - tries[i-1]; gap < 240 || gap > 12_000 {
			b.Errorf("tries after %.0f ms: %.0f", gap, tries)
		}
	}
	if tries[3]-tries[2] < tries[1]-tries[0] {
		b.Logf("no later than before: %.0f", tries) // the delays have a random part
	}
	b.wait("it waits", `[...document.querySelectorAll('.banner button')].some((b) => b.textContent === 'Retry' && !b.disabled)`)
	b.js(`(() => { window.barred = false; })()`)
	b.click(".banner button", "Retry")
	b.wait("it is back", `document.querySelector('.conn.v-ok') !== null && document.querySelector('.banner') === null`)
}

// newEpoch is requirement 9: an undo brings a snapshot and a notice, and a page
// that was away meanwhile gets them too.
func newEpoch(b *tab) {
	b.openLab(missingPTR)
	b.click(".dock-tab", "ns1")
	b.enter("echo one")
	before := b.js(`window.heard.epochs.length`)
	b.click("header .menu button", "More")
	b.click("header .menu-item", "Undo: 'echo one' on ns1")
	b.wait("the notice is there", `document.querySelector('.banner[role=status]')?.textContent.includes("Undone: 'echo one' on ns1") === true`)
	b.wait("the transcript is that of the new epoch", `document.querySelectorAll('.term-in').length === 0`)
	if after := b.js(`window.heard.epochs.length`); after == before || b.js(`window.heard.wrong.join()`) != "" {
		b.Errorf("epochs %s, then %s; %s", before, after, b.js(`window.heard.wrong.join()`))
	}
	b.click(".banner button", "Dismiss")
	b.wait("it goes", `document.querySelector('.banner') === null`)
	b.enter("echo two")
	b.wait("work goes on", lastOutput+` === 'two'`)
}
