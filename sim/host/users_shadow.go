package host

import (
	"strings"
)

// Shadow is a line of shadow(5).
type Shadow struct {
	Name     string
	Password string   // as stored
	Rest     []string // the aging fields
}

func parseShadow(text string) (list []Shadow) {
	colonLines(text, 2, func(f []string) { list = append(list, Shadow{f[0], f[1], f[2:]}) })
	return list
}

// Shadow returns a user's line of /etc/shadow.
func (h *Host) Shadow(name string) (Shadow, bool) {
	for _, s := range fileAs(h, "/etc/shadow", parseShadow) {
		if s.Name == name {
			return s, true
		}
	}
	return Shadow{}, false
}

// plainScheme marks a password that is stored in clear text: there are no
// others in the lab.
const plainScheme = "{PLAIN}"

// StorePassword returns how a password stands in /etc/shadow.
func StorePassword(password string) string { return plainScheme + password }

// Locked reports whether no password at all opens the account.
func (s Shadow) Locked() bool {
	return strings.HasPrefix(s.Password, "!") || strings.HasPrefix(s.Password, "*")
}

// Accepts reports whether password opens the account, as pam_unix(8) decides.
// An empty field accepts only the empty password.
func (s Shadow) Accepts(password string) bool {
	stored, plain := strings.CutPrefix(s.Password, plainScheme)
	return plain && stored == password || s.Password == "" && password == ""
}
