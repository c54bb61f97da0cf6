package dns

import (
	"strconv"
	"strings"
	"time"
)

// CheckzoneHost is what named-checkzone and named-compilezone need of the
// machine they run on. Only Read is required.
type CheckzoneHost struct {
	Read       ReadFile                             // paths as given, after -w and -t
	Write      func(path string, data []byte) error // -o
	Chdir      func(path string) error              // -w
	Chroot     func(path string) error              // -t
	Stdin      []byte                               // the zone if the file is "-" or missing
	LookupHost func(name string) HostLookup         // getaddrinfo
	Now        time.Time
	Limits     Limits
}

// CheckzoneResult is a finished run.
type CheckzoneResult struct {
	Stdout, Stderr string
	Status         int
	Zone           *Zone // the zone, if it was loaded
	Messages       []Message
}

// checkzoneRun is one run of the command.
type checkzoneRun struct {
	host        CheckzoneHost
	prog        string
	compile     bool
	opts        LoadOptions
	out, errs   strings.Builder
	info        *strings.Builder // where messages go
	class       string
	output      string
	hasOutput   bool
	dump        bool
	relative    bool
	quiet       bool
	ask         bool // resolve names outside the zone
	workdir     string
	inputFormat string
	outFormat   string
}

// exit ends the command early.
type exit int

// CheckZone runs "named-checkzone ARGS" or, if prog is named-compilezone, that
// command. args does not include the program's name.
func CheckZone(prog string, args []string, host CheckzoneHost) CheckzoneResult {
	run := &checkzoneRun{host: host, prog: prog, compile: strings.HasSuffix(prog, "named-compilezone"),
		opts: CheckzoneOptions(), class: "IN", ask: true}
	run.prog = prog[strings.LastIndexByte(prog, '/')+1:]
	if run.compile {
		run.opts.CheckNames, run.opts.CheckNS = Fail, Fail
	}
	rest, stop := run.parse(args)
	if stop == nil {
		stop = run.prepare(len(rest))
	}
	if stop != nil {
		return CheckzoneResult{Stdout: run.out.String(), Stderr: run.errs.String(), Status: int(*stop)}
	}
	return run.check(rest)
}

func (r *checkzoneRun) fail(text string) *exit {
	r.errs.WriteString(text)
	status := exit(1)
	return &status
}

func (r *checkzoneRun) usage() *exit {
	output := "[-o filename]"
	if r.compile {
		output = "-o filename"
	}
	return r.fail("usage: " + r.prog + " [-djqvD] [-c class] [-f inputformat] [-F outputformat] [-J filename] " +
		"[-s (full|relative)] [-t directory] [-w directory] [-k (ignore|warn|fail)] [-m (ignore|warn|fail)] " +
		"[-n (ignore|warn|fail)] [-r (ignore|warn|fail)] [-i (full|full-sibling|local|local-sibling|none)] " +
		"[-M (ignore|warn|fail)] [-S (ignore|warn|fail)] [-W (ignore|warn)] " + output + " zonename [ (filename|-) ]\n")
}

// parse reads the options as getopt does and returns the other arguments.
func (r *checkzoneRun) parse(args []string) ([]string, *exit) {
	const withValue = "cfikLlmnrstowFMSTWJ"
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" {
			return args[1:], nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			return args, nil
		}
		args = args[1:]
		for i := 1; i < len(arg); i++ {
			c, value := arg[i], ""
			if strings.IndexByte(withValue, c) >= 0 {
				switch {
				case i+1 < len(arg):
					value = arg[i+1:]
				case len(args) > 0:
					value, args = args[0], args[1:]
				default:
					r.fail(r.prog + ": invalid argument -" + string(c) + "\n")
					return nil, r.usage()
				}
				i = len(arg)
			}
			if stop := r.option(c, value); stop != nil {
				return nil, stop
			}
		}
	}
	return args, nil
}

// option applies one option.
func (r *checkzoneRun) option(c byte, value string) *exit {
	switch c {
	case 'c':
		r.class = value
	case 'd', 'j', 'J': // debugging and journals change nothing here
	case 'f':
		r.inputFormat = value
	case 'F':
		r.outFormat = value
	case 'o':
		r.output, r.hasOutput = value, true
	case 'q':
		r.quiet = true
	case 'D':
		r.dump = true
	case 't':
		return r.chroot(value)
	case 'w':
		r.workdir = value
	case 'v':
		r.out.WriteString("9.18.49-1~deb12u3-Debian\n")
		status := exit(0)
		return &status
	case 's':
		if value != "full" && value != "relative" {
			return r.fail("unknown or unsupported style: " + value + "\n")
		}
		r.relative = value == "relative"
	case 'L', 'l':
		return r.numeric(c, value)
	case 'i':
		return r.integrity(value)
	case 'k', 'm', 'n', 'r', 'M', 'S', 'T', 'W':
		return r.policy(c, value)
	case 'h':
		return r.usage()
	default:
		if c != '?' {
			r.fail(r.prog + ": invalid argument -" + string(c) + "\n")
		}
		return r.usage()
	}
	return nil
}

func (r *checkzoneRun) chroot(dir string) *exit {
	if r.host.Chroot == nil {
		return nil
	}
	if err := r.host.Chroot(dir); err != nil {
		return r.fail("isc_dir_chroot: " + dir + ": " + readResult(err).Error() + "\n")
	}
	return nil
}

func (r *checkzoneRun) numeric(c byte, value string) *exit {
	n, err := strconv.ParseInt(value, 0, 64)
	switch {
	case err != nil && c == 'L':
		return r.fail("source serial number must be numeric")
	case err != nil:
		return r.fail("maximum TTL must be numeric")
	case c == 'l':
		r.opts.MaxTTL = uint32(n)
	}
	return nil
}

func (r *checkzoneRun) integrity(value string) *exit {
	o := &r.opts
	switch value {
	case "full":
		o.CheckIntegrity, o.CheckSibling, r.ask = true, true, true
	case "full-sibling":
		o.CheckIntegrity, o.CheckSibling, r.ask = true, false, true
	case "local":
		o.CheckIntegrity, o.CheckSibling, r.ask = true, true, false
	case "local-sibling":
		o.CheckIntegrity, o.CheckSibling, r.ask = true, false, false
	case "none":
		o.CheckIntegrity, o.CheckSibling, r.ask = false, false, false
	default:
		return r.fail("invalid argument to -i: " + value + "\n")
	}
	return nil
}

// policy applies the options whose value is ignore, warn or fail.
func (r *checkzoneRun) policy(c byte, value string) *exit {
	p, ok := map[string]Policy{"ignore": Ignore, "warn": Warn, "fail": Fail}[value]
	if c == 'W' {
		if ok && p != Fail {
			r.opts.CheckWildcard = p == Warn
		}
		return nil
	}
	if !ok || c == 'T' && p == Fail {
		return r.fail("invalid argument to -" + string(c) + ": " + value + "\n")
	}
	switch c {
	case 'k':
		r.opts.CheckNames = p
	case 'm':
		r.opts.CheckMX = p
	case 'n':
		r.opts.CheckNS = p
	case 'M':
		r.opts.MXCNAME = p
	case 'S':
		r.opts.SRVCNAME = p
	case 'T':
		r.opts.CheckSPF = p == Warn
	}
	return nil
}

// prepare makes the settings that BIND makes after reading all options.
func (r *checkzoneRun) prepare(arguments int) *exit {
	if r.workdir != "" && r.host.Chdir != nil {
		if err := r.host.Chdir(r.workdir); err != nil {
			return r.fail("isc_dir_chdir: " + r.workdir + ": " + readResult(err).Error() + "\n")
		}
	}
	for _, format := range []string{r.inputFormat, r.outFormat} {
		if f := strings.ToLower(format); f != "" && f != "text" && f != "raw" && !strings.HasPrefix(f, "raw=") {
			return r.fail("unknown file format: " + format + "\n")
		}
	}
	if r.compile {
		r.dump = true
		if !r.hasOutput {
			r.fail("output file required, but not specified\n")
			return r.usage()
		}
	}
	r.dump = r.dump || r.hasOutput
	r.info = &r.out
	if r.dump && r.toStdout() {
		r.info = &r.errs
	}
	if arguments < 1 || arguments > 2 {
		return r.usage()
	}
	return nil
}

func (r *checkzoneRun) toStdout() bool {
	return !r.hasOutput || r.output == "-" || r.output == "/dev/fd/1" || r.output == "/dev/stdout"
}

// check loads the zone and writes it out if asked to.
func (r *checkzoneRun) check(args []string) CheckzoneResult {
	o := r.opts
	o.Origin, o.File, o.Read, o.Now, o.Limits = args[0], "-", r.host.Read, r.host.Now, r.host.Limits
	if len(args) == 2 {
		o.File = args[1]
	}
	if o.File == "-" {
		o.Read = r.readStdin
	}
	if r.ask {
		o.LookupHost = r.host.LookupHost
	}
	var known bool
	if o.Class, known = ParseClass(r.class); !known {
		return r.finish(nil, nil, ErrUnknown)
	}
	zone, messages, err := Load(o)
	return r.finish(zone, messages, err)
}

func (r *checkzoneRun) readStdin(path string) ([]byte, error) {
	if path == "-" {
		return r.host.Stdin, nil
	}
	return r.host.Read(path)
}

// finish prints the messages, writes the zone and ends with "OK".
func (r *checkzoneRun) finish(zone *Zone, messages []Message, err error) CheckzoneResult {
	if !r.quiet {
		for _, m := range messages {
			r.info.WriteString(m.Text + "\n")
		}
		if err != nil && len(messages) > 0 {
			r.info.WriteString(notLoaded(messages))
		}
	}
	result := CheckzoneResult{Zone: zone, Messages: messages, Status: 1}
	if err == nil && r.dump {
		err = r.dumpZone(zone)
	}
	if err == nil {
		result.Status = 0
		if !r.quiet {
			r.info.WriteString("OK\n")
		}
	}
	result.Stdout, result.Stderr = r.out.String(), r.errs.String()
	return result
}

// notLoaded is the closing line of a failed load; its zone is named in the line
// before.
func notLoaded(messages []Message) string {
	label, _, _ := strings.Cut(messages[len(messages)-1].Text, ": ")
	return label + ": not loaded due to errors.\n"
}

func (r *checkzoneRun) dumpZone(zone *Zone) error {
	style := FullStyle
	if r.relative {
		style = RelativeStyle
	}
	text := zone.Text(style)
	if r.toStdout() {
		r.out.WriteString(text)
		return nil
	}
	if r.compile && !r.quiet {
		r.info.WriteString("dump zone to " + r.output + "...")
	}
	if r.host.Write == nil || r.host.Write(r.output, []byte(text)) != nil {
		r.fail("could not open output file \"" + r.output + "\" for writing\n")
		return ErrIO
	}
	if r.compile && !r.quiet {
		r.info.WriteString("done\n")
	}
	return nil
}
