package gateway

import (
	"io"
	"sync"
)

// outbox holds what the world sent to a client until the client's socket takes
// it. The world puts in and never waits; the conversation's writer takes out.
type outbox struct {
	limit int
	mu    sync.Mutex
	some  *sync.Cond
	data  []byte
	end   error // no more will come: io.EOF, or why the conversation is dead
	taken int   // bytes given to the writer and not yet written
}

func newOutbox(limit int) *outbox {
	b := &outbox{limit: limit}
	b.some = sync.NewCond(&b.mu)
	return b
}

// put appends data. It reports false when too much waits already.
func (b *outbox) put(data []byte) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end != nil {
		return true
	}
	if len(b.data)+b.taken+len(data) > b.limit {
		return false
	}
	b.data = append(b.data, data...)
	b.some.Signal()
	return true
}

// close says that no more will come.
func (b *outbox) close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end == nil || b.end == io.EOF {
		b.end = err
	}
	b.some.Signal()
}

// drop is close that also forgets what is there; it returns how much that was.
func (b *outbox) drop(err error) int {
	b.close(err)
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.data)
	b.data = nil
	return n
}

// take waits for data. After the last it returns the reason of the end.
func (b *outbox) take() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = 0
	for len(b.data) == 0 && b.end == nil {
		b.some.Wait()
	}
	if len(b.data) == 0 {
		return nil, b.end
	}
	data := b.data
	b.data, b.taken = nil, len(data)
	return data, nil
}

// ended returns the reason of the end, nil before it.
func (b *outbox) ended() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end
}
