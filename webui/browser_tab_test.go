package webui_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a condition is waited for: much, for machines under load.
const patience = 20 * time.Second

// tab is a page of the browser with what it complained of.
type tab struct {
	*testing.T
	ctx  context.Context
	site string

	mu       sync.Mutex
	trouble  []string
	received map[network.RequestID]float64 // bytes on the wire
	urls     map[network.RequestID]string
}

func newTab(t *testing.T, browser context.Context, site string) *tab {
	t.Helper()
	b := &tab{T: t, site: site, received: map[network.RequestID]float64{}, urls: map[network.RequestID]string{}}
	ctx, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.hear))
	b.ctx = ctx
	if err := chromedp.Do(ctx, call(network.Enable, network.EnableParams{}), call(cdplog.Enable, cdp.Empty{}), chromedp.EmulateViewport(1366, 768),
		call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: keepSockets})); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			b.picture()
		}
		closeTab()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, line := range b.trouble {
			t.Error(line)
		}
	})
	return b
}

// call is a command of the browser's protocol as an action.
func call[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// motion says whether the person at the page wants less of it.
func motion(reduce bool) chromedp.Action[chromedp.Void] {
	value := "no-preference"
	if reduce {
		value = "reduce"
	}
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: value}}})
}

// keepSockets lets a test cut the page's connections (sockets), refuse new ones
// (barred), see what was heard of the log (heard, with what was wrong in its
// order), and let the page hear of events that the server knows nothing of
// (feed), and when the lab was there (there).
const keepSockets = `
window.sockets = []; window.tries = []; window.barred = false;
window.heard = { epoch: 0, rows: [], wrong: [], epochs: [] };
window.WebSocket = class extends WebSocket {
	constructor(...a) {
		window.tries.push(performance.now());
		if (window.barred) {
			const dead = { readyState: 3, send() {}, close() {} };
			setTimeout(() => dead.onclose?.(), 5);
			return dead;
		}
		super(...a);
		window.sockets.push(this);
		this.addEventListener('message', (e) => {
			const { welcome, rows, state } = JSON.parse(e.data);
			const log = window.heard;
			if (welcome || state) log.last = (welcome?.state ?? state).last;
			if (welcome && welcome.epoch !== log.epoch) {
				if (welcome.keep > log.rows.length) log.wrong.push('keep ' + welcome.keep + ' of ' + log.rows.length);
				log.epoch = welcome.epoch;
				log.epochs.push(welcome.epoch);
				log.rows.length = welcome.keep;
			} else if (welcome && welcome.keep !== log.rows.length) log.wrong.push('resumed at ' + welcome.keep + ' with ' + log.rows.length);
			if (!rows) return;
			if (rows.epoch !== log.epoch || rows.from !== log.rows.length + 1) log.wrong.push('rows from ' + rows.from + ' after ' + log.rows.length);
			for (const r of rows.rows) if (log.rows.push(r) !== r.seq) log.wrong.push('event ' + r.seq + ' at ' + log.rows.length);
		});
	}
};
window.feed = (list) => {
	const log = window.heard, from = log.rows.length + 1, at = log.rows.at(-1).at;
	list.forEach((r, i) => { log.rows.push({ outcome: 'ok', label: 'event', ...r, seq: from + i, at: at + r.at, span: 0, cause: 0, refs: undefined }); });
	window.sockets.at(-1).onmessage({ data: JSON.stringify({ rows: { epoch: log.epoch, from, rows: log.rows.slice(from - 1), last: log.rows.length } }) });
};
new MutationObserver((_, watch) => {
	if (!document.querySelector('.term-input') || !document.querySelector('.tr')) return;
	window.there = performance.now();
	watch.disconnect();
}).observe(document, { childList: true, subtree: true });
window.flying = () => window.heard.rows.filter((r) => r.kind === 'dns.query' && r.link && r.outcome === 'ok');
`

// hear notes errors, and requests that leave the lab.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	complain := func(format string, args ...any) { b.trouble = append(b.trouble, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.urls[e.RequestID] = e.Request.URL
		if !strings.HasPrefix(e.Request.URL, b.site+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
			complain("a request left the lab: %s", e.Request.URL)
		}
	case *network.EventLoadingFinished:
		b.received[e.RequestID] = e.EncodedDataLength
	case *runtime.EventExceptionThrown:
		complain("exception: %s", e.ExceptionDetails.Exception.Description)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			complain("console: %s %+v", e.Type, e.Args)
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == "error" {
			complain("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}
}

// picture keeps what a failed test saw, in the folder MXLAB_PICTURES.
func (b *tab) picture() {
	folder := os.Getenv("MXLAB_PICTURES")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Log(err)
		return
	}
	os.WriteFile(folder+"/"+strings.ReplaceAll(b.Name(), "/", "-")+".png", png, 0o644)
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// js runs a script and returns what it gives: a text as such, all else as JSON.
func (b *tab) js(script string) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(async () => { const v = await (`+script+`); return typeof v === 'string' ? v : JSON.stringify(v) ?? ''; })()`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatal(err, "\n", script)
	}
	return out
}

// wait waits until a script gives true.
func (b *tab) wait(what, script string) {
	b.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if b.js(script) == "true" {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("waited in vain: %s\n%s", what, script)
		}
	}
}

// quote is a text in a script.
func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// find is a script that gives the first visible element of a selector that has
// a text.
func find(selector, text string) string {
	return `[...document.querySelectorAll(` + quote(selector) + `)].find(e => e.offsetParent !== null && (e.textContent + (e.getAttribute('aria-label') ?? '')).includes(` + quote(text) + `))`
}

// click moves the mouse to an element and clicks.
func (b *tab) click(selector, text string) {
	b.Helper()
	el := find(selector, text)
	b.wait("there is "+selector+" "+text, `(`+el+`) !== undefined && !(`+el+`).disabled`)
	var at [2]float64
	place := b.js(`(async () => {
		for (let i = 0; ; i++) { // until nothing moves or lies over it any more
			const e = ` + el + `;
			e.scrollIntoView({block: 'nearest'});
			const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
			await new Promise((done) => setTimeout(done, 20));
			const s = e.getBoundingClientRect();
			if (i === 20 || (s.x === r.x && s.y === r.y && e.contains(document.elementFromPoint(x, y)))) return [x, y];
		}
	})()`)
	if err := json.Unmarshal([]byte(place), &at); err != nil {
		b.Fatal(err)
	}
	b.do(chromedp.MouseClickXY(at[0], at[1]))
}

// keys presses keys one after the other.
func (b *tab) keys(list ...string) {
	b.Helper()
	for _, k := range list {
		b.do(chromedp.KeyEvent(k))
	}
}

// write inserts a text where the focus is, as an input method does.
func (b *tab) write(text string) {
	b.Helper()
	b.do(call(input.InsertText, input.InsertTextParams{Text: text}))
}

// key presses a key with modifiers.
func (b *tab) key(k string, mods ...chromedp.Modifier) {
	b.Helper()
	b.do(chromedp.KeyEvent(k, chromedp.KeyModifiers(mods...)))
}

// tabTo presses Tab until the focus is on an element that has a text.
func (b *tab) tabTo(selector, text string) {
	b.Helper()
	here := `(() => { const e = document.activeElement; return e.matches(` + quote(selector) + `) && (e.textContent + (e.getAttribute('aria-label') ?? '')).includes(` + quote(text) + `); })()`
	for range 120 {
		if b.js(here) == "true" {
			return
		}
		b.keys(kb.Tab)
	}
	b.Fatalf("Tab does not reach %s %q", selector, text)
}

// open goes to an address of the lab.
func (b *tab) open(path string) {
	b.Helper()
	b.do(chromedp.Navigate(b.site + path))
}

// openLab starts a scenario from the list and waits for all of its log.
func (b *tab) openLab(title string) {
	b.Helper()
	b.open("/?lang=en&theme=light")
	b.click(".card button", "Start: "+title)
	b.ready()
}

// ready waits until the lab is there and rests.
func (b *tab) ready() {
	b.Helper()
	b.wait("the lab is open", `document.querySelector('.regions') !== null && document.querySelector('.conn.v-ok') !== null`)
	b.wait("the log is there", `document.querySelectorAll('.tr').length > 0 && document.querySelector('.caption-text').textContent !== ''`)
}
