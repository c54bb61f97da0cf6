package webui_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"mxlab/webui"
)

const wallKey = "open-sesame"

// act does a command in a session as its student does, beside the browser.
func (b *tab) act(jar http.CookieJar, path, command string) {
	b.Helper()
	d := websocket.Dialer{Jar: jar}
	conn, _, err := d.Dial("ws"+strings.TrimPrefix(b.site, "http")+strings.Replace(path, "/lab/", "/api/sessions/", 1)+"/ws", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	id := fmt.Sprintf("outside-%d", time.Now().UnixNano())
	for _, m := range []webui.ClientMessage{
		{Hello: &webui.Hello{Protocol: webui.Protocol}},
		{Cmd: &webui.Command{ID: id, Input: &webui.InputAction{Term: "mail1/1", Lines: []string{command}}}},
	} {
		if err := conn.WriteJSON(m); err != nil {
			b.Fatal(err)
		}
	}
	for {
		var m webui.ServerMessage
		if err := conn.ReadJSON(&m); err != nil {
			b.Fatal(err)
		}
		if m.Result != nil && m.Result.ID == id {
			if m.Result.Error != nil {
				b.Fatal(m.Result.Error.Text.En)
			}
			return
		}
	}
}

// classWall is requirement 12: the wall of 40 students is up to date within 2 s.
func classWall(b *tab) {
	jar, _ := cookiejar.New(nil)
	class := &http.Client{Jar: jar}
	defer class.CloseIdleConnections()
	for i := range 40 {
		resp, err := class.Post(b.site+"/api/sessions", "application/json", strings.NewReader(fmt.Sprintf(`{"scenario": "port25-blocked", "student": "Student %02d", "fresh": true}`, i)))
		if err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
	b.open("/wall?lang=en&key=" + wallKey)
	b.wait("the key is not left in the address", `location.pathname === '/wall' && !location.search.includes('key')`)
	b.wait("all are there", `document.querySelectorAll('.wall tbody tr').length >= 40`)
	if out := b.js(sideways); out != "" {
		b.Error(out)
	}
	// One of them works in a tab of the same browser; the wall is looked at again.
	b.click(".wall button", "Look on: Student 07")
	b.wait("the lab is open, for looking", `document.querySelector('.regions') !== null && document.querySelector('header .chip')?.textContent.includes('View only') === true`)
	if b.js(`document.querySelector('.term-entry')?.offsetParent ?? null`) != "null" {
		b.Error("one can type into another's terminal")
	}
	path := b.js(`location.pathname`)
	b.open("/wall?lang=en")
	b.wait("the wall is back", `document.querySelectorAll('.wall tbody tr').length >= 40`)
	took := b.best(3, func() float64 {
		command := fmt.Sprintf("echo %d", time.Now().UnixNano())
		b.act(jar, path, command)
		begin := time.Now()
		b.wait("the wall shows it", `document.querySelector('.wall').textContent.includes(`+quote(command)+`)`)
		return float64(time.Since(begin).Milliseconds())
	})
	if took > 2000 {
		b.Errorf("the wall showed it after %.0f ms", took)
	}
}
