package host

import (
	"sync"

	"mxlab/sim/host/vfs"
)

// Parsed is a cache of parsed files by content, shared by all hosts of a
// process and safe for use by several goroutines. Hosts are full of equal
// files (passwd, services, nsswitch.conf); each is parsed and kept once. The
// values in it are never changed.
type Parsed struct {
	mu sync.Mutex
	m  map[parsedKey]parsedText
}

type parsedKey struct{ kind, text string }

// parsedText is the one copy of a text that is kept, with its parsed form.
type parsedText struct {
	text  string
	value any
}

// maxParsed bounds the cache; when it is full it is emptied.
const maxParsed = 4096

// NewParsed returns an empty cache.
func NewParsed() *Parsed { return &Parsed{m: map[parsedKey]parsedText{}} }

// get returns the kept copy of text and its parsed form.
func (p *Parsed) get(kind, text string, parse func(string) any) parsedText {
	key := parsedKey{kind, text}
	p.mu.Lock()
	defer p.mu.Unlock()
	if v, ok := p.m[key]; ok {
		return v
	}
	if len(p.m) >= maxParsed {
		clear(p.m)
	}
	v := parsedText{text, parse(text)}
	p.m[key] = v
	return v
}

// Shared returns what make gives for text, computed once for all hosts of the
// process. kind tells the uses apart. The result must depend on text alone and
// must never be changed.
func (h *Host) Shared(kind, text string, make func() any) any {
	return h.shared.get(kind, text, func(string) any { return make() }).value
}

// parsedFile is the last known form of one file of a host.
type parsedFile struct {
	generation uint64       // of the disk when it was looked at
	identity   vfs.Identity // of the file
	parsedText
}

// fileAs returns a file of the host in parsed form; a missing file counts as
// empty. The file is read again only when it has changed, and parsed again only
// when its text has.
func fileAs[T any](h *Host, name string, parse func(text string) T) T {
	gen := h.FS.Generation()
	f := h.parsed[name]
	if f != nil && f.generation == gen {
		return f.value.(T)
	}
	id := h.FS.Identify(name)
	if f != nil && f.identity == id {
		f.generation = gen
		return f.value.(T)
	}
	b, _ := h.FS.ReadFile(name, Root)
	if f == nil || f.text != string(b) {
		f = &parsedFile{parsedText: h.shared.get(name, string(b), func(s string) any { return parse(s) })}
		if h.parsed == nil {
			h.parsed = map[string]*parsedFile{}
		}
		h.parsed[name] = f
	}
	f.generation, f.identity = gen, id
	return f.value.(T)
}
