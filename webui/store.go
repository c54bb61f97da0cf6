package webui

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// store keeps the records of sessions: in files of a folder, one a session, or
// with an empty folder name in memory only. A record is a list of facts, one
// JSON object a line, that only grows.
type store struct {
	dir string
	mu  sync.Mutex
	mem map[string]*bytes.Buffer // without a folder
}

// errNoSession is returned for a session that was never made.
var errNoSession = errors.New("no such session")

// sessionID is the form of a session's name; knowing it is the right to use it.
var sessionID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func newID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func newStore(dir string) (*store, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	return &store{dir: dir, mem: map[string]*bytes.Buffer{}}, nil
}

func (st *store) path(id string) string { return filepath.Join(st.dir, id+".jsonl") }

// record is an open record to which facts are appended. A fact is written
// before what it tells is shown to anybody.
type record struct {
	st   *store
	id   string
	file *os.File
}

// create makes an empty record.
func (st *store) create(id string) (*record, error) {
	if st.dir == "" {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.mem[id] = &bytes.Buffer{}
		return &record{st: st, id: id}, nil
	}
	f, err := os.OpenFile(st.path(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &record{st: st, id: id, file: f}, nil
}

// open returns the facts of a record and the record for appending more.
func (st *store) open(id string) ([]fact, *record, error) {
	data, err := st.read(id)
	if err != nil {
		return nil, nil, err
	}
	facts, good, err := parseFacts(data)
	if err != nil {
		return nil, nil, fmt.Errorf("session %s: %w", id, err)
	}
	if st.dir == "" {
		return facts, &record{st: st, id: id}, nil
	}
	f, err := os.OpenFile(st.path(id), os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, err
	}
	if good < len(data) { // the process died while it wrote the last line
		if err := f.Truncate(int64(good)); err != nil {
			f.Close()
			return nil, nil, err
		}
	}
	return facts, &record{st: st, id: id, file: f}, nil
}

func (st *store) read(id string) ([]byte, error) {
	if !sessionID.MatchString(id) {
		return nil, errNoSession
	}
	if st.dir == "" {
		st.mu.Lock()
		defer st.mu.Unlock()
		if b := st.mem[id]; b != nil {
			return bytes.Clone(b.Bytes()), nil
		}
		return nil, errNoSession
	}
	data, err := os.ReadFile(st.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoSession
	}
	return data, err
}

// parseFacts reads the lines of a record. good is the length of the part that
// ends with a whole line; a rest behind it is left out.
func parseFacts(data []byte) (facts []fact, good int, err error) {
	for n := 1; good < len(data); n++ {
		end := bytes.IndexByte(data[good:], '\n')
		if end < 0 {
			return facts, good, nil
		}
		var f fact
		if err := json.Unmarshal(data[good:good+end], &f); err != nil {
			return nil, good, fmt.Errorf("line %d: %w", n, err)
		}
		facts = append(facts, f)
		good += end + 1
	}
	return facts, good, nil
}

// add appends facts.
func (r *record) add(facts ...fact) (err error) {
	var b []byte
	for i := range facts {
		line, err := json.Marshal(&facts[i])
		if err != nil {
			return err
		}
		b = append(append(b, line...), '\n')
	}
	if r.file != nil {
		_, err = r.file.Write(b)
		return err
	}
	r.st.mu.Lock()
	defer r.st.mu.Unlock()
	r.st.mem[r.id].Write(b)
	return nil
}

func (r *record) close() {
	if r.file != nil {
		r.file.Close()
	}
}

// heads returns what the records say about their sessions in the beginning and
// the best check of each.
func (st *store) heads() (map[string]*summary, error) {
	list := map[string]*summary{}
	if st.dir == "" {
		return list, nil
	}
	entries, err := os.ReadDir(st.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".jsonl")
		if !ok || !sessionID.MatchString(id) {
			continue
		}
		if sum := summarise(st.path(id)); sum != nil {
			list[id] = sum
		}
	}
	return list, nil
}

// summary is what the list of scenarios needs of a session.
type summary struct {
	head head
	best *int // percent
	used time.Time
}

// better notes the score of a check.
func (s *summary) better(r *Report) {
	if r == nil || r.Max <= 0 {
		return
	}
	percent := int(100 * r.Score / r.Max)
	if s.best == nil || *s.best < percent {
		s.best = &percent
	}
}

// maxLine bounds a line of a record: a written file in JSON's escapes.
const maxLine = 16 << 20

func summarise(name string) *summary {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	var sum *summary
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	for sc.Scan() {
		if sum != nil && !bytes.HasPrefix(sc.Bytes(), []byte(`{"check"`)) {
			continue
		}
		var line fact
		if json.Unmarshal(sc.Bytes(), &line) != nil {
			continue
		}
		switch {
		case sum == nil && line.Head == nil:
			return nil
		case sum == nil:
			sum = &summary{head: *line.Head}
		case line.Check != nil:
			sum.better(&line.Check.Report)
		}
	}
	if info, err := f.Stat(); err == nil && sum != nil {
		sum.used = info.ModTime()
	}
	return sum
}
