package named

import (
	"container/list"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io/fs"
	"sync"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// maxCachedZones bounds a ZoneCache; the least recently used zones go first.
const maxCachedZones = 4096

// ZoneCache keeps parsed zones by their content, so that all worlds of a
// process share them. It is safe for use by several goroutines.
type ZoneCache struct {
	mu      sync.Mutex
	entries map[zoneKey]*list.Element
	recent  list.List // of *cachedZone, most recently used first
	configs map[zoneKey]*cachedConfig
	keys    map[zoneKey]config.Key
	empties map[string]*dns.Zone // automatic empty zones
}

// zoneKey identifies what a load depends on besides included files.
type zoneKey [sha256.Size]byte

// cachedZone is the outcome of one load.
type cachedZone struct {
	key      zoneKey
	reads    []fileRead // every file read, in order
	zone     *dns.Zone
	messages []dns.Message
	err      error
}

// fileRead is one file a load has read, and what it got.
type fileRead struct {
	path string
	sum  [sha256.Size]byte
}

// NewZoneCache returns an empty cache.
func NewZoneCache() *ZoneCache { return &ZoneCache{entries: map[zoneKey]*list.Element{}} }

// Load is dns.Load that remembers. A hit needs the same options and the same
// content of the zone's file and of all files it included.
func (c *ZoneCache) Load(opts dns.LoadOptions) (*dns.Zone, []dns.Message, error) {
	first, firstErr := opts.Read(opts.File)
	key := keyOf(&opts, contentSum(first, firstErr))
	if z := c.find(key, &opts); z != nil {
		return z.zone, z.messages, z.err
	}
	entry := &cachedZone{key: key}
	read := opts.Read
	opts.Read = func(path string) ([]byte, error) {
		b, err := first, firstErr
		if len(entry.reads) > 0 || path != opts.File {
			b, err = read(path)
		}
		entry.reads = append(entry.reads, fileRead{path, contentSum(b, err)})
		return b, err
	}
	entry.zone, entry.messages, entry.err = dns.Load(opts)
	c.add(entry)
	return entry.zone, entry.messages, entry.err
}

// contentSum identifies what reading a file gave.
func contentSum(b []byte, err error) [sha256.Size]byte {
	if err == nil {
		return sha256.Sum256(b)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return [sha256.Size]byte{1}
	case errors.Is(err, fs.ErrPermission):
		return [sha256.Size]byte{2}
	case errors.Is(err, dns.ErrIsDirectory):
		return [sha256.Size]byte{3}
	}
	return [sha256.Size]byte{4}
}

func keyOf(o *dns.LoadOptions, content [sha256.Size]byte) zoneKey {
	b := make([]byte, 0, 256)
	b = append(append(append(b, o.Origin...), 0), o.File...)
	b = append(b, 0, byte(o.Kind), byte(o.CheckNames), byte(o.CheckNS), byte(o.CheckMX), byte(o.MXCNAME), byte(o.SRVCNAME))
	for _, on := range [...]bool{o.ManyErrors, o.CheckIntegrity, o.CheckSibling, o.CheckSPF, o.CheckWildcard} {
		if on {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	b = binary.BigEndian.AppendUint16(b, o.Class)
	b = binary.BigEndian.AppendUint32(b, o.MaxTTL)
	b = binary.BigEndian.AppendUint32(b, uint32(o.RecordsPerSet))
	return sha256.Sum256(append(b, content[:]...))
}

// find returns the entry if the files it was made from are unchanged.
func (c *ZoneCache) find(key zoneKey, opts *dns.LoadOptions) *cachedZone {
	c.mu.Lock()
	el := c.entries[key]
	if el == nil {
		c.mu.Unlock()
		return nil
	}
	c.recent.MoveToFront(el)
	entry := el.Value.(*cachedZone)
	c.mu.Unlock()
	for _, r := range entry.reads[min(1, len(entry.reads)):] {
		if contentSum(opts.Read(r.path)) != r.sum {
			return nil
		}
	}
	return entry
}

func (c *ZoneCache) add(e *cachedZone) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.entries[e.key]; old != nil {
		c.recent.Remove(old)
	}
	c.entries[e.key] = c.recent.PushFront(e)
	for c.recent.Len() > maxCachedZones {
		last := c.recent.Back()
		delete(c.entries, c.recent.Remove(last).(*cachedZone).key)
	}
}

// Len returns how many loads are remembered.
func (c *ZoneCache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.Len()
}
