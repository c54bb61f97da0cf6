package scenarios

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed *.yaml networks
var builtin embed.FS

// Builtin returns the ids of the built-in scenarios in the order of learning:
// by level, then the time they take.
func Builtin() []string {
	entries, _ := fs.ReadDir(builtin, ".")
	var list []*Set
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			if s, err := Open(id); err == nil {
				list = append(list, s)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *Set) int {
		return cmp.Or(a.Head.Level-b.Head.Level, a.Head.Minutes-b.Head.Minutes)
	})
	var ids []string
	for _, s := range list {
		ids = append(ids, s.Head.ID)
	}
	return ids
}

// Networks returns the names of the built-in networks.
func Networks() []string {
	entries, _ := fs.ReadDir(builtin, "networks")
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// Set is a scenario (or a bare network) opened, before parameters are drawn.
type Set struct {
	Head     Scenario // without parameters replaced; zero but for ID for a bare network
	Hash     string   // of all files
	scenario *source  // nil for a bare network
	network  *source
	files    fs.FS // the network's folder
}

// Open opens what a command line names: the id of a built-in scenario,
// "network:NAME", or the path of a scenario file or network folder on disk.
func Open(name string) (*Set, error) {
	if net, ok := strings.CutPrefix(name, "network:"); ok {
		return openNetwork(net)
	}
	if !strings.ContainsAny(name, `/\`) && !strings.HasSuffix(name, ".yaml") {
		data, err := fs.ReadFile(builtin, name+".yaml")
		if err != nil {
			return nil, fmt.Errorf("no scenario %q; there are %s", name, strings.Join(idsOf(builtin), ", "))
		}
		return openScenario(name+".yaml", data, "")
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return openNetworkDir(name, os.DirFS(name), filepath.Base(name))
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s: has %d bytes, at most %d are allowed", name, info.Size(), maxFile)
	}
	if filepath.Base(name) == "network.yaml" {
		return openNetworkDir(filepath.Dir(name), os.DirFS(filepath.Dir(name)), filepath.Base(filepath.Dir(name)))
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return openScenario(name, data, filepath.Dir(name))
}

func idsOf(f fs.FS) (list []string) {
	entries, _ := fs.ReadDir(f, ".")
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			list = append(list, id)
		}
	}
	return list
}

func openNetwork(name string) (*Set, error) {
	sub, err := fs.Sub(builtin, "networks/"+name)
	if err != nil {
		return nil, fmt.Errorf("no network %q", name)
	}
	if _, err := fs.Stat(sub, "network.yaml"); err != nil {
		return nil, fmt.Errorf("no network %q; there are %s", name, strings.Join(Networks(), ", "))
	}
	return openNetworkDir("networks/"+name, sub, name)
}

func openNetworkDir(shown string, files fs.FS, name string) (*Set, error) {
	data, err := fs.ReadFile(files, "network.yaml")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	src, err := parse(path.Join(filepath.ToSlash(shown), "network.yaml"), data)
	if err != nil {
		return nil, err
	}
	s := &Set{Head: Scenario{ID: "network:" + name}, network: src, files: files}
	return s, s.hash()
}

// openScenario opens a scenario file. A network folder beside a file on disk is
// preferred to the built-in one of that name.
func openScenario(shown string, data []byte, dir string) (*Set, error) {
	src, err := parse(shown, data)
	if err != nil {
		return nil, err
	}
	var head Scenario
	if err := src.decode(&head, nil); err != nil {
		return nil, err
	}
	var net *Set
	if local := filepath.Join(dir, "networks", head.Network); dir != "" && isDir(local) {
		net, err = openNetworkDir(local, os.DirFS(local), head.Network)
	} else {
		net, err = openNetwork(head.Network)
	}
	if err != nil {
		if _, ok := err.(Problems); ok {
			return nil, err
		}
		c := &collector{file: shown}
		line, col := src.find("network")
		c.add(line, col, "%v", err)
		return nil, c.err()
	}
	s := &Set{Head: head, scenario: src, network: net.network, files: net.files}
	return s, s.hash()
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// hash computes the hash of all files of the set.
func (s *Set) hash() error {
	h := sha256.New()
	if s.scenario != nil {
		fmt.Fprintf(h, "scenario %d\n", len(s.scenario.data))
		h.Write(s.scenario.data)
	}
	err := fs.WalkDir(s.files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(s.files, p)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n", p, len(b))
		h.Write(b)
		return nil
	})
	s.Hash = hex.EncodeToString(h.Sum(nil))[:32]
	return err
}
