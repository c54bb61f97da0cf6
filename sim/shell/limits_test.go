package shell

import (
	"strings"
	"testing"
	"time"

	"mxlab/sim/vtime"
)

// TestLimits runs what would take a real machine down. Each must end, soon, with
// the words a real system has for it where there are such, and leave nothing
// behind.
func TestLimits(t *testing.T) {
	deep := func(open, end string, n int) string { return strings.Repeat(open, n) + strings.Repeat(end, n) }
	for _, c := range []struct{ name, script, want string }{
		{"endless loop", "while :; do :; done", "Killed"},
		{"endless for", "for ((;;)); do :; done", "Killed"},
		{"fork bomb", ":(){ :|:& };:; sleep 1", "fork: retry: Resource temporarily unavailable"},
		{"fork bomb, waiting", "f() { f | f; }; f", "Resource temporarily unavailable"},
		{"subshells", "f() { (f); }; f", "Resource temporarily unavailable"},
		{"background jobs", "while :; do sleep 1000 & done", "Resource temporarily unavailable"},
		{"recursion", "f() { f; }; f", "maximum function nesting level exceeded"},
		{"eval recursion", "x='eval \"$x\"'; eval \"$x\"", "maximum nesting level exceeded"},
		{"doubling", "a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done", "cannot allocate"},
		{"appending", "a=xxxxxxxxxxxxxxxxx; while :; do a+=$a; done", "cannot allocate"},
		{"array", "i=0; while :; do a[i]=xxxxxxxxxxxxxxxx$i; i=$((i+1)); done", ""},
		{"replacement", "a=$(printf %0500000d 0); b=${a//0/$a}; echo ${#b}", "cannot allocate"},
		{"many words", "a=$(printf %0500000d 0); echo " + strings.Repeat("$a", 400) + " >/dev/null", "cannot allocate"},
		{"width", "printf %1000000000d 1", "Cannot allocate memory"},
		{"substitution", "x=$(yes); echo ${#x}", ""},
		{"pipe", "yes | cat", ""},
		{"output", "yes", ""},
		{"braces", "echo {1..100000}{1..100000} > /dev/null", ""},
		{"parentheses", deep("(", ")", 1<<20), "syntax error"},
		{"braces nested", "echo " + deep("${x:-", "}", 1<<18), "syntax error"},
		{"substitutions nested", "echo " + deep("$(", ")", 1<<18), "syntax error"},
		{"arithmetic nested", "echo $((" + deep("(", ")", 1<<18) + "))", "syntax error"},
		{"negations", strings.Repeat("! ", 1<<20) + "true", "syntax error"},
		{"ifs", strings.Repeat("if ", 1<<18), "syntax error"},
		{"blocks", deep("{ ", "}", 1<<18), "syntax error"},
		{"deep but allowed", "echo " + deep("$((", "))", 300), ""},
		{"and list", "true" + strings.Repeat(" && true", 4000) + " && echo ok", ""},
		{"pipeline", "true" + strings.Repeat(" | true", 400), ""},
		{"arithmetic recursion", "a=b+1; b=a+1; echo $((a))", "recursion level"},
		{"power", "echo $((2**9223372036854775807)) $((-9223372036854775807-1)) $(( (-9223372036854775807-1)/-1 )) $((1<<-1))", ""},
		{"trap in trap", "trap 'kill -TERM $$' TERM; kill -TERM $$; :; :", ""},
		{"source itself", "echo '. ./s' > s; . ./s", "maximum nesting level exceeded"},
		{"script runs itself", "echo './s' > s; echo 'sh s' > s; sh s", ""},
		{"alias loop", "shopt -s expand_aliases\nalias a=b\nalias b=a\na", "command not found"},
		{"glob", "set -f; x=$(printf '*%.0s' {1..2000}); set +f; case aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa in $x) echo y;; esac", ""},
		{"here-documents", "while :; do cat <<E\nx\nE\ndone", ""},
		{"read forever", "yes | while read x; do y=$y$x; done", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			start := time.Now()
			r := w.bash(c.script)
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
			if c.want != "" && !strings.Contains(r.err, c.want) {
				t.Errorf("status %d, said %.300q, want %q", r.status, r.err, c.want)
			}
			w.k.Do(0, func(task *vtime.Task) { task.Sleep(2000 * time.Second) })
			w.settled(c.name)
			if r := w.bash("echo alive"); r.out != "alive\n" {
				t.Errorf("afterwards: %+v", r)
			}
		})
	}
}

// TestInteractiveLimits does some of them at a terminal: the shell goes on.
func TestInteractiveLimits(t *testing.T) {
	w := newWorld(t)
	tm := w.login()
	for _, c := range []struct{ line, want string }{
		{"while :; do :; done", "Killed"},
		{":(){ :|:& };:", "-bash: fork: retry: Resource temporarily unavailable"},
		{"f() { f; }; f", "maximum function nesting level exceeded"},
		{"a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done", "cannot allocate"},
		{"yes | cat", "y\ny\n"},
		{"while true; do echo loop; done", "loop\nloop\n"},
		{strings.Repeat("(", 1<<20), "syntax error"},
		{"yes", "y\ny\n"},
	} {
		out := tm.run(c.line)
		if !strings.Contains(out, c.want) {
			t.Errorf("%.40q: showed %.300q, want %q", c.line, out, c.want)
		}
		if tm.p.Ended() {
			t.Fatalf("%.40q ended the shell", c.line)
		}
		tm.run("unset a")
		if out := tm.run("echo alive"); !strings.Contains(out, "alive\n") {
			t.Errorf("after %.40q: %.300q", c.line, out)
		}
	}
	if n := len(w.h.Procs()); n != 1 {
		t.Errorf("%d processes are left", n-1)
	}
}
