package josa

import "testing"

func TestFill(t *testing.T) {
	for _, c := range [][2]string{
		{"서버{은는}", "서버는"},
		{"메일{은는}", "메일은"},
		{"메일{으로로}", "메일로"},
		{"\"mail1\"{이가}", "\"mail1\"이"},
		{"203.0.113.3{으로로}", "203.0.113.3으로"},
		{"203.0.113.7{으로로}", "203.0.113.7로"},
		{"named.conf{을를}", "named.conf를"},
		{"ns1.example.com.{을를}", "ns1.example.com.을"},
		{"a {b} {", "a {b} {"},
	} {
		if got := Fill(c[0]); got != c[1] {
			t.Errorf("Fill(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}
