package config

// Logging is where messages go.
type Logging struct {
	Channels   []Channel  // of the logging statement; the four predefined ones are not among them unless redefined
	Categories []Category // of the logging statement
	Pos        Pos
}

// ChannelKind is what a channel writes to.
type ChannelKind uint8

const (
	ChannelNull ChannelKind = iota
	ChannelFile
	ChannelSyslog
	ChannelStderr
)

// Channel is one destination of log messages.
type Channel struct {
	Name          string
	Kind          ChannelKind
	File          string
	Versions      int    // -1 unlimited, 0 none kept
	Size          uint64 // 0: no limit
	Timestamp     bool   // suffix timestamp
	Facility      string // of ChannelSyslog
	Severity      string // critical ... debug, dynamic
	Debug         uint32 // level of severity debug
	PrintTime     string // no, yes (local), iso8601, iso8601-utc
	PrintSeverity bool
	PrintCategory bool
	Buffered      bool
	Pos           Pos
}

// Category sends the messages of one kind to channels.
type Category struct {
	Name     string
	Channels []string
	Pos      Pos
}

func loggingOf(n *node) Logging {
	var l Logging
	if n == nil {
		return l
	}
	l.Pos = n.pos
	for _, c := range n.get("channel").list() {
		l.Channels = append(l.Channels, channelOf(c))
	}
	for _, c := range n.get("category").list() {
		category := Category{Name: lowerString(c.field("name").str()), Pos: c.pos}
		for _, d := range c.field("destinations").list() {
			category.Channels = append(category.Channels, d.text)
		}
		l.Categories = append(l.Categories, category)
	}
	return l
}

func channelOf(n *node) Channel {
	s := scope{n}
	c := Channel{Name: n.block.name.str(), Severity: "info", Pos: n.pos,
		PrintTime: s.word("print-time", "no").Value, PrintSeverity: s.bool("print-severity", false).Value,
		PrintCategory: s.bool("print-category", false).Value, Buffered: s.bool("buffered", false).Value}
	switch {
	case n.get("file") != nil:
		c.Kind = ChannelFile
		c.setFile(n.get("file"))
	case n.get("syslog") != nil:
		c.Kind, c.Facility = ChannelSyslog, "daemon"
		if f := n.get("syslog"); f.isString() {
			c.Facility = lowerString(f.text)
		}
	case n.get("stderr") != nil:
		c.Kind = ChannelStderr
	}
	if v := n.get("severity"); v.isUint() {
		c.Severity, c.Debug = "debug", uint32(v.num)
	} else if v.isString() {
		c.Severity = lowerString(v.text)
	}
	return c
}

func (c *Channel) setFile(n *node) {
	c.File = n.field("file").str()
	if v := n.field("versions"); v.isUint() {
		c.Versions = int(v.num)
	} else if v.isString() {
		c.Versions = -1
	}
	if v := n.field("size"); v != nil && v.kind == nodeSize {
		c.Size = v.num
	}
	c.Timestamp = equalFold(n.field("suffix").str(), "timestamp")
}

func (l Logging) has(category string) bool {
	for _, c := range l.Categories {
		if c.Name == category {
			return true
		}
	}
	return false
}

// Destinations gives the channels of a category: its own, otherwise those of default, otherwise the predefined
// default_syslog and default_debug; unmatched is silent by default (BIND ARM "logging").
func (l Logging) Destinations(category string) []Channel {
	names := []string{"default_syslog", "default_debug"}
	if category == "unmatched" {
		names = []string{"null"}
	}
	for _, want := range []string{"default", category} {
		for _, c := range l.Categories {
			if c.Name == want && (want == category || category != "unmatched") {
				names = c.Channels
			}
		}
	}
	var out []Channel
	for _, name := range names {
		out = append(out, l.Channel(name))
	}
	return out
}

// Channel finds a channel, also a predefined one; an unknown name is the null channel.
func (l Logging) Channel(name string) Channel {
	for _, c := range l.Channels {
		if c.Name == name {
			return c
		}
	}
	switch name {
	case "default_syslog":
		return Channel{Name: name, Kind: ChannelSyslog, Facility: "daemon", Severity: "info", PrintTime: "no"}
	case "default_stderr":
		return Channel{Name: name, Kind: ChannelStderr, Severity: "info", PrintTime: "no"}
	case "default_debug":
		return Channel{Name: name, Kind: ChannelFile, File: "named.run", Severity: "dynamic", PrintTime: "yes"}
	}
	return Channel{Name: name, Kind: ChannelNull}
}
