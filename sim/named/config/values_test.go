package config

import "testing"

func TestDurations(t *testing.T) {
	for _, c := range []struct {
		text    string
		seconds uint32
		printed string
	}{
		{"0", 0, "0"}, {"3600", 3600, "3600"}, {"1h30m", 5400, "5400"}, {"1w", 604800, "604800"}, {"1D12H", 129600, "129600"},
		{"PT0S", 0, "PT0S"}, {"P1D", 86400, "P1D"}, {"pt5m", 300, "PT5M"}, {"P1M", 31 * 86400, "P1M"}, {"P1Y2M3DT4H5M6S", 37166706, "P1Y2M3DT4H5M6S"},
		{"P2W", 1209600, "P2W"}, {"P9999999Y", 1<<32 - 1, "P9999999Y"},
	} {
		d, err := parseDuration(c.text)
		if err != nil || d.seconds() != c.seconds || d.String() != c.printed {
			t.Errorf("%s: %d %s %v", c.text, d.seconds(), d, err)
		}
	}
	for _, text := range []string{"", "x", "1x", "P", "P1", "1h30", "P1W2D", "PT", "P1H", "-1", "1 h"} {
		if d, err := parseDuration(text); err == nil && text != "P" && text != "PT" {
			t.Errorf("%q read as %v", text, d)
		}
	}
	if _, err := parseDuration("4294967295w"); err != errRange {
		t.Error(err)
	}
}

func TestNames(t *testing.T) {
	long := "a123456789b123456789c123456789d123456789e123456789f123456789123"
	for text, want := range map[string]domainName{
		"Example.COM": "example.com.", ".": ".", "a.": "a.", `a\.b.c`: `a\.b.c.`, `\097`: "a.", `a\032b`: `a\032b.`, long: domainName(long + "."),
	} {
		if got, err := parseName(text); got != want || err != nil {
			t.Errorf("%q: %q %v", text, got, err)
		}
	}
	for text, want := range map[string]error{
		"": errNameEnd, "a..b": errEmptyLabel, ".a": errEmptyLabel, long + "x": errLabelTooLong, `a\`: errNameEnd, `\999`: errBadEscape,
		long + "." + long + "." + long + "." + long + ".": errNameTooLong,
	} {
		if _, err := parseName(text); err != want {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

func TestTokens(t *testing.T) {
	s := newSource("n", []byte("a/*x*/b c#d\n\"e\\\"f\" // g\n12 0x1F 010 09 1a {"), nil)
	for _, want := range []token{
		{kind: tokenString, text: "a"},
		{kind: tokenSpecial, special: '/', text: "/"}, // the end of a comment inside a word stays behind
		{kind: tokenString, text: "b"},
		{kind: tokenString, text: "c"},
		{kind: tokenQuoted, text: `e"f`},
		{kind: tokenNumber, text: "12", num: 12},
		{kind: tokenNumber, text: "0x1F", num: 31},
	} {
		if want.text == "0x1F" {
			want = token{kind: tokenString, text: "0x1F"} // hexadecimal only of decimal digits
		}
		if got, err := s.next(modeQuoted | modeNumber | modeCNumber); got != want || err != nil {
			t.Errorf("%+v %v, want %+v", got, err, want)
		}
	}
	for _, want := range []token{{kind: tokenNumber, text: "010", num: 8}, {kind: tokenString, text: "09"}, {kind: tokenString, text: "1a"}} {
		if got, _ := s.next(modeNumber | modeCNumber); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if s.line != 3 {
		t.Error("line", s.line)
	}
}

func TestTSIGAlgorithms(t *testing.T) {
	for text, want := range map[string]tsigAlgorithm{
		"HMAC-SHA256":     {name: "hmac-sha256", digest: 256},
		"hmac-sha256-128": {name: "hmac-sha256", digest: 256, bits: 128, hasBits: true},
		"hmac-sha256-512": {name: "hmac-sha256", digest: 256, bits: 512, hasBits: true, tooLarge: true},
		"hmac-sha1-x":     {name: "hmac-sha1", digest: 160, badBits: true},
		"sha256":          {},
	} {
		if got := parseTSIGAlgorithm(text); got != want {
			t.Errorf("%s: %+v", text, got)
		}
	}
}
