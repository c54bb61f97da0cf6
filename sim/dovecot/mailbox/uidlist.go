package mailbox

import (
	"fmt"
	"strconv"
	"strings"
)

// uidlist is the content of a dovecot-uidlist file of version 3:
//
//	3 V<validity> N<next> G<guid>
//	<uid> :<file name without flags>
type uidlist struct {
	validity, next uint32
	guid           string
	order          []string // keys by ascending UID, "" where one was dropped
	uids           []uint32
	index          map[string]int
	fresh          bool // there was no file
}

// parseUIDList reads the file; a text that is none gives an empty list.
func parseUIDList(text string) uidlist {
	var l uidlist
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if l.validity == 0 {
			fields := strings.Fields(line)
			if len(fields) == 0 || fields[0] != "3" {
				return uidlist{}
			}
			for _, f := range fields[1:] {
				n, _ := strconv.ParseUint(f[1:], 10, 32)
				switch f[0] {
				case 'V':
					l.validity = uint32(n)
				case 'N':
					l.next = uint32(n)
				case 'G':
					l.guid = f[1:]
				}
			}
			if l.validity == 0 {
				return uidlist{}
			}
			continue
		}
		num, key, ok := strings.Cut(line, " :")
		num, _, _ = strings.Cut(num, " ")
		uid, err := strconv.ParseUint(num, 10, 32)
		if ok && err == nil && uid > 0 && (len(l.uids) == 0 || uint32(uid) > l.uids[len(l.uids)-1]) {
			l.put(base(key), uint32(uid))
		}
	}
	if n := len(l.uids); n > 0 && l.next <= l.uids[n-1] {
		l.next = l.uids[n-1] + 1
	}
	l.next = max(l.next, 1)
	return l
}

func (l *uidlist) put(key string, uid uint32) {
	if l.index == nil {
		l.index = map[string]int{}
	}
	if _, twice := l.index[key]; twice {
		return
	}
	l.index[key] = len(l.order)
	l.order, l.uids = append(l.order, key), append(l.uids, uid)
}

// add gives a key the next UID.
func (l *uidlist) add(key string) uint32 {
	uid := l.next
	l.put(key, uid)
	l.next++
	return uid
}

// drop forgets a key.
func (l *uidlist) drop(key string) {
	if i, ok := l.index[key]; ok {
		l.order[i] = ""
		delete(l.index, key)
	}
}

// all yields the keys and UIDs in order; keys may be dropped meanwhile.
func (l *uidlist) all() func(func(string, uint32) bool) {
	return func(yield func(string, uint32) bool) {
		for i, key := range l.order {
			if key != "" && !yield(key, l.uids[i]) {
				return
			}
		}
	}
}

// String is the file's text.
func (l *uidlist) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "3 V%d N%d G%s\n", l.validity, l.next, l.guid)
	for key, uid := range l.all() {
		fmt.Fprintf(&b, "%d :%s\n", uid, key)
	}
	return b.String()
}
