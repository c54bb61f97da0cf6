package mta_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

var update = flag.Bool("update", false, "write the scripts' output into testdata")

// TestScripts runs testdata/*.txt: txtar archives whose files are put on the
// hosts (HOST/PATH) and whose comment is a script. Its commands are
//
//	host$ command     run it as root; what it prints follows
//	@ 30s             let time pass
//	log host          the lines added to mail.log since the last time
//	smtp client>host  a dialogue: lines "C: text" are sent, answers follow
//	trace kind...     the trace events of these kinds since the last time
//	# text            a remark
//
// Everything else is expected output, indented.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(data)
			script := &txtar.Archive{Files: archive.Files}
			s := &scriptRun{world: newWorld(t, string(txtar.Format(script)))}
			got := s.run(string(archive.Comment))
			if got == string(archive.Comment) {
				return
			}
			if !*update {
				t.Fatalf("output differs (-want +got):\n%s", cmp.Diff(strings.Split(string(archive.Comment), "\n"), strings.Split(got, "\n")))
			}
			archive.Comment = []byte(got)
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// scriptRun is one run of a script.
type scriptRun struct {
	*world
	out    strings.Builder
	events uint64
}

func (s *scriptRun) run(script string) string {
	lines := strings.Split(strings.TrimSuffix(script, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, "\tC: ") {
			continue
		}
		s.out.WriteString(line + "\n")
		host, command, isCommand := strings.Cut(line, "$ ")
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || word == "#":
		case word == "@":
			d, err := time.ParseDuration(rest)
			if err != nil {
				s.t.Fatal(err)
			}
			s.world.run(d)
		case word == "log":
			s.print(s.mailLog(rest))
		case word == "trace":
			s.trace(strings.Fields(rest))
		case word == "smtp":
			var say []string
			for ; i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t"); i++ {
				if c, ok := strings.CutPrefix(lines[i+1], "\tC: "); ok {
					say = append(say, c)
				}
			}
			from, to, _ := strings.Cut(rest, ">")
			s.print(s.dialogue(from, to, say))
		case isCommand && s.hosts[host] != nil:
			s.print(s.sh(host, command))
		default:
			s.t.Fatalf("bad line: %s", line)
		}
	}
	return s.out.String()
}

func (s *scriptRun) print(text string) {
	for line := range strings.Lines(text) {
		s.out.WriteString("\t" + strings.TrimRight(line, "\n") + "\n")
	}
}

func (s *scriptRun) trace(kinds []string) {
	s.log.After(s.events, func(e *trace.Event) bool {
		s.events = e.Seq
		for _, k := range kinds {
			if e.Kind.String() == k {
				s.print(fmt.Sprintf("%s %s %s %s", e.Kind, e.Outcome, e.Node, e.Label()))
			}
		}
		return true
	})
}

// dialogue talks SMTP from one host to another, waiting for the answer to each
// line. "(close)" closes the connection, "(wait 5m)" only listens, "(all)" sends
// the rest at once; \r, \n, \0 stand for themselves.
func (s *scriptRun) dialogue(from, to string, say []string) string {
	var out strings.Builder
	s.do(func(t *vtime.Task) {
		addr := ""
		for _, at := range addressesOf() {
			if at.host == to {
				addr = at.addr
			}
		}
		c, err := s.hosts[from].Node.DialTCP(t, netip.AddrPort{}, netip.AddrPortFrom(netip.MustParseAddr(addr), 25), vnet.Owner{Name: "telnet"}, time.Minute)
		if err != nil {
			fmt.Fprintln(&out, err)
			return
		}
		defer c.Close()
		open := hear(c, &out, 10*time.Second)
		for i, line := range say {
			fmt.Fprintln(&out, "C: "+line)
			switch {
			case !open:
				return
			case line == "(close)":
				return
			case strings.HasPrefix(line, "(wait "):
				d, _ := time.ParseDuration(strings.Trim(line[6:], ")"))
				open = hear(c, &out, d)
				continue
			case line == "(all)":
				for _, l := range say[i+1:] {
					fmt.Fprintln(&out, "C: "+l)
				}
				c.Write([]byte(strings.Join(say[i+1:], "\r\n") + "\r\n"))
				hear(c, &out, 10*time.Second)
				return
			}
			c.Write([]byte(strings.NewReplacer(`\r`, "\r", `\n`, "\n", `\0`, "\x00").Replace(line) + "\r\n"))
			open = hear(c, &out, 10*time.Second)
		}
		t.Settle(time.Minute)
	})
	s.do(func(t *vtime.Task) { t.Settle(time.Minute) })
	return out.String()
}

// hear writes down what comes in until the peer waits. It reports false at the
// end of the connection.
func hear(c *vnet.Conn, out *strings.Builder, most time.Duration) bool {
	c.SetReadTimeout(most)
	buf := make([]byte, 4096)
	for n := 0; ; n++ {
		if n > 0 && c.Quiet() {
			return true
		}
		k, err := c.Read(buf)
		out.WriteString(strings.ReplaceAll(string(buf[:k]), "\r", ""))
		if err != nil {
			if ne, ok := err.(interface{ Timeout() bool }); !ok || !ne.Timeout() {
				out.WriteString("(closed)\n")
				return false
			}
			return true
		}
	}
}
