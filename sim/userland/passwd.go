package userland

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

// readSecret asks for a password: at the terminal without echo, otherwise on
// standard input.
func readSecret(p *host.Proc, prompt string) (string, bool) {
	if tty := p.Stdin.TTY(); tty != nil {
		line, err := tty.ReadSecret(p.Task, prompt)
		return line, err == nil
	}
	io.WriteString(p.Stderr, prompt)
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := p.Stdin.Read(one)
		switch {
		case n == 1 && one[0] == '\n':
			return string(line), true
		case n == 1 && len(line) < 512:
			line = append(line, one[0])
		case n == 0 || err != nil:
			return string(line), len(line) > 0
		}
	}
}

// askNewPassword asks twice and stores the password. Somebody else than root
// may not choose a simple one (pam_unix(8)).
func askNewPassword(p *host.Proc, user string, root bool) bool {
	for range 3 {
		first, ok := readSecret(p, "New password: ")
		if !ok {
			break
		}
		if !root && len(first) < 6 {
			text := "You must choose a longer password."
			if first == "" {
				text = "No password has been supplied."
			}
			fmt.Fprintln(p.Stderr, text)
			continue
		}
		second, _ := readSecret(p, "Retype new password: ")
		if first == "" && second == "" {
			fmt.Fprintln(p.Stderr, "No password has been supplied.")
			continue
		}
		if first != second {
			fmt.Fprintln(p.Stderr, "Sorry, passwords do not match.")
			break
		}
		accounts{p}.setPassword(user, host.StorePassword(first))
		p.Host.Syslog(host.FacAuth, host.Notice, "passwd", p.PID, fmt.Sprintf("pam_unix(passwd:chauthtok): password changed for %s", user))
		return true
	}
	fmt.Fprint(p.Stderr, "passwd: Authentication token manipulation error\npasswd: password unchanged\n")
	return false
}

// runPasswd is passwd(1).
func runPasswd(p *host.Proc) int {
	f, ok := readFlags(p, "adehi:kln:qr:R:Sux:w:", "delete=d", "expire=e", "lock=l", "unlock=u", "status=S", "quiet=q", "all=a", "help=h")
	if !ok {
		return 2
	}
	name := p.Host.UserName(p.Cred.UID)
	if len(f.operands) > 0 {
		name = f.operands[0]
	}
	if len(f.operands) > 1 {
		return shortUsage(p, "[LOGIN]")
	}
	if _, known := p.Host.User(name); !known {
		p.Errorf("user '%s' does not exist", name)
		return 1
	}
	root := p.Cred.IsRoot()
	if what := f.last("d", "e", "l", "u", "S"); what != "" {
		if !root && (what != "S" || name != p.Host.UserName(p.Cred.UID)) {
			p.Errorf("Permission denied.")
			return 1
		}
		return changeState(p, name, what)
	}
	if !root {
		if name != p.Host.UserName(p.Cred.UID) {
			p.Errorf("You may not view or modify password information for %s.", name)
			return 1
		}
		p.Printf("Changing password for %s.\n", name)
		s, _ := p.Host.Shadow(name)
		old, ok := readSecret(p, "Current password: ")
		if !ok || !s.Accepts(old) {
			fmt.Fprint(p.Stderr, "passwd: Authentication token manipulation error\npasswd: password unchanged\n")
			return 10
		}
	}
	if !askNewPassword(p, name, root) {
		return 10
	}
	fmt.Fprintln(p.Stderr, "passwd: password updated successfully")
	return 0
}

// changeState locks, unlocks, deletes, expires or shows a password.
func changeState(p *host.Proc, name, what string) int {
	a := accounts{p}
	s, _ := p.Host.Shadow(name)
	switch what {
	case "S":
		p.Print(passwordState(s) + "\n")
		return 0
	case "l":
		if !strings.HasPrefix(s.Password, "!") {
			a.setPassword(name, "!"+s.Password)
		}
	case "u":
		rest := strings.TrimPrefix(s.Password, "!")
		if rest == "" || rest == "!" || rest == "*" {
			fmt.Fprint(p.Stderr, "passwd: unlocking the password would result in a passwordless account.\nYou should set a password with usermod -p to unlock the password of this account.\n")
			return 3
		}
		a.setPassword(name, rest)
	case "d":
		a.setPassword(name, "")
	case "e":
		a.change(shadowFile, name, func(f []string) {
			if len(f) > 2 {
				f[2] = "0"
			}
		})
	}
	fmt.Fprintln(p.Stderr, "passwd: password changed.")
	return 0
}

// passwordState is the line of passwd -S.
func passwordState(s host.Shadow) string {
	state := "P"
	switch {
	case s.Password == "":
		state = "NP"
	case s.Locked():
		state = "L"
	}
	days := 0
	if len(s.Rest) > 0 {
		days, _ = strconv.Atoi(s.Rest[0])
	}
	return fmt.Sprintf("%s %s %s 0 99999 7 -1", s.Name, state, time.Unix(int64(days)*86400, 0).UTC().Format("2006-01-02"))
}

// runChpasswd is chpasswd(8): lines "user:password" on standard input.
func runChpasswd(p *host.Proc) int {
	f, ok := readFlags(p, "ehms:c:", "encrypted=e", "md5=m", "help=h", "crypt-method=c:")
	if !ok {
		return 1
	}
	if (accounts{p}).locked() {
		return 1
	}
	status, number := 0, 0
	lines := bufio.NewScanner(p.Stdin)
	for lines.Scan() {
		number++
		name, password, both := strings.Cut(lines.Text(), ":")
		if !both {
			p.Errorf("line %d: missing new password", number)
			status = 1
			continue
		}
		if _, known := p.Host.User(name); !known {
			fmt.Fprintf(p.Stderr, "chpasswd: (user %s) pam_chauthtok() failed, error:\nAuthentication token manipulation error\nchpasswd: (line %d, user %s) password not changed\n", name, number, name)
			status = 1
			continue
		}
		stored := host.StorePassword(password)
		if f.has("e") {
			stored = password
		}
		accounts{p}.setPassword(name, stored)
	}
	return status
}
