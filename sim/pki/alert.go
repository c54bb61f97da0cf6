package pki

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
)

// alerts are the alerts a peer may send during a handshake (RFC 8446 6.2), by
// the words of crypto/tls.
var alerts = []struct {
	words  string // crypto/tls
	number int
	reason string // OpenSSL
}{
	{"handshake failure", 40, "sslv3 alert handshake failure"},
	{"bad certificate", 42, "sslv3 alert bad certificate"},
	{"unsupported certificate", 43, "sslv3 alert unsupported certificate"},
	{"revoked certificate", 44, "sslv3 alert certificate revoked"},
	{"expired certificate", 45, "sslv3 alert certificate expired"},
	{"unknown certificate", 46, "sslv3 alert certificate unknown"},
	{"unknown certificate authority", 48, "tlsv1 alert unknown ca"},
	{"protocol version not supported", 70, "tlsv1 alert protocol version"},
	{"internal error", 80, "tlsv1 alert internal error"},
}

// Alert is a fatal alert of the peer, by its number.
type Alert uint8

func (a Alert) Error() string { return a.reason() }

func (a Alert) reason() string {
	for _, known := range alerts {
		if known.number == int(a) {
			return known.reason
		}
	}
	return fmt.Sprintf("reason(%d)", 1000+int(a))
}

// HandshakeError words why a handshake failed as OpenSSL's queue of errors does:
// "error:0A000418:SSL routines::tlsv1 alert unknown ca", with the place in its
// sources and the number of the alert behind. ok is false when the connection
// just ended.
func HandshakeError(err error) (entry, place string, ok bool) {
	var garbled tls.RecordHeaderError
	var remote *net.OpError
	var sent Alert
	if !errors.As(err, &sent) && errors.As(err, &remote) && remote.Op == "remote error" {
		words := strings.TrimPrefix(remote.Err.Error(), "tls: ")
		for _, a := range alerts {
			if a.words == words {
				sent = Alert(a.number)
			}
		}
		if sent == 0 {
			return "error:0A0003E8:SSL routines::" + words, "../ssl/record/rec_layer_s3.c:1586:", true
		}
	}
	switch {
	case sent != 0:
		return fmt.Sprintf("error:0A000%03X:SSL routines::%s", 1000+int(sent), sent.reason()),
			fmt.Sprintf("../ssl/record/rec_layer_s3.c:1586:SSL alert number %d:", int(sent)), true
	case errors.As(err, &garbled):
		return "error:0A00010B:SSL routines::wrong version number", "../ssl/record/ssl3_record.c:350:", true
	case strings.Contains(err.Error(), "unsupported versions"), strings.Contains(err.Error(), "protocol version"):
		return "error:0A000102:SSL routines::unsupported protocol", "../ssl/statem/statem_srvr.c:1657:", true
	case strings.Contains(err.Error(), "no cipher suite"):
		return "error:0A0000C1:SSL routines::no shared cipher", "../ssl/statem/statem_srvr.c:2220:", true
	}
	return "", "", false
}
