package postfix

import "fmt"

// Severity is how bad a program thinks a problem is.
type Severity int

// Severities of Postfix's messages. After Fatal the program ends.
const (
	Info Severity = iota
	Warning
	Error
	Fatal
)

// String is the prefix Postfix prints: empty for Info.
func (s Severity) String() string {
	return [...]string{"", "warning", "error", "fatal"}[s]
}

// Diagnostic is a message of a Postfix program about its configuration, without
// the program's name in front.
type Diagnostic struct {
	Severity Severity
	Text     string
}

// String is the message as printed after "postfix: " or "postfix/smtpd[1]: ".
func (d Diagnostic) String() string {
	if d.Severity == Info {
		return d.Text
	}
	return d.Severity.String() + ": " + d.Text
}

// Error makes a Diagnostic usable as an error.
func (d Diagnostic) Error() string { return d.String() }

func fatalf(format string, args ...any) Diagnostic {
	return Diagnostic{Fatal, fmt.Sprintf(format, args...)}
}

func warnf(format string, args ...any) Diagnostic {
	return Diagnostic{Warning, fmt.Sprintf(format, args...)}
}

// FirstFatal returns the message after which the program would have ended.
func FirstFatal(ds []Diagnostic) (Diagnostic, bool) {
	for _, d := range ds {
		if d.Severity == Fatal {
			return d, true
		}
	}
	return Diagnostic{}, false
}
