package webui_test

import (
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func reload() chromedp.Action[chromedp.Void] { return chromedp.Reload() }

// seekTo moves the playhead to the nth place of the slider.
func (b *tab) seekTo(place string) {
	b.Helper()
	b.js(`(() => { const s = document.querySelector('.scale-slider'); s.value = String(` + place + `); s.dispatchEvent(new Event('input')); })()`)
	b.js(`new Promise((done) => requestAnimationFrame(() => setTimeout(done)))`)
}

const place = `Number(document.querySelector('.scale-slider').value)`

// stepByStep is requirement 17: Next moves exactly one visible event, Previous
// undoes it.
func stepByStep(b *tab) {
	b.do(motion(true))
	b.openLab(missingPTR)
	b.seekTo("20")
	b.js(`document.activeElement.blur()`)
	var shown []string
	for i := range 15 {
		shown = append(shown, b.js(visibleMarks))
		b.keys(kb.ArrowRight)
		if got := b.number(place); got != float64(21+i) {
			b.Fatalf("Next went to %v, want %d", got, 21+i)
		}
	}
	for i := range 15 {
		b.keys(kb.ArrowLeft)
		if got := b.number(place); got != float64(34-i) {
			b.Fatalf("Previous went to %v, want %d", got, 34-i)
		}
		if marks := b.js(visibleMarks); marks != shown[14-i] {
			b.Errorf("at %d Previous shows\n%s\nNext had shown\n%s", 34-i, marks, shown[14-i])
		}
	}
	// The buttons do the same.
	b.click(".transport button", "Next event")
	b.wait("one on", place+` === 21`)
	b.click(".transport button", "Previous event")
	b.wait("one back", place+` === 20`)
}

// marksAreEvents is requirements 19 and 25: the tree of spans has no orphans,
// every mark is a recorded event that was going on then.
func marksAreEvents(b *tab) {
	b.do(motion(true))
	b.openLab(missingPTR)
	if orphans := b.js(`window.heard.rows.filter((r) => r.span && (r.span >= r.seq || window.heard.rows[r.span - 1]?.kind === 'end')).map((r) => r.seq + ' in ' + r.span).join(', ')`); orphans != "" {
		b.Errorf("spans that are none: %s", orphans)
	}
	open := b.js(`(() => {
		const ended = new Set(window.heard.rows.filter((r) => r.kind === 'end').map((r) => r.span));
		return window.heard.rows.filter((r) => (r.kind === 'action' || r.kind === 'exec') && !ended.has(r.seq)).map((r) => r.seq).join(', ');
	})()`)
	if open != "" {
		b.Errorf("spans without end: %s", open)
	}
	wrong := b.js(`(async () => {
		const slider = document.querySelector('.scale-slider'), wrong = [];
		let drawn = 0;
		for (let i = 0; i <= Number(slider.max); i++) {
			slider.value = String(i);
			slider.dispatchEvent(new Event('input'));
			await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
			const now = window.heard.rows[Number(document.querySelector('.caption .link')?.textContent.slice(1) ?? 0) - 1];
			for (const m of document.querySelectorAll('.mark:not([display]), .pill:not([display])')) {
				const row = window.heard.rows[Number(m.dataset.seq) - 1];
				drawn++;
				if (!row || (now && row.seq > now.seq)) wrong.push(i + ': ' + m.dataset.seq);
			}
		}
		return wrong.join(', ') || (drawn < 50 ? 'only ' + drawn + ' marks' : '');
	})()`)
	if wrong != "" {
		b.Errorf("marks that are no events of the log: %s", wrong)
	}
}

// chosen tells what each projection has selected.
const chosen = `[
	document.querySelector('.tr.chosen')?.dataset.seq, document.querySelector('.insp-where span')?.textContent.slice(1),
	document.querySelector('.st.chosen')?.dataset.seq, document.querySelector('.mark.selected:not([display])')?.dataset.seq].join(' ')`

// oneSelection is requirements 20 and 21: what is selected in one projection is
// selected in all, and the address brings it back.
func oneSelection(b *tab) {
	b.do(motion(true))
	b.openLab(missingPTR)
	b.click(".dock-tab", "Story")
	// In the story.
	b.js(`[...document.querySelectorAll('.st')].at(-5).click()`)
	seq := b.js(`document.querySelector('.st.chosen').dataset.seq`)
	b.wait("the trace and the inspector follow", `(`+chosen+`).startsWith(`+quote(seq+" "+seq+" "+seq)+`)`)
	b.click(".inspector button", "Show this moment")
	b.wait("so does the map", chosen+` === `+quote(strings.TrimSpace(strings.Repeat(seq+" ", 4))))
	// On the map.
	b.keys(kb.ArrowLeft)
	b.js(`document.querySelector('.mark.current:not([display])').dispatchEvent(new MouseEvent('click', { bubbles: true }))`)
	other := b.js(`document.querySelector('.mark.current:not([display])').dataset.seq`)
	if other == seq {
		b.Fatal("the playhead did not move")
	}
	b.wait("all follow the map", chosen+` === `+quote(strings.TrimSpace(strings.Repeat(other+" ", 4))))
	b.wait("the address knows", `location.hash.includes(`+quote("sel="+other)+`) && location.hash.includes(`+quote("at="+other)+`)`)
	b.do(reload())
	b.ready()
	b.wait("it is all back", chosen+` === `+quote(strings.TrimSpace(strings.Repeat(other+" ", 4))))
	// In the trace.
	b.js(`[...document.querySelectorAll('.tr')].find((r) => !r.classList.contains('chosen') && r.getAttribute('aria-expanded') === null).click()`)
	third := b.js(`document.querySelector('.tr.chosen').dataset.seq`)
	b.wait("the inspector follows the trace", `(`+chosen+`).startsWith(`+quote(third+" "+third)+`)`)
}

// lossesAreCrossed is requirement 22: a lost packet shows a cross, and that where
// it was lost: neither where it came from nor where it was going.
func lossesAreCrossed(b *tab) {
	b.do(motion(true))
	b.openLab("Mail stays in the queue")
	b.js(`document.activeElement.blur()`)
	lost := b.js(`String(window.heard.rows.find((r) => r.outcome === 'lost')?.seq ?? '')`)
	if lost == "" {
		b.Fatal("nothing was lost")
	}
	for range 60 {
		b.keys("e")
		if b.js(`document.querySelector('.mark.form-lost:not([display])') !== null`) == "true" {
			break
		}
	}
	out := b.js(`(() => {
		const mark = document.querySelector('.mark.form-lost:not([display])');
		if (!mark) return 'no cross';
		const row = window.heard.rows[Number(mark.dataset.seq) - 1];
		if (row.outcome !== 'lost') return 'a cross for ' + row.outcome;
		if (!/M-7-7 7 7M7-7-7 7/.test(mark.querySelector('.mark-shape').getAttribute('d'))) return 'not the form of a cross';
		const r = mark.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
		const inside = [...document.querySelectorAll('.node-box')].some((n) => { const b = n.getBoundingClientRect(); return x > b.left + 6 && x < b.right - 6 && y > b.top + 6 && y < b.bottom - 6; });
		return inside ? 'the cross is on a node' : '';
	})()`)
	if out != "" {
		b.Error(out)
	}
}

// cacheTellsItsFiller is requirement 23: an answer from a cache draws no packet to
// anybody else and links the query that filled it.
func cacheTellsItsFiller(b *tab) {
	b.do(motion(true))
	b.openLab(missingPTR)
	b.click(".dock-tab", "ns1")
	b.enter("dig +short moa-mail.com MX; dig +short moa-mail.com MX")
	b.js(`document.activeElement.blur()`)
	cached := `window.heard.rows.findLast((r) => r.refs?.some((f) => f.rel === 'answered-from'))`
	b.wait("there is an answer from a cache", cached+` !== undefined`)
	hit := b.js(`String(` + cached + `.seq)`)
	filler := b.js(`String(window.heard.rows[` + hit + ` - 1].refs.find((f) => f.rel === 'answered-from').seq)`)
	b.do(chromedp.Navigate(b.js(`location.href.replace(/#.*/, '')`) + "#sel=" + hit))
	b.do(reload())
	b.ready()
	b.wait("the hit is selected", `document.querySelector('.insp-where span')?.textContent === `+quote("#"+hit))
	b.wait("it links what filled the cache", `(document.querySelector('.insp-body')?.textContent ?? '').includes('Answered from')`)
	b.click(".insp-body button", "#"+filler)
	b.wait("the link leads there", `document.querySelector('.insp-where span')?.textContent === `+quote("#"+filler))
	b.wait("and back", `(document.querySelector('.insp-body')?.textContent ?? '').includes('Used again by')`)
}

// storyTellsAll is requirement 33: one item of the story for each visible event,
// and at most one announcement a second.
func storyTellsAll(b *tab) {
	b.openLab(missingPTR)
	b.click(".dock-tab", "Story")
	b.wait("the story is there", `document.querySelector('.st') !== null`)
	if b.js(`Number(document.querySelector('.st').getAttribute('aria-setsize')) === Number(document.querySelector('.scale-slider').max) + 1`) != "true" {
		b.Error("the story has not as many items as the playhead has places")
	}
	if b.js(`[...document.querySelectorAll('.st')].every((s) => s.querySelector('.st-text').textContent.length > 5 && window.heard.rows[Number(s.dataset.seq) - 1])`) != "true" {
		b.Error("an item without a sentence or an event")
	}
	n := b.number(`new Promise((done) => {
		let said = 0, last = '';
		new MutationObserver((list) => { const text = list.at(-1).target.textContent; if (text && text !== last) { said++; last = text; } }).observe([...document.querySelectorAll('.hidden[role=status][aria-live=polite]')].at(-1), { childList: true, characterData: true, subtree: true });
		const slider = document.querySelector('.scale-slider');
		let i = 0;
		const timer = setInterval(() => { slider.value = String(++i); slider.dispatchEvent(new Event('input')); }, 30);
		setTimeout(() => { clearInterval(timer); setTimeout(() => done(said), 1500); }, 3000);
	})`)
	if n < 1 || n > 5 {
		b.Errorf("%v announcements in 4.5 s", n)
	}
}

// calmMarks is requirement 32: with less motion marks move at steps only.
func calmMarks(b *tab) {
	b.do(motion(true))
	b.openLab(missingPTR)
	b.seekTo("10")
	b.click(".transport .play", "")
	out := b.js(`new Promise((done) => {
		let last = '', lastPlace = '', wrong = 0, steps = 0, frames = 0;
		const look = () => {
			const marks = [...document.querySelectorAll('.mark:not([display])')].map((m) => m.dataset.seq + m.getAttribute('transform')).join();
			const place = document.querySelector('.scale-slider').value;
			if (place !== lastPlace) steps++;
			else if (marks !== last) wrong++;
			last = marks;
			lastPlace = place;
			if (++frames < 200) requestAnimationFrame(look);
			else done(wrong + ' ' + (steps > 2));
		};
		look();
	})`)
	if out != "0 true" {
		b.Errorf("moves between steps, and whether it steps: %s", out)
	}
	if n := b.js(`document.getAnimations().length`); n != "0" {
		b.Errorf("%s animations", n)
	}
}
