package vfs

import "slices"

const (
	pageSize  = 32 << 10
	blockSize = 4096
)

// epoch is an owner of inodes and pages: what carries the FS's current epoch may be changed in place,
// everything else is shared with an image or a snapshot and is copied first.
type epoch struct{ _ byte }

// page is a stretch of a file. Bytes beyond len(b) read as zero.
type page struct {
	owner *epoch
	b     []byte
}

// content is the bytes of a regular file, in pages, so that a write after a snapshot copies one page and
// a hole costs nothing.
type content struct {
	size  int64
	pages []page
}

// blocks rounds n bytes up to whole blocks, in bytes.
func blocks(n int) int64 { return int64(n+blockSize-1) / blockSize * blockSize }

// indirect is the space the table of a file of so many pages takes: a block for each 4 MiB, as the
// indirect blocks of ext2. It keeps a sparse file from holding more memory than it is charged for.
func indirect(pages int) int64 {
	return int64(pages) / (4 << 20 / pageSize) * blockSize
}

// cost is the space taken, in bytes.
func (c *content) cost() int64 {
	sum := indirect(len(c.pages))
	for i := range c.pages {
		sum += blocks(len(c.pages[i].b))
	}
	return sum
}

// growth is the space a write of n bytes at off would take beyond what is taken now.
func (c *content) growth(off int64, n int) int64 {
	if n <= 0 {
		return 0
	}
	end := int((off + int64(n) + pageSize - 1) / pageSize)
	sum := max(0, indirect(end)-indirect(len(c.pages)))
	for n > 0 {
		i, from := int(off/pageSize), int(off%pageSize)
		k := min(n, pageSize-from)
		have := len(c.page(i))
		if from+k > have {
			sum += blocks(from+k) - blocks(have)
		}
		off, n = off+int64(k), n-k
	}
	return sum
}

// readAt copies from off and returns the number of bytes copied, 0 at the end.
func (c *content) readAt(p []byte, off int64) int {
	if off < 0 || off >= c.size {
		return 0
	}
	p = p[:min(int64(len(p)), c.size-off)]
	done := 0
	for done < len(p) {
		i, from := int(off/pageSize), int(off%pageSize)
		piece := p[done:min(len(p), done+pageSize-from)]
		got := 0
		if b := c.page(i); from < len(b) {
			got = copy(piece, b[from:])
		}
		clear(piece[got:])
		done, off = done+len(piece), off+int64(len(piece))
	}
	return done
}

// writeAt copies p to off; own marks the pages that may be changed in place.
func (c *content) writeAt(p []byte, off int64, own *epoch) {
	for len(p) > 0 {
		i, from := int(off/pageSize), int(off%pageSize)
		if i >= len(c.pages) {
			c.pages = append(c.pages, make([]page, i+1-len(c.pages))...)
		}
		k := min(len(p), pageSize-from)
		pg := &c.pages[i]
		if pg.owner != own {
			pg.b = append(make([]byte, 0, max(len(pg.b), from+k)), pg.b...)
			pg.owner = own
		}
		pg.extend(from + k)
		copy(pg.b[from:], p[:k])
		p, off = p[k:], off+int64(k)
	}
	c.size = max(c.size, off)
}

// extend makes the page at least n bytes long. A file that grows line by line, as a log does, is copied at
// twice the size each time.
func (pg *page) extend(n int) {
	have := len(pg.b)
	if n <= have {
		return
	}
	if n > cap(pg.b) {
		pg.b = append(make([]byte, 0, min(max(n, 2*cap(pg.b)), pageSize)), pg.b...)
	}
	pg.b = pg.b[:n]
	clear(pg.b[have:])
}

// truncate sets the size. A page that is cut keeps its array: its owner alone may write into the rest.
func (c *content) truncate(size int64) {
	if size < c.size {
		keep := int((size + pageSize - 1) / pageSize)
		if keep < len(c.pages) {
			clear(c.pages[keep:])
			c.pages = c.pages[:keep]
		}
		if from := int(size % pageSize); from > 0 && keep > 0 && keep == len(c.pages) {
			last := &c.pages[keep-1]
			last.b = last.b[:min(from, len(last.b))]
		}
	}
	c.size = size
}

// clone shares the pages and copies their table.
func (c content) clone() content {
	c.pages = slices.Clone(c.pages)
	return c
}

// equal compares the bytes; shared pages are not looked into.
func (c *content) equal(d *content) bool {
	if c.size != d.size {
		return false
	}
	var x, y [blockSize]byte
	for i := range max(len(c.pages), len(d.pages)) {
		if samePage(c.page(i), d.page(i)) {
			continue
		}
		for off := int64(i) * pageSize; off < min(int64(i+1)*pageSize, c.size); off += blockSize {
			n, m := c.readAt(x[:], off), d.readAt(y[:], off)
			if n != m || x != y {
				return false
			}
		}
	}
	return true
}

// page is the stored bytes of page i, nothing for a hole.
func (c *content) page(i int) []byte {
	if i < len(c.pages) {
		return c.pages[i].b
	}
	return nil
}

// samePage reports whether two pages are one array.
func samePage(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// bytes returns a copy of all of it.
func (c *content) bytes() []byte {
	p := make([]byte, c.size)
	c.readAt(p, 0)
	return p
}
