package shell

import (
	"strings"
	"testing"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

func TestTerminal(t *testing.T) {
	w := newWorld(t)
	tm := w.login()
	if p := tm.prompt(); p != "root@ns1:~# " {
		t.Errorf("prompt %q", p)
	}
	for _, c := range []struct{ line, out, prompt string }{
		{"echo hi", "hi\n", "root@ns1:~# "},
		{"nope", "-bash: nope: command not found\n", "root@ns1:~# "},
		{"(nope)", "-bash: nope: command not found\n", "root@ns1:~# "},
		{"cd /etc", "", "root@ns1:/etc# "},
		{"cd", "", "root@ns1:~# "},
		{"echo \"a", "", "> "},
		{"b\"", "a\nb\n", "root@ns1:~# "},
		{"for i in 1 2; do", "", "> "},
		{"echo $i", "", "> "},
		{"done", "1\n2\n", "root@ns1:~# "},
		{"cat <<E", "", "> "},
		{"x $HOME", "", "> "},
		{"E", "x /root\n", "root@ns1:~# "},
		{"cat > /tmp/x <<'E'", "", "> "},
		{"$HOME", "", "> "},
		{"E", "", "root@ns1:~# "},
		{"cat /tmp/x", "$HOME\n", "root@ns1:~# "},
		{"echo )", "-bash: syntax error near unexpected token `)'\n", "root@ns1:~# "},
		{"echo $?", "2\n", "root@ns1:~# "},
		{"x=1", "", "root@ns1:~# "},
		{"echo $x; echo ${y?gone}; echo no", "1\n-bash: y: gone\n", "root@ns1:~# "},
		{"alias ll='echo listing'", "", "root@ns1:~# "},
		{"ll a", "listing a\n", "root@ns1:~# "},
		{"!!", "listing a\n", "root@ns1:~# "},
		{"sleep 5 &", "[1] 4", "root@ns1:~# "},
		{"jobs", "[1]+  Running                 sleep 5 &\n", "root@ns1:~# "},
		{"sleep 6", "[1]+  Done                    sleep 5\n", "root@ns1:~# "},
		{"set -u; echo $zz; echo no", "-bash: zz: unbound variable\n", "root@ns1:~# "},
		{"set +u", "", "root@ns1:~# "},
		{"PS1='% '", "", "% "},
	} {
		out := tm.run(c.line)
		if !strings.HasPrefix(out, c.out) || c.out == "" && out != "" || tm.prompt() != c.prompt {
			t.Errorf("%q: showed %q, prompt %q; want %q, %q", c.line, out, tm.prompt(), c.out, c.prompt)
		}
	}
	if out := tm.act(func() { tm.tty.EndInput() }); out != "logout\n" || !tm.p.Ended() {
		t.Errorf("Ctrl+D: %q, ended %v", out, tm.p.Ended())
	}
}

// begin types a line and does not wait for it to end.
func (t *terminal) begin(line string, d time.Duration) {
	t.w.k.Do(0, func(task *vtime.Task) {
		t.w.h.Limits.Refill()
		t.tty.Input(line)
		task.Sleep(d)
	})
}

func TestInterrupt(t *testing.T) {
	w := newWorld(t)
	tm := w.login()
	for _, line := range []string{
		"sleep 1000; echo not reached",
		"for i in 1 2 3; do sleep 1000; done; echo not reached",
		"sleep 1000 | cat; echo not reached",
		"bash -c 'sleep 1000; echo not reached'; echo not reached",
		"(sleep 1000; echo not reached); echo not reached",
		"x=$(sleep 1000); echo not reached",
		"cat; echo not reached",
		"wait; read x; echo not reached",
	} {
		tm.begin(line, time.Second)
		out := tm.act(func() { tm.tty.Interrupt() })
		if strings.Contains(out, "not reached") || tm.p.Ended() {
			t.Errorf("%q: %q, shell ended: %v", line, out, tm.p.Ended())
		}
		if out := tm.run("echo $?"); out != "130\n" {
			t.Errorf("%q: status %q", line, out)
		}
		if n := len(w.h.Procs()); n != 1 {
			for _, p := range w.h.Procs() {
				t.Logf("left: %d %s", p.PID, p.Command())
			}
			t.Fatalf("%q: %d processes left", line, n-1)
		}
	}
	tm.run("echo 'a")
	tm.act(func() { tm.tty.Interrupt() })
	if p := tm.prompt(); p != "root@ns1:~# " {
		t.Errorf("Ctrl+C in a continued line: prompt %q", p)
	}
	tm.run("sleep 3 & ")
	tm.begin("sleep 1", time.Millisecond)
	tm.act(func() { tm.tty.Interrupt() })
	if out := tm.run("jobs"); !strings.Contains(out, "Running") {
		t.Errorf("background job after Ctrl+C: %q", out)
	}
}

func TestExitEndsTheShell(t *testing.T) {
	w := newWorld(t)
	tm := w.login()
	if out := tm.run("exit 3"); out != "logout\n" || !tm.p.Ended() || tm.p.Status() != 3 {
		t.Errorf("%q, ended %v, status %d", out, tm.p.Ended(), tm.p.Status())
	}
}

func TestCommandsAreSpans(t *testing.T) {
	w := newWorld(t)
	w.bash("cat /etc/passwd > out; echo more >> out; cat out | cat")
	var kinds []string
	w.h.Log.After(0, func(e *trace.Event) bool {
		if e.Kind == trace.Exec || e.Kind == trace.FileWrite {
			kinds = append(kinds, e.Kind.String()+" "+e.Label())
		}
		return true
	})
	want := "exec cat /etc/passwd,file.write write /tmp/w/out,file.write write /tmp/w/out,exec cat out,exec cat"
	if got := strings.Join(kinds, ","); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestComplete(t *testing.T) {
	w := newWorld(t)
	w.bash("> alpha; > 'al pha'")
	w.h.FS.MkdirAll("/tmp/w/alps", 0o755, host.Root)
	w.h.AddUnit(&host.Unit{Name: "named", Aliases: []string{"bind9"}})
	w.k.Do(0, func(task *vtime.Task) {
		p, err := w.h.Start(nil, func(*host.Proc) int { return 0 }, host.Spec{Args: []string{"x"}, Cwd: "/tmp/w", Env: host.NewEnv("PATH", "/bin", "HOME", "/root")})
		must(t, err)
		for _, c := range []struct{ line, want string }{
			{"al", "0 alias"},
			{"cat al", `4 al\ pha alpha alps/`},
			{"cat /etc/pa", "4 /etc/passwd"},
			{"echo a; slee", "8 sleep"},
			{"systemctl res", "10 restart"},
			{"systemctl restart b", "18 bind9"},
			{"cat < alph", "6 alpha"},
			{"echo $HO", "5 $HOME"},
		} {
			got := Complete(p, c.line, len(c.line))
			if s := itoa(got.Start) + " " + strings.Join(got.Candidates, " "); s != c.want {
				t.Errorf("%q: %s, want %s", c.line, s, c.want)
			}
		}
	})
}

// FuzzShell checks that no text makes the evaluator panic, hang or leave a
// process behind.
func FuzzShell(f *testing.F) {
	for _, s := range []string{"echo ${x:1:2}", "a=(1 2); echo ${a[@]:1}", "cat <<E\nx\nE", "for ((i=0;i<3;i++)); do echo $i; done", "[[ a =~ (b) ]]",
		"printf '%*d\\n' 3 4", "f() { :|:& }; f", "case x in [!a-z]) ;; esac", "echo $((1/0)) ~kim {a,b}{1..3}", "trap 'echo x' EXIT; set -eux", "IFS=:; read a b <<< c:d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		if len(script) > 2000 {
			return
		}
		w := newWorld(t)
		w.h.Limits.Steps = 100_000
		r := w.bash(script)
		if strings.Contains(r.err, "Segmentation fault") || strings.Contains(r.err, "internal error") {
			t.Errorf("%q: %q", script, r.err)
		}
		w.k.Close()
	})
}
