package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Entry is one action in a journal, with the hash that chains it to all before
// it.
type Entry struct {
	N      int           `json:"n"`  // 1, 2, 3 ...
	At     time.Duration `json:"at"` // virtual time at which it was done, nanoseconds
	Action Action        `json:"action"`
	Hash   string        `json:"hash"` // SHA-256 of the former hash and this entry, hex
}

// Journal is the list of what a student did in a world. Together with the
// world's blueprint it determines everything.
type Journal []Entry

// chain returns the hash of an entry that follows prev.
func chain(prev string, n int, at time.Duration, a *Action) string {
	body, err := json.Marshal(a)
	if err != nil {
		panic(err) // an Action holds nothing that cannot be marshalled
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%d\n%s\n", prev, n, at, body)
	return hex.EncodeToString(h.Sum(nil))
}

// Verify checks form, numbering, times and hash chain. root is the hash the
// chain hangs on: it names the world the journal belongs to. The error names
// the first entry that is wrong.
func (j Journal) Verify(root string) error {
	prev, at := root, time.Duration(0)
	for i := range j {
		e := &j[i]
		if e.N != i+1 {
			return fmt.Errorf("journal entry %d: is numbered %d", i+1, e.N)
		}
		if e.At < at {
			return fmt.Errorf("journal entry %d: goes back in time", e.N)
		}
		if err := e.Action.Validate(); err != nil {
			return fmt.Errorf("journal entry %d: %w", e.N, err)
		}
		if want := chain(prev, e.N, e.At, &e.Action); e.Hash != want {
			return fmt.Errorf("journal entry %d: its hash does not match: it or an earlier entry was changed", e.N)
		}
		prev, at = e.Hash, e.At
	}
	return nil
}
