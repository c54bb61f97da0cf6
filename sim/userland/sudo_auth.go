package userland

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
)

func (s *sudo) tickets() sudoTickets {
	t, _ := s.p.Host.Value(sudoKey{}).(sudoTickets)
	if t == nil {
		t = sudoTickets{}
		s.p.Host.SetValue(sudoKey{}, t)
	}
	return t
}

// ticket is the name of the user's present ticket. A boot ends all.
func (s *sudo) ticket() string {
	return fmt.Sprint(s.p.Cred.UID, " ", ttyName(s.p), " ", s.p.Host.Booted().Unix())
}

// authenticate asks for the user's own password, unless they are root or have
// given it lately.
func (s *sudo) authenticate(what string) bool {
	now := s.p.Host.Clock.Now()
	if at, ok := s.tickets()[s.ticket()]; s.me.UID == 0 || ok && now.Sub(at) < sudoTimeout && !s.f.has("k") {
		s.tickets()[s.ticket()] = now
		return true
	}
	switch {
	case s.f.has("n"):
		s.p.Errorf("a password is required")
		return false
	case s.p.Stdin.TTY() == nil && s.p.TTY == nil && !s.f.has("S"):
		s.p.Errorf("a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper")
		s.p.Errorf("a password is required")
		return false
	}
	shadow, _ := s.p.Host.Shadow(s.me.Name)
	prompt := orText(s.f.given["p"], "[sudo] password for %u: ")
	prompt = strings.NewReplacer("%u", s.me.Name, "%p", s.me.Name, "%U", s.target.Name, "%h", s.p.Host.ShortName(), "%H", s.p.Host.Hostname()).Replace(prompt)
	tries := 0
	for tries < sudoTries {
		password, ok := s.ask(prompt)
		if !ok {
			break
		}
		if shadow.Accepts(password) && !shadow.Locked() {
			s.tickets()[s.ticket()] = s.p.Host.Clock.Now()
			return true
		}
		if tries == 0 {
			s.p.Host.Syslog(host.FacAuth, host.Notice, "sudo", 0, fmt.Sprintf("pam_unix(sudo:auth): authentication failure; logname=%s uid=%d euid=0 tty=/dev/%s ruser=%s rhost=  user=%s", s.me.Name, s.me.UID, ttyName(s.p), s.me.Name, s.me.Name))
		}
		tries++
		s.p.Task.Sleep(authDelay)
		if tries < sudoTries {
			fmt.Fprintln(s.p.Stderr, "Sorry, try again.")
		}
	}
	plural := "s"
	if tries == 1 {
		plural = ""
	}
	if tries == 0 {
		s.p.Errorf("a password is required")
		return false
	}
	s.p.Errorf("%d incorrect password attempt%s", tries, plural)
	s.log("%d incorrect password attempt%s ; TTY=%s ; PWD=%s ; USER=%s ; COMMAND=%s", tries, plural, ttyName(s.p), s.p.Cwd, s.target.Name, what)
	return false
}

// ask reads a password at the terminal, with -S on standard input.
func (s *sudo) ask(prompt string) (string, bool) {
	if !s.f.has("S") && s.p.TTY != nil {
		line, err := s.p.TTY.ReadSecret(s.p.Task, prompt)
		return line, err == nil
	}
	return readSecret(s.p, prompt)
}
