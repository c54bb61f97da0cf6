package sshd

import (
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

const sshUsage = `usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]
           [-b bind_address] [-c cipher_spec] [-D [bind_address:]port]
           [-E log_file] [-e escape_char] [-F configfile] [-I pkcs11]
           [-i identity_file] [-J [user@]host[:port]] [-L address]
           [-l login_name] [-m mac_spec] [-O ctl_cmd] [-o option] [-p port]
           [-Q query_option] [-R address] [-S ctl_path] [-W host:port]
           [-w local_tun[:remote_tun]] destination [command [argument ...]]
`

// options are those of ssh(1) and ssh_config(5).
type options struct {
	given      map[string]string // keyword in lower case: value; the first counts
	identities []string
	target     string // host as the user wrote it
	command    string
	family     host.Family
	verbose    bool
	quiet      bool
	forceTTY   bool
	noTTY      bool
	noInput    bool
	noCommand  bool
	escape     bool
	local      bool // target is an option of another program's
}

// clientWords are the keywords of ssh_config(5) that may stand in a file; those
// that mean something here are read by name.
var clientWords = strings.Fields(`host match hostname user port connecttimeout serveraliveinterval serveralivecountmax stricthostkeychecking
 userknownhostsfile globalknownhostsfile identityfile identitiesonly batchmode numberofpasswordprompts passwordauthentication
 pubkeyauthentication preferredauthentications addressfamily bindaddress loglevel checkhostip hashknownhosts sendenv setenv
 forwardagent forwardx11 forwardx11trusted gssapiauthentication gssapidelegatecredentials compression tcpkeepalive requesttty
 connectionattempts ciphers macs kexalgorithms hostkeyalgorithms pubkeyacceptedalgorithms hostkeyalias controlmaster controlpath
 controlpersist localforward remoteforward dynamicforward exitonforwardfailure proxycommand proxyjump escapechar visualhostkey
 updatehostkeys verifyhostkeydns kbdinteractiveauthentication hostbasedauthentication rekeylimit ipqos include addkeystoagent
 permitlocalcommand localcommand remotecommand tunnel canonicalizehostname stdinnull forkafterauthentication`)

// usageError is a wrong use of ssh; text is complete with its line end.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// sshOptions reads the command line of ssh.
func sshOptions(args []string) (*options, error) {
	o := &options{given: map[string]string{}, escape: true}
	user := ""
	for len(args) > 0 {
		word := args[0]
		if o.target != "" && o.command == "" && (word == "--" || !strings.HasPrefix(word, "-")) || word == "--" {
			if word == "--" {
				args = args[1:]
			}
			if o.target == "" && len(args) > 0 {
				user, o.target = destination(args[0])
				args = args[1:]
			}
			o.command = strings.Join(args, " ")
			break
		}
		args = args[1:]
		if !strings.HasPrefix(word, "-") || word == "-" {
			user, o.target = destination(word)
			continue
		}
		var err error
		if args, err = o.letters(word[1:], args); err != nil {
			return nil, err
		}
	}
	if o.target == "" && !(o.verbose && o.local) {
		return nil, usagef("%s", sshUsage)
	}
	if user != "" {
		o.set("user", user)
	}
	return o, nil
}

// destination splits [user@]host and ssh://[user@]host.
func destination(s string) (user, name string) {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "ssh://"), "/")
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "", s
}

// letters takes a group of one-letter options, and further words as their
// values.
func (o *options) letters(group string, args []string) ([]string, error) {
	for i := 0; i < len(group); i++ {
		c := group[i]
		value := ""
		if strings.IndexByte("BbcDEeFIiJLlmOopQRSWw", c) >= 0 {
			if value = group[i+1:]; value == "" {
				if len(args) == 0 {
					return nil, usagef("option requires an argument -- %c\n%s", c, sshUsage)
				}
				value, args = args[0], args[1:]
			}
			i = len(group)
		}
		switch c {
		case '4':
			o.family = host.IPv4
		case '6':
			o.family = host.IPv6
		case 'v':
			o.verbose = true
		case 'q':
			o.quiet = true
		case 't':
			o.forceTTY = true
		case 'T':
			o.noTTY = true
		case 'n', 'f':
			o.noInput = true
		case 'N':
			o.noCommand = true
		case 'V':
			return nil, usagef("%s\n", version)
		case 'l':
			o.set("user", value)
		case 'i':
			o.identities = append(o.identities, value)
		case 'e':
			o.escape = value != "none"
		case 'p':
			if n, err := strconv.ParseUint(value, 10, 16); err != nil || n == 0 {
				return nil, usagef("Bad port '%s'\n", value)
			}
			o.set("port", value)
		case 'o':
			if err := o.keyword(value); err != nil {
				return nil, err
			}
		case 'b', 'c', 'm', 'E', 'F', 'S', 'A', 'a', 'C', 'g', 'K', 'k', 'X', 'x', 'Y', 'y', 'B':
		case 'D', 'L', 'R', 'J', 'W', 'w', 'I', 'O', 'Q', 'G', 'M', 's':
			return nil, usagef("ssh: option -%c is not available in this lab\n", c)
		default:
			return nil, usagef("unknown option -- %c\n%s", c, sshUsage)
		}
	}
	return args, nil
}

func (o *options) set(name, value string) {
	if _, ok := o.given[name]; !ok {
		o.given[name] = value
	}
}

// keyword takes an -o option.
func (o *options) keyword(text string) error {
	name, value := splitKeyword(text)
	low := strings.ToLower(name)
	if why := o.check(low, value); why == "unknown" {
		return usagef("command-line: line 0: Bad configuration option: %s\n", low)
	} else if why != "" {
		return usagef("command-line line 0: %s\n", why)
	}
	if low == "identityfile" {
		o.identities = append(o.identities, value)
	}
	o.set(low, value)
	return nil
}

func splitKeyword(text string) (name, value string) {
	text = strings.TrimSpace(text)
	i := strings.IndexAny(text, " \t=")
	if i < 0 {
		return text, ""
	}
	value = strings.TrimLeft(text[i:], " \t")
	value = strings.TrimSpace(strings.TrimPrefix(value, "="))
	return text[:i], strings.Trim(value, `"`)
}

// check tells what is wrong with a keyword's value, "unknown" if there is no
// such keyword.
func (o *options) check(name, value string) string {
	known := false
	for _, w := range clientWords {
		known = known || w == name
	}
	switch {
	case !known:
		return "unknown"
	case value == "":
		return "no argument after keyword \"" + name + "\""
	}
	switch name {
	case "connecttimeout", "serveraliveinterval":
		if _, ok := parseTime(value); !ok && value != "none" {
			return "invalid time value."
		}
	case "serveralivecountmax", "numberofpasswordprompts", "connectionattempts":
		if _, err := strconv.Atoi(value); err != nil {
			return "integer value invalid."
		}
	case "port":
		if n, err := strconv.ParseUint(value, 10, 16); err != nil || n == 0 {
			return "Bad number '" + value + "'."
		}
	case "batchmode", "passwordauthentication", "pubkeyauthentication":
		if v := strings.ToLower(value); v != "yes" && v != "no" {
			return "unsupported option \"" + value + "\"."
		}
	}
	return ""
}

// readFiles takes what the configuration files say for the target.
func (o *options) readFiles(p *host.Proc) error {
	home := p.Env.Get("HOME")
	for _, file := range []string{path.Join(home, ".ssh/config"), "/etc/ssh/ssh_config"} {
		text, err := p.Host.FS.ReadFile(file, p.Cred)
		if err != nil {
			continue
		}
		on, bad, number := true, 0, 0
		for line := range strings.Lines(string(text)) {
			number++
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			name, value := splitKeyword(line)
			switch low := strings.ToLower(name); {
			case low == "host":
				on = matchList(strings.Join(strings.Fields(value), ","), o.target)
			case low == "match":
				on = strings.EqualFold(value, "all")
			default:
				switch why := o.check(low, value); {
				case why == "unknown":
					fmt.Fprintf(p.Stderr, "%s: line %d: Bad configuration option: %s\n", file, number, low)
					bad++
				case why != "":
					return usagef("%s line %d: %s\n", file, number, why)
				case on && low == "identityfile":
					o.identities = append(o.identities, value)
				case on:
					o.set(low, value)
				}
			}
		}
		if bad > 0 {
			return usagef("%s: terminating, %d bad configuration options\n", file, bad)
		}
	}
	return nil
}

func (o *options) text(name, missing string) string {
	if v, ok := o.given[name]; ok {
		return v
	}
	return missing
}

func (o *options) yes(name, missing string) bool {
	return strings.EqualFold(o.text(name, missing), "yes")
}

func (o *options) number(name string, missing int) int {
	if n, err := strconv.Atoi(o.text(name, "")); err == nil {
		return n
	}
	return missing
}

func (o *options) duration(name string) time.Duration {
	s, _ := parseTime(o.text(name, "0"))
	return time.Duration(s) * time.Second
}

// printUsage shows a usage error.
func printUsage(p *host.Proc, err error) int {
	io.WriteString(p.Stderr, err.Error())
	if err.Error() == version+"\n" {
		return 0
	}
	return 255
}
