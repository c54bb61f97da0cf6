package mailbox

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// load reads dovecot-uidlist and dovecot-keywords.
func (b *maildir) load() error {
	s := b.store
	text, err := s.Host.FS.ReadFile(b.dir+"/dovecot-uidlist", s.Cred)
	if err != nil && !notExist(err) {
		return s.fault("open", b.dir+"/dovecot-uidlist", err)
	}
	b.list = parseUIDList(string(text))
	if b.list.validity == 0 {
		b.list = uidlist{validity: s.newValidity(), next: 1, fresh: true,
			guid: fmt.Sprintf("%016x%016x", s.Rand.Uint64(), s.Rand.Uint64())}
	}
	b.words = b.words[:0:0]
	words, _ := s.Host.FS.ReadFile(b.dir+"/dovecot-keywords", s.Cred)
	for line := range strings.Lines(string(words)) {
		n, w, _ := strings.Cut(strings.TrimSpace(line), " ")
		if i, err := strconv.Atoi(n); err == nil && i == len(b.words) && w != "" && i < maxKeywords {
			b.words = append(b.words, w)
		}
	}
	return nil
}

// newValidity is the UIDVALIDITY of a new folder: the time, but never one that
// was given before. The last one stands in dovecot-uidvalidity.
func (s *Store) newValidity() uint32 {
	now := uint32(s.Host.Clock.Now().Unix())
	file := s.Loc.Root + "/dovecot-uidvalidity"
	if b, err := s.Host.FS.ReadFile(file, s.Cred); err == nil {
		if last, err := strconv.ParseUint(strings.TrimSpace(string(b)), 16, 32); err == nil {
			now = max(now, uint32(last)+1)
		}
	}
	s.Host.FS.WriteFile(file, fmt.Appendf(nil, "%08x", now), 0o600, s.Cred)
	return now
}

func (b *maildir) save() error { return b.write("dovecot-uidlist", b.list.String()) }

func (b *maildir) write(name, text string) error {
	s := b.store
	at := path.Join(b.dir, name)
	if err := s.Host.FS.WriteFile(at, []byte(text), 0o600, s.Cred); err != nil {
		return s.fault("open", at, err)
	}
	return nil
}
