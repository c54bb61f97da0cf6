package webui_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// hangul is requirement 39: Enter while a syllable is composed ends the syllable;
// the next one sends, once.
func hangul(b *tab) {
	b.openLab(missingPTR)
	compose := func(text string) {
		b.Helper()
		b.do(call(input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: int64(len([]rune(text))), SelectionEnd: int64(len([]rune(text)))}))
	}
	b.click(".term-input", "")
	b.write("echo ")
	for _, text := range []string{"ㅎ", "하", "한"} {
		compose(text)
	}
	b.wait("the syllable is shown", `document.querySelector('.term-input').value === 'echo 한'`)
	b.js(`(() => { window.composing = []; document.querySelector('.term-input').addEventListener('keydown', (e) => window.composing.push(e.isComposing), true); })()`)
	b.keys(kb.Enter)
	b.write("한")
	b.js(`new Promise((done) => setTimeout(done, 300))`)
	if n := b.js(`document.querySelectorAll('.term-in, .term-wait').length`); n != "0" {
		b.Errorf("%s lines were sent while a syllable was composed", n)
	}
	if c := b.js(`window.composing.join()`); c != "true" {
		b.Logf("composing: %s", c)
	}
	b.keys(kb.Enter)
	b.wait("it is sent", lastOutput+` === '한'`)
	if n := b.js(`document.querySelectorAll('.term-in').length`); n != "1" {
		b.Errorf("%s lines were sent", n)
	}
	// In the mail program too.
	b.click(".dock-tab", "Mail")
	b.click(".mail-do button", "New mail")
	b.click(".form .field:nth-of-type(3) input", "")
	compose("글")
	b.keys(kb.Enter)
	b.write("글")
	b.js(`new Promise((done) => setTimeout(done, 300))`)
	if b.js(`document.querySelector('.toast')?.textContent ?? ''`) != "" || b.js(`document.querySelector('.form .field:nth-of-type(3) input').value`) != "글" {
		b.Error("a mail was sent while a syllable was composed")
	}
}

// states is requirement 35: all outcomes can be told apart without colour, by form
// and word.
func states(b *tab) {
	b.do(motion(true))
	b.openLab(missingPTR)
	outcomes := []string{"ok", "warn", "tempfail", "fail", "timeout", "lost"}
	list, _ := json.Marshal(outcomes)
	b.js(`(() => {
		const way = window.flying()[0], node = way.node;
		window.feed(` + string(list) + `.map((outcome, i) => outcome === 'lost' ? { ...way, outcome, at: 5e9 * (i + 1), took: 1e7 } : { kind: 'mail.policy', node, outcome, label: 'judged', at: 5e9 * (i + 1) }));
	})()`)
	b.click(".dock-tab", "Story")
	b.wait("the story has them", `document.querySelectorAll('.st').length >= 6 && [...document.querySelectorAll('.st')].at(-2).textContent.includes('judged')`)
	distinct := func(where string, looks []string) {
		b.Helper()
		seen := map[string]string{}
		for i, l := range looks {
			if other, ok := seen[l]; ok || l == "" {
				b.Errorf("%s: %s looks like %s: %s", where, outcomes[i], other, l)
			}
			seen[l] = outcomes[i]
		}
	}
	var items []string
	json.Unmarshal([]byte(b.js(`[...document.querySelectorAll('.st')].slice(-6).map((s) => (s.querySelector('.verdict path')?.getAttribute('d') ?? '') + ' ' + (s.querySelector('.verdict')?.textContent ?? ''))`)), &items)
	if len(items) != len(outcomes) {
		b.Fatal(items)
	}
	distinct("story", items)
	var marks []string
	for i := range outcomes {
		b.seekTo(fmt.Sprintf("Number(document.querySelector('.scale-slider').max) - %d", len(outcomes)-1-i))
		marks = append(marks, b.js(`(() => {
			const m = document.querySelector('.mark.current:not([display])');
			return m ? m.querySelector('.mark-shape').getAttribute('d') + ' ' + (m.querySelector('.mark-badge:not([display]) .mark-sign')?.getAttribute('d') ?? '') : '';
		})()`))
	}
	distinct("map", marks)
	// A request is filled, a reply hollow; the protocols have forms of their own.
	forms := b.js(`(() => {
		const forms = new Set();
		for (const r of document.querySelectorAll('.st')) forms.add(r.querySelector('.shape path').getAttribute('d'));
		return forms.size;
	})()`)
	if forms < "2" {
		b.Errorf("%s forms in the story", forms)
	}
}

// targets is requirement 36: what is pressed has 24 pixels; nothing needs dragging.
func targets(b *tab) {
	check := func(where string) {
		b.Helper()
		small := b.js(`[...new Set([...document.querySelectorAll('button, a[href], select, summary, input, [role=tab], [role=treeitem], [role=option]')].filter((e) => {
			if (e.offsetParent === null || e.closest('.hidden, .prose, svg') || e.matches('.scale-slider, .hidden')) return false;
			const box = (e.matches('input[type=radio], input[type=checkbox]') ? e.closest('label') ?? e : e).getBoundingClientRect();
			return box.width > 0 && (box.height < 23.5 || box.width < 23.5);
		}).map((e) => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 20) + ' ' + Math.round(e.getBoundingClientRect().width) + 'x' + Math.round(e.getBoundingClientRect().height)))].slice(0, 12).join('; ')`)
		if small != "" {
			b.Errorf("%s: small targets: %s", where, small)
		}
		if n := b.js(`document.querySelectorAll('[draggable=true]').length`); n != "0" {
			b.Errorf("%s: %s things to drag", where, n)
		}
	}
	b.open("/?lang=en&theme=light")
	b.wait("the list is there", `document.querySelector('.card') !== null`)
	check("list")
	b.openLab(missingPTR)
	b.js(`document.activeElement.blur()`)
	b.keys("e")
	b.click("header button", "Check")
	b.wait("the report is there", `document.querySelector('.report') !== null`)
	check("lab")
	for _, tab := range []string{"Mail", "Portals", "Story"} {
		b.click(".dock-tab", tab)
		check(tab)
	}
}

// clipped is a script that gives the texts that do not fit where they stand. What
// ends in an ellipsis tells its whole text otherwise.
const clipped = `[...new Set([...document.querySelectorAll('button, h1, h2, h3, p, dt, dd, label, summary, .chip, .tab, .verdict, .task-state, .count, legend, th')].filter((e) => {
	if (e.offsetParent === null || e.closest('.hidden, svg, pre, .vlist, .cm-editor, .dock-tabs')) return false;
	const style = getComputedStyle(e);
	if (style.textOverflow === 'ellipsis') return false;
	const hides = style.overflowX !== 'visible';
	const box = e.getBoundingClientRect();
	const out = [...e.childNodes].some((n) => {
		if (n.nodeType !== 3 || n.textContent.trim() === '') return false;
		const range = document.createRange();
		range.selectNodeContents(n);
		const r = range.getBoundingClientRect();
		return r.right > box.right + 1.5 || r.bottom > box.bottom + 3;
	});
	return out || (hides && e.scrollWidth > e.clientWidth + 1);
}).map((e) => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40)))].slice(0, 10).join('; ')`

// pseudoLocale is requirement 38: no key is missing and nothing is clipped, also
// with texts 40 % longer.
func pseudoLocale(b *tab) {
	check := func(where string) {
		b.Helper()
		if out := b.js(clipped); out != "" {
			b.Errorf("%s: clipped: %s", where, out)
		}
		if out := b.js(sideways); out != "" {
			b.Errorf("%s: out of the page: %s", where, out)
		}
		if out := b.js(`document.body.innerText.match(/undefined|\[object|NaN|=>|\uFFFD/g)?.join() ?? ''`); out != "" {
			b.Errorf("%s: %s", where, out)
		}
	}
	for _, query := range []string{"lang=en", "lang=ko", "lang=en&pseudo", "lang=ko&pseudo"} {
		b.open("/?theme=light&" + query)
		b.wait("the list is there", `document.querySelector('.card') !== null`)
		if strings.Contains(query, "pseudo") && b.js(`document.body.innerText.includes('~]')`) != "true" {
			b.Error("the pseudo-locale is not there")
		}
		check(query + " list")
		b.js(`document.querySelector('.card button').click()`)
		b.ready()
		check(query + " lab")
		b.js(`document.activeElement.blur()`)
		b.keys("e", "c")
		b.wait("the report is there", `document.querySelector('.report') !== null`)
		check(query + " report")
		b.js(`[...document.querySelectorAll('header .menu button')].at(-1).click()`)
		check(query + " menu")
		b.js(`document.activeElement.blur()`)
		b.keys("?")
		b.wait("the keys are there", `document.querySelector('dialog[open]') !== null`)
		check(query + " keys")
	}
}

// projector is requirement 40: text of 22 px, labels of the map of 24 px inside
// their boxes, contrast of 7:1.
func projector(b *tab) {
	script := axe(b)
	b.openLab(missingPTR)
	b.js(`(() => { const s = [...document.querySelectorAll('select')].find(s => [...s.options].some(o => o.value === 'projector')); s.value = 'projector'; s.dispatchEvent(new Event('change')); })()`)
	b.wait("the theme changed", `document.documentElement.dataset.theme === 'projector'`)
	b.js(`document.activeElement.blur()`)
	b.keys("e")
	b.js(`new Promise((done) => setTimeout(done, 300))`)
	small := b.js(`(() => {
		const small = new Set();
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let n = walk.nextNode(); n; n = walk.nextNode()) {
			const e = n.parentElement;
			if (!e || n.textContent.trim() === '' || e.closest('.hidden, script, style, option') || e.getClientRects().length === 0) continue;
			const size = parseFloat(getComputedStyle(e).fontSize), least = e.closest('svg.map') ? 24 : 22;
			if (size < least - 0.1) small.add(e.tagName + '.' + (e.getAttribute('class') ?? '') + ' ' + size + ' px: ' + n.textContent.slice(0, 20));
		}
		return [...small].slice(0, 10).join('; ');
	})()`)
	if small != "" {
		b.Errorf("too small: %s", small)
	}
	out := b.js(`[...document.querySelectorAll('.node')].filter((n) => {
		const box = n.querySelector('.node-box').getBoundingClientRect();
		return [...n.querySelectorAll('.node-label')].some((l) => { const r = l.getBoundingClientRect(); return r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 2 || r.bottom > box.bottom + 2; });
	}).map((n) => n.textContent).join('; ')`)
	if out != "" {
		b.Errorf("labels outside their boxes: %s", out)
	}
	b.do(chromedp.Evaluate[chromedp.Void](script))
	faint := b.js(`axe.run(document, { runOnly: ['color-contrast-enhanced'], rules: { 'color-contrast-enhanced': { enabled: true } } }).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => n.target.join(' ') + ': ' + n.any[0]?.message)).slice(0, 6).join(' | '))`)
	if faint != "" {
		b.Errorf("too faint: %s", faint)
	}
}

// noFlashes is requirement 18: nothing large changes its look more than three times
// a second when time is run through quickly (WCAG 2.3.1: a quarter of 10 degrees
// of sight are 21,824 pixels).
func noFlashes(b *tab) {
	b.do(motion(false))
	b.openLab(missingPTR)
	b.js(`(() => { const s = document.querySelector('.transport select'); s.value = '8'; s.dispatchEvent(new Event('change')); })()`)
	b.seekTo("-1")
	b.click(".transport .play", "")
	out := b.js(`new Promise((done) => {
		const large = [...document.querySelectorAll('body *')].filter((e) => { const r = e.getBoundingClientRect(); return r.width * r.height > 21824; });
		const looks = new Map(), flashes = new Map(), begin = performance.now();
		const look = () => {
			for (const e of large) {
				const s = getComputedStyle(e), now = s.backgroundColor + s.opacity + s.visibility + s.filter;
				if (looks.has(e) && looks.get(e) !== now) flashes.set(e, (flashes.get(e) ?? 0) + 1);
				looks.set(e, now);
			}
			const passed = performance.now() - begin;
			if (passed < 2000) requestAnimationFrame(look);
			else done([...flashes].filter(([, n]) => n / (passed / 1000) > 3).map(([e, n]) => e.tagName + '.' + e.className + ' ' + n).join('; '));
		};
		look();
	})`)
	if out != "" {
		b.Errorf("it flashes: %s", out)
	}
}
