package named

import (
	"fmt"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/named/config"
)

// level is the severity of a log message, in BIND's words.
type level uint8

const (
	debug level = iota
	info
	notice
	warning
	failure // "error"
	critical
)

func (l level) String() string {
	return [...]string{"debug 1", "info", "notice", "warning", "error", "critical"}[l]
}

// levelOf reads a channel's severity; dynamic is the debug level of the server,
// which is 0.
func levelOf(word string) level {
	switch word {
	case "critical":
		return critical
	case "error":
		return failure
	case "warning":
		return warning
	case "notice":
		return notice
	case "debug":
		return debug
	}
	return info
}

// syslog is the syslog(3) severity of a message.
func (l level) syslog() host.Severity {
	return [...]host.Severity{host.Debug, host.Info, host.Notice, host.Warning, host.Err, 2}[l]
}

// Categories of log messages (BIND ARM "Logging Categories"), those the lab uses.
const (
	catGeneral     = "general"
	catConfig      = "config"
	catNetwork     = "network"
	catQueries     = "queries"
	catErrors      = "query-errors"
	catSecurity    = "security"
	catXferIn      = "xfer-in"
	catXferOut     = "xfer-out"
	catNotify      = "notify"
	catLame        = "lame-servers"
	catZoneload    = "zoneload"
	catResolver    = "resolver"
	catClient      = "client"
	catRPZ         = "rpz"
	catRateLimit   = "rate-limit"
	catDNSSEC      = "dnssec"
	catUpdate      = "update"
	catUpdateSecur = "update-security"
	catDatabase    = "database"
	catUnmatched   = "unmatched"
)

// logger sends messages to the channels of the logging statement. Before the
// configuration is loaded, everything goes to syslog.
type logger struct {
	s      *Server
	stderr *host.FD // -g: everything goes there and nowhere else
	conf   *config.Logging
	routes map[string][]config.Channel
}

// plain reports whether everything from info on goes to syslog: nothing else was
// configured.
func (l *logger) plain(category string) bool {
	return (l.conf == nil || len(l.conf.Categories) == 0 && len(l.conf.Channels) == 0) && category != catUnmatched
}

// channels are the destinations of a category.
func (l *logger) channels(category string) []config.Channel {
	if c, ok := l.routes[category]; ok {
		return c
	}
	conf := l.conf
	if conf == nil {
		conf = &config.Logging{}
	}
	c := conf.Destinations(category)
	if l.routes == nil {
		l.routes = map[string][]config.Channel{}
	}
	l.routes[category] = c
	return c
}

// configure takes a new logging statement.
func (l *logger) configure(conf *config.Logging) { l.conf, l.routes = conf, nil }

// wants reports whether a message of the category and level would be seen by
// anybody, so that it need not be formatted otherwise.
func (l *logger) wants(category string, lv level) bool {
	if l.stderr != nil {
		return lv >= info
	}
	if l.plain(category) {
		return lv >= info
	}
	for _, c := range l.channels(category) {
		if l.takes(&c, lv) {
			return true
		}
	}
	return false
}

// takes reports whether a channel takes messages of the level. The debug channel
// is silent at debug level 0.
func (l *logger) takes(c *config.Channel, lv level) bool {
	if c.Kind == config.ChannelNull || c.Name == "default_debug" {
		return false
	}
	return lv >= levelOf(c.Severity)
}

func (l *logger) printf(category string, lv level, format string, args ...any) {
	if l.wants(category, lv) {
		l.print(category, lv, fmt.Sprintf(format, args...))
	}
}

func (l *logger) print(category string, lv level, text string) {
	if l.stderr != nil {
		if lv >= info {
			fmt.Fprintf(l.stderr, "%s %s\n", logTime(l.s.host.Now()), text)
		}
		return
	}
	if l.plain(category) {
		if lv >= info {
			l.s.host.Syslog(host.FacDaemon, lv.syslog(), "named", l.s.pid(), text)
		}
		return
	}
	for _, c := range l.channels(category) {
		if !l.takes(&c, lv) {
			continue
		}
		switch c.Kind {
		case config.ChannelSyslog:
			l.s.host.Syslog(facilityOf(c.Facility), lv.syslog(), "named", l.s.pid(), l.prefix(&c, category, lv)+text)
		case config.ChannelFile:
			l.s.appendLog(&c, l.prefix(&c, category, lv)+text+"\n")
		case config.ChannelStderr:
			if l.s.proc != nil {
				fmt.Fprintln(l.s.proc.Stderr, l.prefix(&c, category, lv)+text)
			}
		}
	}
}

// prefix is what the print- options of a channel put before a message.
func (l *logger) prefix(c *config.Channel, category string, lv level) string {
	var b strings.Builder
	switch c.PrintTime {
	case "yes", "local":
		b.WriteString(logTime(l.s.host.Now()) + " ")
	case "iso8601":
		b.WriteString(l.s.host.Now().Format("2006-01-02T15:04:05.000") + " ")
	case "iso8601-utc":
		b.WriteString(l.s.host.Now().UTC().Format("2006-01-02T15:04:05.000Z") + " ")
	}
	if c.PrintCategory {
		b.WriteString(category + ": ")
	}
	if c.PrintSeverity {
		b.WriteString(lv.String() + ": ")
	}
	return b.String()
}

// logTime is the time stamp of BIND's own logs.
func logTime(t time.Time) string { return t.Format("02-Jan-2006 15:04:05.000") }

func facilityOf(name string) host.Facility {
	switch name {
	case "mail":
		return host.FacMail
	case "auth", "authpriv":
		return host.FacAuth
	case "kern":
		return host.FacKern
	case "cron":
		return host.FacCron
	case "user":
		return host.FacUser
	}
	return host.FacDaemon
}

// appendLog writes to the file of a channel with the server's rights, and rolls
// it when it has reached its size (BIND ARM "file").
func (s *Server) appendLog(c *config.Channel, line string) {
	name := s.disk().path(c.File)
	if c.Size > 0 {
		if st, err := s.host.FS.Stat(name, s.cred); err == nil && uint64(st.Size()) >= c.Size {
			if c.Versions == 0 {
				return
			}
			s.rollLog(name, c.Versions)
		}
	}
	s.host.FS.AppendFile(name, []byte(line), 0o644, s.cred)
}

// rollLog renames file to file.0, file.0 to file.1 and so on.
func (s *Server) rollLog(name string, versions int) {
	if versions < 0 || versions > 100 {
		versions = 100
	}
	for i := versions - 1; i > 0; i-- {
		s.host.FS.Rename(fmt.Sprintf("%s.%d", name, i-1), fmt.Sprintf("%s.%d", name, i), s.cred)
	}
	s.host.FS.Rename(name, name+".0", s.cred)
}

// logFilesWritable tests the files of all channels, as named does when it takes a
// configuration; the error is that of the first file that cannot be opened.
func (s *Server) logFilesWritable(conf *config.Logging) (name string, err error) {
	for _, c := range conf.Channels {
		if c.Kind != config.ChannelFile {
			continue
		}
		f, err := s.host.FS.Open(s.disk().path(c.File), vfs.O_WRONLY|vfs.O_CREATE|vfs.O_APPEND, 0o644, s.cred)
		if err != nil {
			return c.File, err
		}
		f.Close()
	}
	return "", nil
}
