package netfilter

import "fmt"

// option is an option of an extension, in the terms of libxtables.
type option struct {
	name string   // its long name
	as   string   // the option it is another name of; "" if it is the first
	flag bool     // takes no argument
	inv  bool     // may have "!" before it
	many bool     // may be repeated: the extension itself looks after that
	must bool     // has to be given
	also []string // others that have to be given with it
	not  []string // others that cannot be given with it
}

func (o *option) id() string {
	if o.as != "" {
		return o.as
	}
	return o.name
}

// extension describes a match or target of iptables-extensions(8).
type extension struct {
	name    string
	options []option
	make    func(family) module
	target  bool
	tracks  bool  // needs connection tracking
	only    uint8 // family: 0 both, 4 or 6

	// What the kernel insists on; a rule that is against it is refused when the
	// transaction is committed.
	proto uint8 // the rule must say -p of this protocol
	table int   // -1: any
	hooks hookSet
}

// module is what the options of one -m or -j of a rule make.
type module interface {
	// set takes the option with the given id (its first name).
	set(in *input, id, value string, inv bool) *Error
	// done checks the whole behind the last option.
	done(in *input) *Error
	// save writes the options as iptables-save prints them, each with a blank
	// before it.
	save(w *writer)
	// list writes what iptables -L shows, with a blank before it.
	list(w *writer)
}

// match is the module of a -m.
type match interface {
	module
	holds(x *crossing) bool
}

// target is the module of a -j. act returns what to do with the packet.
type target interface {
	module
	act(x *crossing, r *rule) step
}

// checker is a module with needs of its own towards its rule.
type checker interface {
	// fits reports whether the kernel accepts the module in a rule.
	fits(r *rule) bool
}

// instance is an extension in use in a rule.
type instance struct {
	ext   *extension
	mod   module
	match match  // mod, for a match
	act   target // mod, for a target
	given map[string]bool
	done  bool // a later -m of the same name has begun
}

func newInstance(e *extension, f family) *instance {
	i := &instance{ext: e, mod: e.make(f), given: map[string]bool{}}
	if e.target {
		i.act, _ = i.mod.(target)
	} else {
		i.match, _ = i.mod.(match)
	}
	return i
}

// set checks an option against its description and gives it to the module.
func (i *instance) set(in *input, o *option, value string, inv bool) *Error {
	id := o.id()
	if !o.many {
		if i.given[id] {
			return bad("%s: option \"--%s\" can only be used once.\n", i.ext.name, id)
		}
		if inv && !o.inv {
			return bad("%s: option \"--%s\" cannot be inverted.\n", i.ext.name, id)
		}
	}
	if err := i.mod.set(in, id, value, inv); err != nil {
		return err
	}
	i.given[id] = true
	return nil
}

// finish checks what only the whole command line tells.
func (i *instance) finish(in *input) *Error {
	for k := range i.ext.options {
		o := &i.ext.options[k]
		if o.as != "" {
			continue
		}
		if o.must && !i.given[o.name] {
			return bad("%s: option \"--%s\" must be specified\n", i.ext.name, o.name)
		}
		if !i.given[o.name] {
			continue
		}
		for _, also := range o.also {
			if !i.given[also] {
				return bad("%s: option \"--%s\" also requires \"--%s\".\n", i.ext.name, o.name, also)
			}
		}
		for _, not := range o.not {
			if i.given[not] {
				return bad("%s: option \"--%s\" cannot be used together with \"--%s\".\n", i.ext.name, o.name, not)
			}
		}
	}
	return i.mod.done(in)
}

// input is what a module may ask about the command line while it is read.
type input struct {
	fam      family
	names    *names
	rule     *rule
	more     func() (string, bool) // the next argument, for options with two
	warnings string                // for standard error
}

func (in *input) warn(format string, args ...any) { in.warnings += fmt.Sprintf(format, args...) }

// lookup finds an extension of the list that works in a family.
func lookup(list []extension, name string, f family) *extension {
	for i := range list {
		e := &list[i]
		if e.name == name && (e.only == 0 || e.only == 4 && f == v4 || e.only == 6 && f == v6) {
			return e
		}
	}
	return nil
}
