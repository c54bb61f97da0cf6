package vfs

import (
	"fmt"
	"testing"
)

func benchImage(b *testing.B) *Image {
	f := disk(b, Options{})
	for i := range 1000 {
		must(b, f.WriteFile(fmt.Sprintf("/srv/file%04d", i), []byte("some configuration\n"), 0o644, Cred{}))
	}
	return f.Image()
}

func BenchmarkFresh(b *testing.B) {
	img := benchImage(b)
	b.ReportAllocs()
	for b.Loop() {
		New(img, Options{})
	}
}

func BenchmarkReadSmallFile(b *testing.B) {
	f := New(benchImage(b), Options{})
	buf := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		h, _ := f.Open("/srv/file0500", O_RDONLY, 0, alice())
		_, _ = h.Read(buf)
		_ = h.Close()
	}
}

func BenchmarkStat(b *testing.B) {
	f := New(benchImage(b), Options{})
	for b.Loop() {
		_, _ = f.Stat("/srv/file0500", alice())
	}
}

// One more line in a log that is already long.
func BenchmarkAppendLine(b *testing.B) {
	f := New(benchImage(b), Options{})
	h, err := f.Open("/var/mail.log", O_WRONLY|O_CREATE|O_APPEND, 0o640, Cred{})
	must(b, err)
	line := []byte("Nov 21 10:00:00 mx postfix/smtpd[1234]: connect from client.example[192.0.2.7]\n")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Write(line); err != nil {
			must(b, h.Truncate(0))
		}
	}
}

// A line, then a snapshot, as a journal step does, on a log of 10 MiB.
func BenchmarkAppendLineAndSnapshot(b *testing.B) {
	f := New(benchImage(b), Options{})
	must(b, f.Fill("/var/mail.log", []byte("an old line\n"), 10<<20, 0o640, Cred{}))
	line := []byte("Nov 21 10:00:00 mx postfix/smtpd[1234]: connect from client.example[192.0.2.7]\n")
	b.ReportAllocs()
	for b.Loop() {
		if err := f.AppendFile("/var/mail.log", line, 0, Cred{}); err != nil {
			must(b, f.Truncate("/var/mail.log", 0, Cred{}))
		}
		f.Snapshot()
	}
}

func BenchmarkDiff1000Files(b *testing.B) {
	f := New(benchImage(b), Options{})
	must(b, f.AppendFile("/srv/file0500", []byte("x"), 0, Cred{}))
	for b.Loop() {
		f.Diff(nil)
	}
}
