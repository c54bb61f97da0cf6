package named

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// startOptions are the command line of named(8).
type startOptions struct {
	args       []string // as given, for "running as:"
	config     string   // -c
	user       string   // -u
	root       string   // -t
	only4      bool     // -4
	only6      bool     // -6
	foreground bool     // -f
	debugging  bool     // -g: foreground, log to standard error
	version    bool     // -v
	build      bool     // -V
	port       uint16   // -p, 0: from the configuration
}

// usageError is a wrong command line.
type usageError string

func (e usageError) Error() string { return string(e) }

const usageText = `usage: named [-4|-6] [-c conffile] [-d debuglevel] [-D comment] [-E engine]
             [-f|-g] [-L logfile] [-n number_of_cpus] [-p port] [-s]
             [-S sockets] [-t chrootdir] [-u username] [-U listeners]
             [-X lockfile] [-m {usage|trace|record}]
             [-M fill|nofill]
usage: named [-v|-V|-C]
`

// flagsWithValue are the options of named(8) that take an argument.
const flagsWithValue = "cdDELmMnpSTtuUxX"

// parseCommandLine reads the arguments as getopt(3) does.
func parseCommandLine(args []string, flavour host.Flavour) (o startOptions, err error) {
	o.args, o.config = args, defaultConfig(flavour)
	for i := 1; i < len(args); i++ {
		a := args[i]
		if len(a) < 2 || a[0] != '-' {
			return o, usageError("extra command line arguments")
		}
		for j := 1; j < len(a); j++ {
			flag, value := a[j], ""
			if strings.IndexByte(flagsWithValue, flag) >= 0 {
				if value = a[j+1:]; value == "" {
					if i++; i >= len(args) {
						return o, usageError(fmt.Sprintf("option '-%c' requires an argument", flag))
					}
					value = args[i]
				}
				j = len(a)
			}
			if err := o.set(flag, value); err != nil {
				return o, err
			}
		}
	}
	if o.only4 && o.only6 {
		return o, usageError("options '-4' and '-6' cannot be used together")
	}
	return o, nil
}

func (o *startOptions) set(flag byte, value string) error {
	switch flag {
	case 'c':
		o.config = value
	case 'u':
		o.user = value
	case 't':
		o.root = value
	case '4':
		o.only4 = true
	case '6':
		o.only6 = true
	case 'f':
		o.foreground = true
	case 'g':
		o.foreground, o.debugging = true, true
	case 'v':
		o.version = true
	case 'V', 'C':
		o.build = true
	case 'p':
		var n int
		if _, err := fmt.Sscanf(value, "%d", &n); err != nil || n < 1 || n > 65535 {
			return usageError(fmt.Sprintf("port '%s' out of range", value))
		}
		o.port = uint16(n)
	case 's', 'd', 'D', 'E', 'L', 'm', 'M', 'n', 'S', 'T', 'U', 'x', 'X':
	default:
		return usageError(fmt.Sprintf("unknown option '-%c'", flag))
	}
	return nil
}

// defaultConfig is where the distribution's build looks for named.conf.
func defaultConfig(f host.Flavour) string {
	if f == host.RedHat {
		return "/etc/named.conf"
	}
	return "/etc/bind/named.conf"
}

// defaultKeyFile is where rndc and named look for rndc.key.
func defaultKeyFile(f host.Flavour) string {
	if f == host.RedHat {
		return "/etc/rndc.key"
	}
	return "/etc/bind/rndc.key"
}

// defaultDirectory is the directory named runs in before the configuration says otherwise.
func defaultDirectory(f host.Flavour) string {
	if f == host.RedHat {
		return "/var/named"
	}
	return "/var/cache/bind"
}

// environmentFile is where the unit finds OPTIONS.
func environmentFile(f host.Flavour) string {
	if f == host.RedHat {
		return "/etc/sysconfig/named"
	}
	return "/etc/default/named"
}

// unitArguments are the arguments the unit starts named with: -f and the words of
// OPTIONS in its environment file.
func unitArguments(h *host.Host) []string {
	args := []string{"/usr/sbin/named", "-f"}
	if h.Flavour == host.RedHat {
		args = []string{"/usr/sbin/named", "-f", "-u", "named"}
	}
	text, _ := h.FS.ReadFile(environmentFile(h.Flavour), vfs.Cred{})
	return append(args, strings.Fields(environmentValue(string(text), "OPTIONS"))...)
}

// environmentValue reads a variable of an environment file (systemd.exec(5)); the
// last assignment counts.
func environmentValue(text, name string) (value string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		key, v, ok := strings.Cut(line, "=")
		if !ok || strings.TrimSpace(key) != name {
			continue
		}
		v = strings.TrimSpace(v)
		if n := len(v); n >= 2 && (v[0] == '"' || v[0] == '\'') && v[n-1] == v[0] {
			v = v[1 : n-1]
		}
		value = v
	}
	return value
}
