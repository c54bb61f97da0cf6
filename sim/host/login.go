package host

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"time"

	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
)

// The files of utmp(5). utmp is in memory: it does not survive a boot.
const (
	utmpFile = "/run/utmp"
	wtmpFile = "/var/log/wtmp"
	btmpFile = "/var/log/btmp"
)

// Types of utmp(5) records.
const (
	RunLevel    = 1
	BootTime    = 2
	UserProcess = 7
	DeadProcess = 8
	loginTry    = 6 // LOGIN_PROCESS, in btmp
)

// LoginRecord is a record of utmp(5).
type LoginRecord struct {
	Type int
	PID  int
	Line string // "pts/0"
	User string
	From string // host the login came from, "" for a console
	Time time.Time
}

// recordSize is that of struct utmp on Linux.
const recordSize = 384

// Marshal returns the record as it stands in the file.
func (r LoginRecord) Marshal() []byte {
	b := make([]byte, recordSize)
	binary.LittleEndian.PutUint16(b, uint16(r.Type))
	binary.LittleEndian.PutUint32(b[4:], uint32(r.PID))
	copy(b[8:40], r.Line)
	copy(b[40:44], strings.TrimPrefix(r.Line, "pts/"))
	copy(b[44:76], r.User)
	copy(b[76:332], r.From)
	binary.LittleEndian.PutUint32(b[340:], uint32(r.Time.Unix()))
	binary.LittleEndian.PutUint32(b[344:], uint32(r.Time.Nanosecond()/1000))
	if a, err := netip.ParseAddr(r.From); err == nil {
		copy(b[348:364], a.AsSlice())
	}
	return b
}

// ParseLoginRecords reads a file of utmp(5) records. A last part that is too
// short is left out.
func ParseLoginRecords(b []byte) (list []LoginRecord) {
	text := func(b []byte) string {
		s, _, _ := strings.Cut(string(b), "\x00")
		return s
	}
	for ; len(b) >= recordSize; b = b[recordSize:] {
		list = append(list, LoginRecord{Type: int(binary.LittleEndian.Uint16(b)), PID: int(binary.LittleEndian.Uint32(b[4:])),
			Line: text(b[8:40]), User: text(b[44:76]), From: text(b[76:332]),
			Time: time.Unix(int64(binary.LittleEndian.Uint32(b[340:])), 1000*int64(binary.LittleEndian.Uint32(b[344:])))})
	}
	return list
}

// LoggedIn records the beginning of a session in utmp and wtmp (login(3)).
func (h *Host) LoggedIn(user, line, from string, pid int) {
	r := LoginRecord{Type: UserProcess, PID: pid, Line: line, User: user, From: from, Time: h.Clock.Now()}
	h.record(wtmpFile, r)
	h.setUtmp(r)
	h.Log.Emit(trace.Event{Kind: trace.Login, Node: h.Name, Outcome: trace.OK, Data: trace.F("login "+user, "user", user, "line", line, "from", from)})
}

// LoggedOut records the end of the session on a line (logout(3)).
func (h *Host) LoggedOut(line string, pid int) {
	r := LoginRecord{Type: DeadProcess, PID: pid, Line: line, Time: h.Clock.Now()}
	h.record(wtmpFile, r)
	h.setUtmp(r)
	h.Log.Emit(trace.Event{Kind: trace.Login, Node: h.Name, Outcome: trace.Neutral, Data: trace.F("logout", "line", line)})
}

// LoginFailed records a wrong password or user in btmp (lastb(1)).
func (h *Host) LoginFailed(user, line, from string, pid int) {
	h.record(btmpFile, LoginRecord{Type: loginTry, PID: pid, Line: line, User: user, From: from, Time: h.Clock.Now()})
}

func (h *Host) record(file string, r LoginRecord) {
	f, err := h.FS.Open(file, vfs.O_WRONLY|vfs.O_APPEND, 0, Root) // without the file nothing is recorded
	if err != nil {
		return
	}
	f.Write(r.Marshal())
	f.Close()
}

// setUtmp replaces the record of a line, or of the boot.
func (h *Host) setUtmp(r LoginRecord) {
	old, _ := h.FS.ReadFile(utmpFile, Root)
	var b []byte
	for _, o := range ParseLoginRecords(old) {
		if o.Line != r.Line || o.Type == BootTime {
			b = append(b, o.Marshal()...)
		}
	}
	if r.Type != DeadProcess {
		b = append(b, r.Marshal()...)
	}
	h.FS.WriteFile(utmpFile, b, 0o664, Root)
}

// Sessions returns the logins of utmp in the order they began.
func (h *Host) Sessions() (list []LoginRecord) {
	b, _ := h.FS.ReadFile(utmpFile, Root)
	for _, r := range ParseLoginRecords(b) {
		if r.Type == UserProcess {
			list = append(list, r)
		}
	}
	return list
}

// LastLogin returns the newest login of a user in wtmp.
func (h *Host) LastLogin(user string) (last LoginRecord, ok bool) {
	b, _ := h.FS.ReadFile(wtmpFile, Root)
	for _, r := range ParseLoginRecords(b) {
		if r.Type == UserProcess && r.User == user {
			last, ok = r, true
		}
	}
	return last, ok
}

// noteBoot records that the system has come up, or, with down, that it goes
// down.
func (h *Host) noteBoot(down bool) {
	r := LoginRecord{Type: BootTime, Line: "~", User: "reboot", From: kernelRelease, Time: h.Clock.Now()}
	if down {
		r.Type, r.User = RunLevel, "shutdown"
	}
	h.record(wtmpFile, r)
	if !down {
		h.FS.WriteFile(utmpFile, r.Marshal(), 0o664, Root)
	}
}

// kernelRelease is what uname -r prints.
const kernelRelease = "6.1.0-37-amd64"
