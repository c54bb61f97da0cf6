package postfix

import (
	_ "embed"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// Kind is the type of a parameter's value.
type Kind string

// Kinds of parameters, named as in Postfix's own tables.
const (
	KindString Kind = "str"
	KindTime   Kind = "time"  // number and unit s m h d w; the unit of the default when none is written
	KindInt    Kind = "int"   // decimal
	KindBool   Kind = "bool"  // yes or no
	KindNInt   Kind = "nint"  // int that may contain $name
	KindNBool  Kind = "nbool" // bool that may contain $name
	KindLong   Kind = "long"  // 64-bit int
	KindRaw    Kind = "raw"   // string in which $name is expanded when used, not when read
)

// Parameter describes a built-in parameter of Postfix 3.7.
type Parameter struct {
	Name     string
	Kind     Kind
	Min, Max int64    // length of a string, or value; 0: no bound
	Programs []string // that read it; "*": all
	Default  string   // unexpanded; empty for those computed from the host
}

// parametersTSV holds what "postconf -d" of Postfix 3.7.11 prints and what
// postconf(5) says of types and bounds: name, kind, minimum, maximum, programs,
// default.
//
//go:embed parameters.tsv
var parametersTSV string

// parameterSet is the table by name and sorted by name.
type parameterSet struct {
	byName map[string]Parameter
	sorted []Parameter
}

// parameterTable is read once; it never changes afterwards.
var parameterTable = sync.OnceValue(func() parameterSet {
	t := parameterSet{byName: make(map[string]Parameter, 900)}
	for _, line := range strings.Split(strings.TrimSuffix(parametersTSV, "\n"), "\n") {
		f := strings.SplitN(line, "\t", 6)
		lo, _ := strconv.ParseInt(f[2], 10, 64)
		hi, _ := strconv.ParseInt(f[3], 10, 64)
		p := Parameter{f[0], Kind(f[1]), lo, hi, strings.Split(f[4], ","), f[5]}
		t.byName[p.Name] = p
		t.sorted = append(t.sorted, p)
	}
	sort.Slice(t.sorted, func(i, j int) bool { return t.sorted[i].Name < t.sorted[j].Name })
	return t
})

// LookupParameter returns the description of a built-in parameter.
func LookupParameter(name string) (Parameter, bool) {
	p, ok := parameterTable().byName[name]
	return p, ok
}

// ReadBy reports whether program (such as "smtpd") reads the parameter.
func (p Parameter) ReadBy(program string) bool {
	for _, name := range p.Programs {
		if name == "*" || name == program || name == "tls" && (program == "smtp" || program == "smtpd" || program == "tlsmgr") {
			return true
		}
	}
	return false
}

// serviceSuffixes are the parameters every delivery transport has under its own
// name (master.cf service), with the global one each defaults to.
func serviceSuffixes() [][2]string {
	return [][2]string{
		{"_recipient_limit", "default_recipient_limit"},
		{"_extra_recipient_limit", "default_extra_recipient_limit"},
		{"_recipient_refill_limit", "default_recipient_refill_limit"},
		{"_recipient_refill_delay", "default_recipient_refill_delay"},
		{"_delivery_slot_cost", "default_delivery_slot_cost"},
		{"_delivery_slot_loan", "default_delivery_slot_loan"},
		{"_delivery_slot_discount", "default_delivery_slot_discount"},
		{"_minimum_delivery_slots", "default_minimum_delivery_slots"},
		{"_initial_destination_concurrency", "initial_destination_concurrency"},
		{"_destination_concurrency_limit", "default_destination_concurrency_limit"},
		{"_destination_recipient_limit", "default_destination_recipient_limit"},
		{"_destination_concurrency_positive_feedback", "default_destination_concurrency_positive_feedback"},
		{"_destination_concurrency_negative_feedback", "default_destination_concurrency_negative_feedback"},
		{"_destination_concurrency_failed_cohort_limit", "default_destination_concurrency_failed_cohort_limit"},
		{"_destination_rate_delay", "default_destination_rate_delay"},
		{"_transport_rate_delay", "default_transport_rate_delay"},
	}
}

// localLimits are the service parameters with defaults of their own.
func localLimits() map[string]string {
	return map[string]string{"local_destination_recipient_limit": "1", "local_destination_concurrency_limit": "2"}
}

// ServiceParameters returns the parameters that exist because of the transports
// in master.cf, as name and default.
func ServiceParameters(m *MasterCF) map[string]string {
	out := map[string]string{}
	if m == nil {
		return out
	}
	for _, s := range m.Services {
		var suffixes [][2]string
		switch s.Program() {
		case "local", "error", "virtual", "smtp", "lmtp":
			suffixes = serviceSuffixes()
		case "pipe":
			suffixes = append(serviceSuffixes(), [2]string{"_time_limit", "command_time_limit"})
		case "spawn":
			suffixes = [][2]string{{"_time_limit", "command_time_limit"}}
		}
		for _, x := range suffixes {
			if v, special := localLimits()[s.Name+x[0]]; special {
				out[s.Name+x[0]] = v
				continue
			}
			if _, builtin := LookupParameter(s.Name + x[0]); !builtin {
				out[s.Name+x[0]] = "$" + x[1]
			}
		}
	}
	return out
}
