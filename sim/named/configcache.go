package named

import (
	"crypto/sha256"
	"io/fs"
	"slices"
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// loadKey reads a file with a single key, such as rndc.key, and remembers it.
func (c *ZoneCache) loadKey(d disk, name string) (config.Key, []config.Message) {
	b, err := d.read(name)
	if err != nil {
		return config.ParseKeyFile(d.config(), name)
	}
	sum := zoneKey(contentSum(append([]byte("key "+name+"\n"), b...), nil))
	c.mu.Lock()
	k, ok := c.keys[sum]
	c.mu.Unlock()
	if ok {
		return k, nil
	}
	k, messages := config.ParseKeyFile(d.config(), name)
	if k.Name != "" {
		c.mu.Lock()
		if c.keys == nil || len(c.keys) >= maxCachedConfigs {
			c.keys = map[zoneKey]config.Key{}
		}
		c.keys[sum] = k
		c.mu.Unlock()
	}
	return k, messages
}

// maxCachedConfigs bounds the configurations a ZoneCache keeps.
const maxCachedConfigs = 512

// cachedConfig is an evaluated configuration with everything that was asked of
// the disk for it.
type cachedConfig struct {
	conf     *config.Config
	orders   map[*config.View][]int // of the zones by name, as indexes
	messages []config.Message
	asked    []diskQuestion
}

// diskQuestion is one question to the disk: r(ead), s(tat) or g(lob) of a name,
// and a digest of the answer.
type diskQuestion struct {
	how  byte
	name string
	sum  [sha256.Size]byte
}

// loadConfig is config.Load that remembers: configurations are shared by worlds
// and must not be changed.
func (c *ZoneCache) loadConfig(d disk, name string) *cachedConfig {
	first, err := d.read(name)
	h := sha256.New()
	sum := contentSum(first, err)
	h.Write(sum[:])
	h.Write([]byte(name))
	key := zoneKey(h.Sum(nil))
	c.mu.Lock()
	entry := c.configs[key]
	c.mu.Unlock()
	if entry != nil && entry.holds(d) {
		return entry
	}
	entry = &cachedConfig{}
	entry.conf, entry.messages = config.Load(entry.record(d), name)
	if entry.conf != nil {
		entry.orders = zoneOrders(entry.conf)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.configs == nil || len(c.configs) >= maxCachedConfigs {
		c.configs = map[zoneKey]*cachedConfig{}
	}
	c.configs[key] = entry
	return entry
}

// zoneOrders sorts the zones of each view by name, the order in which named loads
// them.
func zoneOrders(conf *config.Config) map[*config.View][]int {
	orders := make(map[*config.View][]int, len(conf.Views))
	for _, v := range conf.Views {
		order := make([]int, len(v.Zones))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return dns.CompareNames(v.Zones[a].Name, v.Zones[b].Name) })
		orders[v] = order
	}
	return orders
}

// record wraps a disk so that every question to it is noted.
func (e *cachedConfig) record(d disk) config.Disk {
	note := func(how byte, name string, sum [sha256.Size]byte) {
		e.asked = append(e.asked, diskQuestion{how, name, sum})
	}
	return config.Disk{
		Read: func(name string) ([]byte, error) {
			b, err := d.read(name)
			note('r', name, contentSum(b, err))
			return b, err
		},
		Stat: func(name string) (fs.FileInfo, error) {
			info, err := d.stat(name)
			note('s', name, statSum(info, err))
			return info, err
		},
		Glob: func(name string) ([]string, error) {
			list, err := d.glob(name)
			note('g', name, contentSum([]byte(strings.Join(list, "\n")), err))
			return list, err
		},
	}
}

// statSum keeps what the configuration looks at: whether it is there, and is a
// directory.
func statSum(info fs.FileInfo, err error) [sha256.Size]byte {
	if err != nil {
		return contentSum(nil, err)
	}
	if info.IsDir() {
		return [sha256.Size]byte{'d'}
	}
	return [sha256.Size]byte{'f'}
}

// holds reports whether a disk gives the same answers.
func (e *cachedConfig) holds(d disk) bool {
	for _, q := range e.asked {
		var sum [sha256.Size]byte
		switch q.how {
		case 'r':
			b, err := d.read(q.name)
			sum = contentSum(b, err)
		case 's':
			info, err := d.stat(q.name)
			sum = statSum(info, err)
		case 'g':
			list, err := d.glob(q.name)
			sum = contentSum([]byte(strings.Join(list, "\n")), err)
		}
		if sum != q.sum {
			return false
		}
	}
	return true
}
