package named

import (
	"testing"

	mdns "github.com/miekg/dns"
	"go.uber.org/goleak"

	"mxlab/sim/named/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// FuzzRequest feeds octets to the reader of queries, which must agree with the
// library on what it accepts.
func FuzzRequest(f *testing.F) {
	m := new(mdns.Msg)
	m.SetQuestion("www.example.com.", mdns.TypeA)
	m.SetEdns0(1232, true)
	m.IsEdns0().Option = append(m.IsEdns0().Option, &mdns.EDNS0_COOKIE{Code: mdns.EDNS0COOKIE, Cookie: "0102030405060708"})
	b, _ := m.Pack()
	f.Add(b)
	m.SetNotify("example.com.")
	b, _ = m.Pack()
	f.Add(b)
	f.Add([]byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var r request
		if r.parse(b) != nil || !r.asked {
			return
		}
		var m mdns.Msg
		if m.Unpack(b) != nil {
			return
		}
		if len(m.Question) != 1 || m.Question[0].Name != r.name || m.Question[0].Qtype != r.qtype || m.Id != r.id || m.RecursionDesired != r.recursionDesired() {
			t.Errorf("%x: %v, but the library reads %v", b, r, m.Question)
		}
	})
}

// FuzzControl feeds octets to the reader of the control channel.
func FuzzControl(f *testing.F) {
	k := config.Key{Name: "k.", Algorithm: "hmac-sha256", Secret: []byte("secret")}
	f.Add(encodeControl(controlTable{{name: "_ctrl", table: controlTable{{name: "_ser", value: "1"}}}, {name: "_data", table: controlTable{{name: "type", value: "status"}}}}, k)[4:])
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := decodeControl(b, k)
		if err != nil {
			return
		}
		again, err := decodeControl(encodeControl(table, k)[4:], k)
		if err != nil || again.get("_data", "type") != table.get("_data", "type") {
			t.Errorf("%x: %v, %v", b, again, err)
		}
	})
}
