package shell

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// job is a list that was started in the background.
type job struct {
	id     int
	proc   *host.Proc
	text   string
	waited bool // its end has been told, or its status taken
}

// jobTable are the jobs of a shell.
type jobTable struct{ list []*job }

func (t *jobTable) add(p *host.Proc, text string) *job {
	id := 1
	for _, j := range t.list {
		id = max(id, j.id+1)
	}
	j := &job{id: id, proc: p, text: text}
	t.list = append(t.list, j)
	return j
}

func (t *jobTable) forget(j *job) {
	for i := range t.list {
		if t.list[i] == j {
			t.list = append(t.list[:i:i], t.list[i+1:]...)
			return
		}
	}
}

// find resolves %1, %+, %-, %name and %%.
func (t *jobTable) find(spec string) *job {
	if len(t.list) == 0 {
		return nil
	}
	name := strings.TrimPrefix(spec, "%")
	if name == "" || name == "+" || name == "%" {
		return t.list[len(t.list)-1]
	}
	if name == "-" {
		return t.list[max(len(t.list)-2, 0)]
	}
	n, err := strconv.Atoi(name)
	for _, j := range t.list {
		if err == nil && j.id == n || err != nil && strings.HasPrefix(j.text, name) {
			return j
		}
	}
	return nil
}

func (t *jobTable) mark(j *job) string {
	switch n := len(t.list); {
	case t.list[n-1] == j:
		return "+"
	case n > 1 && t.list[n-2] == j:
		return "-"
	}
	return " "
}

// started is the line an interactive shell prints for a new job.
func (j *job) started() string { return fmt.Sprintf("[%d] %d\n", j.id, j.proc.PID) }

func (j *job) state() string {
	if !j.proc.Ended() {
		return "Running"
	}
	switch sig := j.proc.Signalled(); sig {
	case 0:
		if st := j.proc.Status(); st != 0 {
			return fmt.Sprintf("Exit %d", st)
		}
		return "Done"
	case host.SIGKILL:
		return "Killed"
	case host.SIGTERM:
		return "Terminated"
	case host.SIGHUP:
		return "Hangup"
	case host.SIGINT:
		return "Interrupt"
	default:
		return host.SignalName(sig)
	}
}

func (t *jobTable) line(j *job) string {
	text := strings.TrimSpace(strings.TrimSuffix(j.text, "&"))
	if !j.proc.Ended() {
		text += " &"
	}
	return fmt.Sprintf("[%d]%s  %-24s%s\n", j.id, t.mark(j), j.state(), text)
}

// tellJobs prints, before a prompt, which jobs have ended, and forgets them.
func (s *Shell) tellJobs(w io.Writer) {
	for _, j := range append([]*job(nil), s.jobs.list...) {
		if j.proc.Ended() {
			if !j.waited {
				io.WriteString(w, s.jobs.line(j))
			}
			s.jobs.forget(j)
		}
	}
}

func jobsBuiltin(s *Shell, args []string) int {
	pids := len(args) > 1 && args[1] == "-p"
	for _, j := range append([]*job(nil), s.jobs.list...) {
		switch {
		case pids:
			s.print(fmt.Sprintf("%d\n", j.proc.PID))
		case len(args) > 1 && args[1] == "-l":
			line := s.jobs.line(j)
			s.print(line[:5] + fmt.Sprintf("%d ", j.proc.PID) + strings.TrimPrefix(line[5:], " "))
		default:
			s.print(s.jobs.line(j))
		}
		if j.proc.Ended() {
			s.jobs.forget(j)
		}
	}
	return 0
}

func foreground(s *Shell, args []string) int {
	spec := "%+"
	if len(args) > 1 {
		spec = args[1]
	}
	j := s.jobs.find(spec)
	if j == nil {
		s.say("fg: %s: no such job", strings.Replace(spec, "%+", "current", 1))
		return 1
	}
	if !s.interactive {
		s.say("fg: no job control")
		return 1
	}
	s.print(strings.TrimSpace(strings.TrimSuffix(j.text, "&")) + "\n")
	status := 0
	s.inForeground(func() { status = s.waitFor(j.proc) }, j.proc)
	s.jobs.forget(j)
	return status
}

// wait waits for jobs: all, or those named. The status is that of the last one
// named, 127 for one that is not a child.
func wait(s *Shell, args []string) int {
	args = args[1:]
	if len(args) > 0 && args[0] == "-n" {
		args = args[1:]
	}
	if len(args) == 0 {
		for _, j := range append([]*job(nil), s.jobs.list...) {
			s.waitJob(j)
		}
		return 0
	}
	status := 0
	for _, a := range args {
		var j *job
		if strings.HasPrefix(a, "%") {
			if j = s.jobs.find(a); j == nil {
				s.say("wait: %s: no such job", a)
				status = 127
				continue
			}
		} else {
			pid, err := strconv.Atoi(a)
			if err != nil {
				s.say("wait: `%s': not a pid or valid job spec", a)
				return 1
			}
			for _, k := range s.jobs.list {
				if k.proc.PID == pid {
					j = k
				}
			}
			if j == nil {
				s.say("wait: pid %d is not a child of this shell", pid)
				status = 127
				continue
			}
		}
		status = s.waitJob(j)
	}
	return status
}

func (s *Shell) waitJob(j *job) int {
	status := 0
	s.inForeground(func() { status = j.proc.Wait(s.task()) }, s.p)
	if s.interactive {
		return status
	}
	j.waited = true
	s.jobs.forget(j)
	return status
}

// kill sends signals to processes and jobs.
func kill(s *Shell, args []string) int {
	args = args[1:]
	sig := host.SIGTERM
	if len(args) > 0 && (args[0] == "-l" || args[0] == "-L") {
		return s.killList(args[1:])
	}
	if len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && args[0] != "--" {
		name := args[0][1:]
		args = args[1:]
		if (name == "s" || name == "n") && len(args) > 0 {
			name, args = args[0], args[1:]
		}
		var ok bool
		if sig, ok = host.ParseSignal(name); !ok {
			s.say("kill: %s: invalid signal specification", name)
			return 1
		}
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(s.fd(2), "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]")
		return 2
	}
	status := 0
	for _, a := range args {
		status = max(status, s.killOne(a, sig))
	}
	return status
}

func (s *Shell) killOne(a string, sig host.Signal) int {
	if strings.HasPrefix(a, "%") {
		j := s.jobs.find(a)
		if j == nil {
			s.say("kill: %s: no such job", a)
			return 1
		}
		j.proc.Host.SignalGroup(j.proc.PGID, sig)
		j.proc.Signal(sig)
		return 0
	}
	pid, err := strconv.Atoi(a)
	if err != nil {
		s.say("kill: %s: arguments must be process or job IDs", a)
		return 1
	}
	if pid < 0 {
		s.p.Host.SignalGroup(-pid, sig)
		return 0
	}
	p := s.p.Host.Proc(pid)
	switch {
	case p == nil && pid != 1:
		s.say("kill: (%s) - No such process", a)
		return 1
	case pid == 1 || !s.p.Cred.IsRoot() && p.Cred.UID != s.p.Cred.UID:
		s.say("kill: (%s) - Operation not permitted", a)
		return 1
	}
	p.Signal(sig)
	return 0
}

func (s *Shell) killList(args []string) int {
	if len(args) == 0 {
		s.print(" 1) SIGHUP\t 2) SIGINT\t 3) SIGQUIT\t 9) SIGKILL\t10) SIGUSR1\n12) SIGUSR2\t13) SIGPIPE\t14) SIGALRM\t15) SIGTERM\t18) SIGCONT\n19) SIGSTOP\n")
		return 0
	}
	status := 0
	for _, a := range args {
		n, err := strconv.Atoi(a)
		if err == nil && n > 128 {
			a = itoa(n - 128)
		}
		sig, ok := host.ParseSignal(a)
		switch {
		case !ok:
			s.say("kill: %s: invalid signal specification", a)
			status = 1
		case err == nil:
			s.print(host.SignalName(sig) + "\n")
		default:
			s.print(itoa(int(sig)) + "\n")
		}
	}
	return status
}
