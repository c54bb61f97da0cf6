package dovecot

import (
	"strings"

	"mxlab/sim/host/vfs"
)

// answerAuth answers another server, such as Postfix, at a socket of service
// auth. A request is one line:
//
//	VERSION
//	AUTH<TAB>mechanism<TAB>user<TAB>password
//
// The answer is one line that begins with OK or FAIL. Where Dovecot's own
// protocol exchanges a handshake and base64, this one has a line, because
// nobody but the lab's servers can see it. Dovecot delays a FAIL; here the
// asking server waits.
func (in *Instance) answerAuth(request []byte, _ vfs.Cred) []byte {
	f := strings.Split(strings.TrimRight(string(request), "\n"), "\t")
	switch {
	case !in.authUp():
		return []byte("FAIL\tauth process broken\n")
	case f[0] == "VERSION":
		return []byte("OK\t" + version + "\n")
	case f[0] != "AUTH" || len(f) != 4:
		return []byte("FAIL\tinvalid request\n")
	}
	r := &authRequest{service: "smtp", mech: f[1], user: f[2], password: f[3]}
	switch in.authenticate(r) {
	case granted:
		return []byte("OK\tuser=" + r.user + "\n")
	case internal:
		return []byte("FAIL\tuser=" + r.user + "\ttemp\n")
	}
	return []byte("FAIL\tuser=" + r.user + "\n")
}
