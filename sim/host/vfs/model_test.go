package vfs

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// model is the disk as a map from path to content; a directory is "<dir>".
type model map[string]string

const modelDir = "<dir>"

func (m model) parentIsDir(p string) bool {
	i := strings.LastIndexByte(p, '/')
	return i == 0 || m[p[:i]] == modelDir
}

func (m model) below(p string) []string {
	var out []string
	for q := range m {
		if strings.HasPrefix(q, p+"/") {
			out = append(out, q)
		}
	}
	return out
}

// put does what writing a whole file does.
func (m model) put(p, text string) bool {
	if !m.parentIsDir(p) || m[p] == modelDir {
		return false
	}
	m[p] = text
	return true
}

func (m model) mkdir(p string) bool {
	if _, exists := m[p]; exists || !m.parentIsDir(p) {
		return false
	}
	m[p] = modelDir
	return true
}

func (m model) remove(p string) bool {
	if _, exists := m[p]; !exists || len(m.below(p)) > 0 {
		return false
	}
	delete(m, p)
	return true
}

func (m model) rename(p, q string) bool {
	text, exists := m[p]
	old, over := m[q]
	switch {
	case !exists || !m.parentIsDir(q):
		return false
	case p == q:
		return true
	case strings.HasPrefix(q, p+"/"), strings.HasPrefix(p, q+"/"):
		return false
	case over && (text == modelDir) != (old == modelDir), over && len(m.below(q)) > 0:
		return false
	}
	moved := m.below(p)
	for _, r := range moved {
		m[q+r[len(p):]] = m[r]
		delete(m, r)
	}
	delete(m, p)
	m[q] = text
	return true
}

// read renders the disk as the model has it.
func read(f *FS) model {
	m := model{}
	_ = f.Walk("/", Cred{}, func(p string, st Info, err error) error {
		switch {
		case p == "/":
		case st.IsDir():
			m[p] = modelDir
		default:
			b, _ := f.ReadFile(p, Cred{})
			m[p] = string(b)
		}
		return err
	})
	return m
}

// books recounts space, inodes and link counts from the tree.
func books(f *FS) (usage, string) {
	var u usage
	fault := ""
	_ = f.Walk("/", Cred{}, func(p string, st Info, err error) error {
		u.bytes += st.Blocks * 512
		u.inodes++
		if st.IsDir() {
			subdirs := uint32(2)
			list, _ := f.ReadDir(p, Cred{})
			for _, e := range list {
				if e.Type.IsDir() {
					subdirs++
				}
			}
			if st.Nlink != subdirs {
				fault = fmt.Sprintf("%s has link count %d, want %d", p, st.Nlink, subdirs)
			}
		}
		return err
	})
	return u, fault
}

type saved struct {
	snap *Snapshot
	want model
}

// TestModel compares with the map after every step, over an image taken at any moment and with
// snapshots restored at any moment; the difference to a snapshot is compared too.
func TestModel(t *testing.T) {
	paths := []string{"/a", "/b", "/a/a", "/a/b", "/b/a", "/a/a/a", "/a/b/c", "/b/a/c"}
	rapid.Check(t, func(t *rapid.T) {
		f, m := New(nil, Options{}), model{}
		saves := []saved{{f.Snapshot(), model{}}}
		path := rapid.SampledFrom(paths)
		do := func(what string, err error, want bool) {
			if (err == nil) != want {
				t.Fatalf("%s: %v, the model says %v", what, err, want)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				p, text := path.Draw(t, "p"), strings.Repeat("x", rapid.IntRange(0, 70_000).Draw(t, "n"))
				do("write "+p, f.WriteFile(p, []byte(text), 0o644, Cred{}), m.put(p, text))
			},
			"append": func(t *rapid.T) {
				p := path.Draw(t, "p")
				do("append "+p, f.AppendFile(p, []byte("line\n"), 0o644, Cred{}), m.put(p, m[p]+"line\n"))
			},
			"mkdir":  func(t *rapid.T) { p := path.Draw(t, "p"); do("mkdir "+p, f.Mkdir(p, 0o755, Cred{}), m.mkdir(p)) },
			"remove": func(t *rapid.T) { p := path.Draw(t, "p"); do("remove "+p, f.Remove(p, Cred{}), m.remove(p)) },
			"rename": func(t *rapid.T) {
				p, q := path.Draw(t, "p"), path.Draw(t, "q")
				do("rename "+p+" "+q, f.Rename(p, q, Cred{}), m.rename(p, q))
			},
			"removeAll": func(t *rapid.T) {
				p := path.Draw(t, "p")
				err := f.RemoveAll(p, Cred{})
				do("removeAll "+p, err, err == nil)
				if err == nil {
					for _, q := range append(m.below(p), p) {
						delete(m, q)
					}
				}
			},
			"snapshot": func(t *rapid.T) { saves = append(saves, saved{f.Snapshot(), maps.Clone(m)}) },
			"restore": func(t *rapid.T) {
				s := rapid.SampledFrom(saves).Draw(t, "s")
				f.Restore(s.snap)
				m = maps.Clone(s.want)
			},
			"image": func(t *rapid.T) { f = New(f.Image(), Options{}) },
			"": func(t *rapid.T) {
				if got := read(f); !maps.Equal(got, m) {
					t.Fatalf("got %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(m)))
				}
				if u, fault := books(f); fault != "" || u != f.used[0] || u != f.userUsage(account{}) {
					t.Fatalf("books: counted %+v, kept %+v, %s", u, f.used[0], fault)
				}
				s := saves[len(saves)/2]
				checkDiff(t, f.Diff(s.snap), s.want, m)
				if got := read(s.snap.New(Options{})); !maps.Equal(got, s.want) {
					t.Fatal("a snapshot changed")
				}
			},
		})
	})
}

func checkDiff(t *rapid.T, got []Change, before, after model) {
	want := map[string]ChangeKind{}
	for p, x := range before {
		if y, ok := after[p]; !ok {
			want[p] = Deleted
		} else if x != y {
			want[p] = Changed
		}
	}
	for p := range after {
		if _, ok := before[p]; !ok {
			want[p] = Created
		}
	}
	have := map[string]ChangeKind{}
	for _, c := range got {
		have[c.Path] = c.Kind
	}
	sorted := sort.SliceIsSorted(got, func(i, j int) bool { return got[i].Path < got[j].Path })
	if !maps.Equal(have, want) || len(have) != len(got) || !sorted {
		t.Fatalf("diff: got %v, want %v", have, want)
	}
}

// TestContentModel compares writes, holes and cuts at any place with one flat slice.
func TestContentModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New(nil, Options{})
		h, err := f.Open("/f", O_RDWR|O_CREATE, 0o644, Cred{})
		if err != nil {
			t.Fatal(err)
		}
		var want []byte
		off := rapid.Int64Range(0, 100_000)
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				at, n := off.Draw(t, "off"), rapid.IntRange(1, 40_000).Draw(t, "n")
				p := []byte(strings.Repeat(rapid.StringN(1, 3, 3).Draw(t, "s"), n))[:n]
				if _, err := h.WriteAt(p, at); err != nil {
					t.Fatal(err)
				}
				if need := int(at) + n - len(want); need > 0 {
					want = append(want, make([]byte, need)...)
				}
				copy(want[at:], p)
			},
			"truncate": func(t *rapid.T) {
				n := int(off.Draw(t, "n"))
				if err := h.Truncate(int64(n)); err != nil {
					t.Fatal(err)
				}
				if n <= len(want) {
					want = slices.Clone(want[:n])
				} else {
					want = append(want, make([]byte, n-len(want))...)
				}
			},
			"snapshot": func(t *rapid.T) { f.Snapshot() },
			"": func(t *rapid.T) {
				got, err := f.ReadFile("/f", Cred{})
				if err != nil || !slices.Equal(got, want) {
					t.Fatalf("content differs (%v, %d and %d bytes)", err, len(got), len(want))
				}
				if u, _ := books(f); u != f.used[0] {
					t.Fatalf("books: counted %+v, kept %+v", u, f.used[0])
				}
			},
		})
	})
}
