package webui_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/chromedp/chromedp"
)

// sideways is a script that gives what stands out to the right of the page.
// What scrolls in itself (the map, code, rows of tabs) may.
const sideways = `[document.documentElement.scrollWidth > innerWidth ? 'the page ' + document.documentElement.scrollWidth : '',
	...[...document.querySelectorAll('body *')].filter(e => e.offsetParent !== null && !e.closest('svg, .topology-room, pre, .hex, .cm-editor, .dock-tabs, .paneltabs, .vlist, .hidden, .scale')
		&& e.getBoundingClientRect().right > innerWidth + 1 && e.getBoundingClientRect().width > 1).map(e => e.tagName + '.' + e.className)].filter(Boolean).slice(0, 5).join(', ')`

func narrow(b *tab) {
	b.do(chromedp.EmulateViewport(320, 640))
	check := func(where string) {
		b.Helper()
		if out := b.js(sideways); out != "" {
			b.Errorf("%s: %s", where, out)
		}
	}
	b.open("/?lang=en&theme=light")
	b.wait("the list is there", `document.querySelector('.card') !== null`)
	check("list")
	b.click(".card button", "Start: "+missingPTR)
	b.wait("the lab is open", `document.querySelector('.paneltabs') !== null`)
	for _, panel := range []string{"Guide", "Network", "Work", "Trace"} {
		b.click(".paneltabs button", panel)
		b.wait("the panel is chosen", `document.querySelector('.paneltabs [aria-current]').textContent === `+quote(panel))
		check(panel)
	}
	b.seekTo("20")
	b.wait("the playhead is pinned", `document.querySelector('.band') !== null`)
	b.click(".band button", "As it was")
	b.click(".band button", "From here")
	check("the past")
	b.js(`document.activeElement.blur()`)
	b.click(".band button", "Back to now")
	b.click(".paneltabs button", "Work")
	for _, tab := range []string{"Mail", "Portals", "Story"} {
		b.click(".dock-tab", tab)
		b.wait("the tab is chosen", `document.querySelector('.dock-tab.chosen').textContent.includes(`+quote(tab)+`)`)
		check(tab)
	}
}

func firstLoad(b *tab) {
	b.open("/?lang=en&theme=light")
	b.wait("the list is there", `document.querySelector('.card') !== null`)
	b.click(".card button", "Start: "+missingPTR)
	b.ready()
	b.mu.Lock()
	defer b.mu.Unlock()
	var sum float64
	for id, n := range b.received {
		if strings.Contains(b.urls[id], "codemirror") {
			b.Errorf("the editor came without being asked for")
		}
		sum += n
	}
	if sum < 20e3 || sum > 150e3 {
		b.Errorf("first load: %.0f bytes", sum)
	}
}

// axe returns the script of axe-core, which `npm ci` in ui brings.
func axe(b *tab) string {
	script, err := os.ReadFile(path.Join("ui", "node_modules", "axe-core", "axe.min.js"))
	if errors.Is(err, fs.ErrNotExist) {
		missing(b.T, "no axe-core: run npm ci in webui/ui")
	}
	if err != nil {
		b.Fatal(err)
	}
	return string(script)
}

func accessible(b *tab) {
	script := axe(b)
	examine := func(where string) {
		b.Helper()
		var found []struct{ ID, Impact, Target string }
		out := b.js(`axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
			.map(v => ({ ID: v.id, Impact: v.impact, Target: v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ') })))`)
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			b.Fatal(err, out)
		}
		for _, v := range found {
			b.Errorf("%s: %s %s: %s", where, v.Impact, v.ID, v.Target)
		}
	}
	examineAll := func(pageName string) {
		b.Helper()
		b.do(chromedp.Evaluate[chromedp.Void](script))
		for _, lang := range []string{"en", "ko"} {
			if b.js(`document.documentElement.lang`) != lang {
				b.click("header button", map[string]string{"en": "EN", "ko": "한국어"}[lang])
				b.wait("the language changed", `document.documentElement.lang === `+quote(lang))
			}
			for _, theme := range []string{"light", "dark", "projector"} {
				b.js(`(() => { const s = [...document.querySelectorAll('select')].find(s => [...s.options].some(o => o.value === 'projector')); s.value = ` + quote(theme) + `; s.dispatchEvent(new Event('change')); })()`)
				b.wait("the theme changed", `document.documentElement.dataset.theme === `+quote(theme))
				b.js(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`)
				examine(fmt.Sprintf("%s, %s, %s", pageName, lang, theme))
			}
		}
	}
	b.open("/?lang=en&theme=light")
	b.wait("the list is there", `document.querySelector('.card') !== null`)
	examineAll("list")
	b.openLab(missingPTR)
	b.js(`document.activeElement.blur()`)
	b.keys("e")
	b.wait("an event is selected", `document.querySelector('.insp-label') !== null`)
	b.click("header button", "Check")
	b.wait("the report is there", `document.querySelector('.report') !== null`)
	examineAll("lab")
	b.seekTo("20")
	b.js(`[...document.querySelectorAll('.band button')].slice(1).forEach((x) => x.click())`)
	b.wait("the past is shown", `document.querySelector('.past-strip') !== null && document.querySelector('.band .menu-list') !== null`)
	examineAll("past")
	b.open("/wall?key=" + wallKey)
	b.wait("the wall is there", `document.querySelectorAll('.wall tbody tr').length > 0`)
	examineAll("wall")
}
