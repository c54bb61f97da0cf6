package sim_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/scenarios"
	"mxlab/sim"
)

// A script is a lesson: what somebody types on the machines of a world, and
// everything they see. It is the comment of a txtar archive; the archive's
// files, named HOST/path, are on the hosts' disks when these boot. A line is
//
//	# text                    a remark
//	network NAME [seed N]     the world, first of all; seed 1 if not said. At the
//	                          end "with HOST:PACKAGE" installs one more package
//	scenario ID [seed N]
//	HOST$ command             typed into the host's terminal; lines that begin with "> " continue it
//	HOST> text                typed into the program that runs there
//	HOST:2$ command           in a second terminal
//	HOST@PC$ command          in the terminal that ssh from PC has opened
//	HOST$^C, HOST$^D          interrupt, end of input
//	HOST$^O                   the terminal is opened
//	@ DURATION                time passes
//	mail FROM TO SUBJECT      somebody sends a mail with their mail client
//	fetch ADDRESS             somebody reads their mailbox
//	portal NAME REQUEST [FIELD=VALUE ...]
//	reboot HOST
//	power on|off|reset HOST
//	trace dns|smtp|all [HOST] what happened since the last such line
//
// and the lines up to the next such line are its complete output. Empty lines
// before a line of the above are layout. In the output a backslash before a
// line that would be taken for one of the above, or for layout, is not part of
// it, and \c at the very end stands for a missing end of line. What another
// terminal shows is printed as "[HOST:2]" and its lines. Queue ids are written
// QUEUE1, QUEUE2 ... (see queueNames), in what is typed too.
//
//	go test ./sim -run TestScripts -update
//
// writes the output as it is now. Read the difference.

var update = flag.Bool("update", false, "rewrite the expected output of testdata/scripts")

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/scripts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	lib := sim.NewLibrary()
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runScript(t, lib, file)
		})
	}
}

// step is a line of a script with what belongs to it.
type step struct {
	line int
	text []string // the line and its continuation
	want []string // expected output, as written
	gap  int      // empty lines that follow
}

var (
	directive = regexp.MustCompile(`^(#|@ |network |scenario |mail |fetch |portal |reboot |power |trace |[a-z][a-z0-9-]*(:[a-z0-9]+)?(@[a-z][a-z0-9-]*)?(\$|>)( |\^[CDO]$))`)
	typed     = regexp.MustCompile(`^([a-z][a-z0-9-]*)(?::([a-z0-9]+))?(?:@([a-z][a-z0-9-]*))?[$>](?: (.*)|\^([CDO]))$`)
)

func parseScript(text string) (steps []step) {
	for i, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		n := len(steps) - 1
		switch {
		case directive.MatchString(l):
			steps = append(steps, step{line: i + 1, text: []string{l}})
		case n < 0:
			steps = append(steps, step{line: i + 1, text: []string{l}})
		case (l == ">" || strings.HasPrefix(l, "> ")) && len(steps[n].want) == 0 && typed.MatchString(steps[n].text[0]):
			steps[n].text = append(steps[n].text, l)
		default:
			steps[n].want = append(steps[n].want, l)
		}
	}
	for i := range steps {
		s := &steps[i]
		for len(s.want) > 0 && s.want[len(s.want)-1] == "" {
			s.want, s.gap = s.want[:len(s.want)-1], s.gap+1
		}
	}
	return steps
}

// written returns output as a script shows it.
func written(out string) (lines []string) {
	if out == "" {
		return nil
	}
	out, whole := strings.CutSuffix(out, "\n")
	lines = strings.Split(out, "\n")
	for i, l := range lines {
		if directive.MatchString(l) || strings.HasPrefix(l, `\`) || i == 0 && strings.HasPrefix(l, ">") || strings.HasPrefix(l, "-- ") && strings.HasSuffix(l, " --") {
			lines[i] = `\` + l
		}
	}
	for i := len(lines) - 1; i >= 0 && lines[i] == ""; i-- {
		lines[i] = `\`
	}
	if !whole {
		lines[len(lines)-1] += `\c`
	}
	return lines
}

func runScript(t *testing.T, lib *sim.Library, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ar := txtar.Parse(data)
	steps := parseScript(string(ar.Comment))
	player := &player{t: t, lib: lib, files: ar.Files, traced: map[string]uint64{}, queue: queueNames{known: map[string]bool{}}}
	var now strings.Builder
	for _, s := range steps {
		got := written(player.named(s.text))
		if !slices.Equal(got, s.want) && !*update {
			t.Errorf("%s:%d: %s\n--- want\n%s\n--- got\n%s", file, s.line, s.text[0], strings.Join(s.want, "\n"), strings.Join(got, "\n"))
		}
		for _, l := range append(slices.Clone(s.text), got...) {
			now.WriteString(l + "\n")
		}
		now.WriteString(strings.Repeat("\n", s.gap))
	}
	if player.w == nil {
		t.Fatalf("%s: no world", file)
	}
	for _, f := range player.w.Faults() {
		t.Errorf("%s: internal error: %s", file, f)
	}
	if *update {
		ar.Comment = []byte(now.String())
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// player does the steps of a script.
type player struct {
	t      *testing.T
	lib    *sim.Library
	files  []txtar.File
	with   string // HOST:PACKAGE to be installed
	w      *sim.World
	traced map[string]uint64 // by the word of a trace line: the newest event seen
	queue  queueNames
}

// named does one step, with names for queue ids in and out.
func (p *player) named(text []string) string {
	in := make([]string, len(text))
	for i, l := range text {
		in[i] = p.queue.typed(l)
	}
	out := p.do(in)
	if p.w == nil {
		return out
	}
	return p.queue.name(p.w, out)
}

// do does one step and returns its output.
func (p *player) do(text []string) string {
	words := strings.Fields(text[0])
	switch {
	case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		return ""
	case words[0] == "network" || words[0] == "scenario":
		p.begin(words)
		return ""
	case p.w == nil:
		p.t.Fatalf("%q comes before the world", text[0])
	}
	if m := typed.FindStringSubmatch(text[0]); m != nil {
		a := sim.Action{On: m[1], Term: m[2], Via: m[3]}
		switch m[5] {
		case "O":
			a.Key = "open"
		case "C":
			a.Key = "interrupt"
		case "D":
			a.Key = "eof"
		default:
			a.Run = m[4] + "\n"
			for _, l := range text[1:] {
				a.Run += strings.TrimPrefix(strings.TrimPrefix(l, ">"), " ") + "\n"
			}
		}
		return p.act(a)
	}
	switch words[0] {
	case "@":
		d, err := sim.ParseDuration(words[1])
		if err != nil {
			p.t.Fatal(err)
		}
		return p.act(sim.Action{Advance: d})
	case "mail":
		return p.act(sim.Action{Mail: &sim.Mail{From: words[1], To: words[2], Subject: strings.Join(words[3:], " "), Body: "Hello.\n"}})
	case "fetch":
		return p.act(sim.Action{Fetch: words[1]})
	case "reboot":
		return p.act(sim.Action{Reboot: words[1]})
	case "power":
		return p.act(sim.Action{On: words[2], Power: words[1]})
	case "portal":
		a := sim.Action{Portal: words[1], Request: words[2], With: map[string]string{}}
		for _, w := range words[3:] {
			name, value, _ := strings.Cut(w, "=")
			a.With[name] = value
		}
		return p.act(a)
	case "trace":
		return p.trace(words[1:])
	}
	p.t.Fatalf("not a line of a script: %q", text[0])
	return ""
}

// begin makes the world.
func (p *player) begin(words []string) {
	name, seed := words[1], uint64(1)
	if words[0] == "network" {
		name = "network:" + name
	}
	if len(words) > 3 && words[len(words)-2] == "with" {
		p.with, words = words[len(words)-1], words[:len(words)-2]
	}
	if len(words) == 4 && words[2] == "seed" {
		var err error
		if seed, err = strconv.ParseUint(words[3], 10, 64); err != nil {
			p.t.Fatal(err)
		}
	}
	set, err := scenarios.Open(name)
	if err != nil {
		p.t.Fatal(err)
	}
	d, err := set.Draw(seed)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range p.files {
		host, path, _ := strings.Cut(f.Name, "/")
		i := slices.IndexFunc(d.Blueprint.Hosts, func(h sim.Host) bool { return h.Name == host })
		if i < 0 {
			p.t.Fatalf("file %s: no host %q", f.Name, host)
		}
		h := &d.Blueprint.Hosts[i]
		h.Files = append(h.Files, sim.File{Path: "/" + path, Data: f.Data})
	}
	if name, pkg, ok := strings.Cut(p.with, ":"); ok {
		i := slices.IndexFunc(d.Blueprint.Hosts, func(h sim.Host) bool { return h.Name == name })
		if i < 0 {
			p.t.Fatalf("with %s: no such host", p.with)
		}
		d.Blueprint.Hosts[i].Packages = append(slices.Clone(d.Blueprint.Hosts[i].Packages), pkg)
	}
	plan, err := p.lib.Compile(d.Blueprint)
	if err != nil {
		p.t.Fatal(err)
	}
	p.w = world(p.t, plan)
}

// act does an action and returns all that is seen of it.
func (p *player) act(a sim.Action) string {
	res, err := p.w.Do(a)
	if err != nil {
		p.t.Fatal(err)
	}
	var b strings.Builder
	if a.Mail == nil && a.Fetch == "" {
		b.WriteString(res.Output)
	}
	if res.Truncated {
		b.WriteString("[output cut off]\n")
	}
	if res.Message != nil {
		b.WriteString(res.Message.EN + "\n")
	}
	for i, m := range res.Mails {
		fmt.Fprintf(&b, "[message %d]\n%s", i+1, strings.ReplaceAll(m.Data, "\r\n", "\n"))
	}
	if res.Err != "" {
		fmt.Fprintf(&b, "error: %s\n", res.Err)
	}
	if res.Ended && a.Via != "" {
		b.WriteString("[ended]\n")
	}
	if res.Cut {
		b.WriteString("[no answer]\n")
	}
	for _, s := range res.Screens {
		name := strings.TrimSuffix(s.On+":"+s.Term, ":")
		if s.Via != "" {
			name += "@" + s.Via
		}
		if s.Cut {
			name += ", no answer"
		}
		fmt.Fprintf(&b, "[%s]\n%s", name, s.Output)
	}
	return b.String()
}
