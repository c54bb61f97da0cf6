package webui_test

import "fmt"

// hintsOneByOne is requirement 27: hints open one at a time, are counted, and
// follow the state.
func hintsOneByOne(b *tab) {
	b.openLab(missingPTR)
	b.click("header button", "Check") // hints are about what the check found
	b.wait("the report is there", `document.querySelector('.report') !== null`)
	seen := map[string]bool{}
	opened := 0
	for range 8 {
		if b.js(`document.querySelector('#hints .btn') === null`) == "true" {
			break
		}
		b.click("#hints .btn", "Open a hint")
		opened++
		b.wait("one more hint", fmt.Sprintf(`document.querySelectorAll('.hints li').length === %d`, opened))
		b.wait("it is counted", fmt.Sprintf(`document.querySelector('#hints h2').textContent.includes('%d used')`, opened))
		text := b.js(`[...document.querySelectorAll('.hints li')].at(-1).textContent`)
		if seen[text] || len(text) < 10 {
			b.Errorf("hint %d: %q", opened, text)
		}
		seen[text] = true
	}
	if opened < 2 {
		b.Errorf("%d hints", opened)
	}
	b.do(reload())
	b.ready()
	b.wait("they stay open", fmt.Sprintf(`document.querySelectorAll('.hints li').length === %d`, opened))
}

// brokenAgain is requirement 28: a passed item that is broken afterwards is
// reverted by the next check; 26: every item has expected, observed, evidence, an
// icon and a word.
func brokenAgain(b *tab) {
	b.openLab(missingPTR)
	name, address := b.mailServer()
	ask := func(request string, values ...string) {
		b.Helper()
		b.click(".dock-tab", "Portals")
		b.click(".split-item", request)
		before := b.js(`document.querySelectorAll('.dock .items .item').length`)
		for i, v := range values {
			b.js(fmt.Sprintf(`(() => { const i = document.querySelectorAll('.form .field input')[%d]; i.focus(); i.select(); })()`, i))
			b.write(v)
		}
		b.click(".form button", "Send")
		b.wait("the portal answers", `document.querySelectorAll('.dock .items .item').length > `+before)
	}
	check := func() {
		b.Helper()
		at := b.js(`document.querySelector('.report h2')?.textContent ?? ''`)
		b.click("header button", "Check")
		b.wait("there is a new report", `(document.querySelector('.report h2')?.textContent ?? '') !== `+quote(at))
	}
	ask("PTR", address, name)
	check()
	b.wait("something passed", `document.querySelector('.report .item.is-pass') !== null`)
	for _, item := range []string{"pass", "fail", "blocked"} {
		out := b.js(`[...document.querySelectorAll('.report .item.is-` + item + `')].filter((i) => !i.querySelector('summary .icon') || i.querySelector('.task-state').textContent === ''
			|| (` + quote(item) + ` === 'fail' && (!i.querySelector('dl') || !i.querySelector('.evidence')))).map((i) => i.textContent).join(' | ')`)
		if out != "" {
			b.Errorf("%s items that say too little: %s", item, out)
		}
	}
	done := b.number(`document.querySelectorAll('.report .item.is-pass').length`)
	b.click(".dock-tab", "ns1")
	b.enter("systemctl stop named")
	check()
	b.wait("an item is taken back", fmt.Sprintf(`document.querySelectorAll('.report .item.is-pass').length < %v`, done))
	b.wait("the task says so", `[...document.querySelectorAll('.guide .task-state')].some((s) => s.textContent === 'reverted')`)
}
