package pki

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

var someTime = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)

func TestHandshakeError(t *testing.T) {
	for _, c := range []struct {
		err         error
		entry, tail string
		ok          bool
	}{
		{Alert(48), "error:0A000418:SSL routines::tlsv1 alert unknown ca", "../ssl/record/rec_layer_s3.c:1586:SSL alert number 48:", true},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: expired certificate")}, "error:0A000415:SSL routines::sslv3 alert certificate expired", "../ssl/record/rec_layer_s3.c:1586:SSL alert number 45:", true},
		{tls.RecordHeaderError{Msg: "x"}, "error:0A00010B:SSL routines::wrong version number", "../ssl/record/ssl3_record.c:350:", true},
		{fmt.Errorf("tls: client offered only unsupported versions: []"), "error:0A000102:SSL routines::unsupported protocol", "../ssl/statem/statem_srvr.c:1657:", true},
		{io.EOF, "", "", false},
	} {
		if entry, tail, ok := HandshakeError(c.err); entry != c.entry || tail != c.tail || ok != c.ok {
			t.Errorf("%v: %q, %q, %v", c.err, entry, tail, ok)
		}
	}
}

func FuzzPair(f *testing.F) {
	cert, key, err := Snakeoil("mail.example.org", someTime)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(cert, key)
	f.Fuzz(func(t *testing.T, cert, key []byte) {
		if pair, err := Pair(cert, key); err == nil {
			Describe(pair.Leaf)
			Verify([]*x509.Certificate{pair.Leaf}, nil, someTime)
		}
	})
}
