package dns

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"
)

const head = "$TTL 1\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"

// loadFiles loads the file "db" of a small file system.
func loadFiles(files map[string]string, limits Limits) ([]Message, error) {
	opts := CheckzoneOptions()
	opts.Origin, opts.File, opts.Limits = "example", "db", limits
	opts.Read = func(path string) ([]byte, error) {
		text, ok := files[path]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
	_, messages, err := Load(opts)
	return messages, err
}

// Hostile files end in an error, soon and with the reason.
func TestLimits(t *testing.T) {
	table := []struct {
		name   string
		files  map[string]string
		limits Limits
		want   Result
	}{
		{"a file that includes itself", map[string]string{"db": head + "$INCLUDE db\n"}, Limits{}, ErrTooManyOpenFiles},
		{"a file that includes itself twice", map[string]string{"db": head + "$INCLUDE db\n$INCLUDE db\n"}, Limits{}, ErrTooManyOpenFiles},
		{"an endless $GENERATE", map[string]string{"db": head + "$GENERATE 0-2147483647 h$ A 192.0.2.1\n"}, Limits{Records: 5000}, ErrQuota},
		{"a $GENERATE outside the zone", map[string]string{"db": head + "$GENERATE 0-2147483647 h$.other. A 192.0.2.1\n"}, Limits{Records: 5000}, ErrQuota},
		{"a wide $GENERATE", map[string]string{"db": head + "$GENERATE 1-2 h${0,4000000000,d} A 192.0.2.1\n"}, Limits{}, ErrNoSpace},
		{"a large file", map[string]string{"db": head + strings.Repeat(";", 2000)}, Limits{Bytes: 1000}, ErrQuota},
		{"many records", map[string]string{"db": bigZone(200)}, Limits{Records: 100}, ErrQuota},
		{"a missing include", map[string]string{"db": head + "$INCLUDE x\n"}, Limits{}, ErrFileNotFound},
		{"many open parentheses", map[string]string{"db": head + strings.Repeat("(", 300000)}, Limits{}, ErrUnbalanced},
	}
	for _, c := range table {
		start := time.Now()
		messages, err := loadFiles(c.files, c.limits)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if len(messages) > 10000 || time.Since(start) > 5*time.Second {
			t.Errorf("%s: %d messages in %v", c.name, len(messages), time.Since(start))
		}
	}
}

// named itself stops at the first error and has its own defaults.
func TestNamedStopsAtFirstError(t *testing.T) {
	opts := NamedOptions(Primary)
	opts.Origin, opts.File = "example.com", "/etc/bind/db.example.com"
	opts.Read = func(string) ([]byte, error) {
		return []byte(head + "www A 203.0.113\nmy_host A 192.0.2.2\n"), nil
	}
	_, messages, err := Load(opts)
	var got []string
	for _, m := range messages {
		got = append(got, m.Text)
	}
	want := "dns_rdata_fromtext: /etc/bind/db.example.com:5: near '203.0.113': bad dotted quad\n" +
		"zone example.com/IN: loading from master file /etc/bind/db.example.com failed: bad dotted quad"
	if strings.Join(got, "\n") != want || err != ErrBadDottedQuad {
		t.Errorf("got %q, %v", got, err)
	}
}
