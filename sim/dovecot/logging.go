package dovecot

import (
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/trace"
)

// log writes one line for a process, such as "imap(bob)<412><xyz>". Text begins
// with "Error: ", "Warning: " or "Fatal: " where Dovecot says so; in a file of
// its own other lines get "Info: ".
func (in *Instance) log(sev host.Severity, process, text string) {
	file := "syslog"
	if in.cfg != nil {
		file = in.cfg.Str("log_path")
		if info := in.cfg.Str("info_log_path"); info != "" && sev >= host.Info {
			file = info
		}
	}
	if file == "syslog" || file == "" {
		fac := host.FacMail
		if in.cfg != nil && in.cfg.Str("syslog_facility") == "daemon" {
			fac = host.FacDaemon
		}
		in.host.Syslog(fac, sev, "dovecot", 0, process+": "+text)
		return
	}
	out := trace.Neutral
	switch {
	case sev <= host.Err:
		out = trace.Fail
	case sev == host.Warning:
		out = trace.Warn
	default:
		text = "Info: " + text
	}
	in.host.Log.Emit(trace.Event{Kind: trace.LogLine, Node: in.host.Name, Outcome: out, Data: &host.LogEntry{Tag: "dovecot", Text: process + ": " + text}})
	if !strings.HasPrefix(file, "/dev/") {
		in.host.AppendLog(in.stamp()+process+": "+text+"\n", file)
	}
}

// stamp is log_timestamp (strftime(3)) of now.
func (in *Instance) stamp() string {
	now := in.host.Now()
	layouts := map[byte]string{'b': "Jan", 'd': "02", 'e': "_2", 'H': "15", 'M': "04", 'S': "05", 'Y': "2006", 'm': "01", 'y': "06",
		'F': "2006-01-02", 'T': "15:04:05", 'Z': "MST", 'z': "-0700", 'a': "Mon", '%': "%"}
	var b strings.Builder
	format := in.cfg.Str("log_timestamp")
	for i := 0; i < len(format); i++ {
		if format[i] == '%' && i+1 < len(format) {
			i++
			b.WriteString(now.Format(layouts[format[i]]))
			continue
		}
		b.WriteByte(format[i])
	}
	return b.String()
}
