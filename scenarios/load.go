package scenarios

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed *.yaml networks
var builtin embed.FS

// Problem is one error in a file, with its place.
type Problem struct {
	File string
	Line int // 0: the file as a whole
	Col  int
	Msg  string
}

func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.File + ": " + p.Msg
	case p.Col == 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Msg)
}

// Problems is the error of loading: everything that is wrong, in the order of
// the file.
type Problems []Problem

func (ps Problems) Error() string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// collector gathers the problems of one file.
type collector struct {
	file string
	list Problems
}

func (c *collector) add(line, col int, format string, args ...any) {
	c.list = append(c.list, Problem{c.file, line, col, fmt.Sprintf(format, args...)})
}

func (c *collector) err() error {
	if len(c.list) == 0 {
		return nil
	}
	slices.SortStableFunc(c.list, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return slices.Compact(c.list)
}

// maxFile bounds a scenario or network file.
const maxFile = 1 << 20

// maxDepth bounds the nesting of a file.
const maxDepth = 40

// source is a YAML file with its syntax tree.
type source struct {
	name string // as shown in messages
	data []byte
	root *yaml.Node
}

func parse(name string, data []byte) (*source, error) {
	c := &collector{file: name}
	if len(data) > maxFile {
		c.add(0, 0, "has %d bytes, at most %d are allowed", len(data), maxFile)
		return nil, c.err()
	}
	var root yaml.Node
	if err := yaml.Load(data, &root); err != nil {
		c.yamlError(err)
		return nil, c.err()
	}
	if len(root.Content) == 0 {
		c.add(0, 0, "is empty")
		return nil, c.err()
	}
	if aliased(&root, 0, c) {
		return nil, c.err()
	}
	return &source{name, data, &root}, nil
}

// aliased refuses anchors and aliases, which scenario files do not need and
// which can grow without bound, and too deep nesting.
func aliased(n *yaml.Node, depth int, c *collector) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		c.add(n.Line, n.Column, "anchors and aliases are not allowed")
		return true
	}
	if depth > maxDepth {
		c.add(n.Line, n.Column, "nested too deeply")
		return true
	}
	for _, k := range n.Content {
		if aliased(k, depth+1, c) {
			return true
		}
	}
	return false
}

// yamlError adds what the YAML library found.
func (c *collector) yamlError(err error) {
	var all *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &all):
		for _, e := range all.Errors {
			c.yamlError(e)
		}
	case errors.As(err, &one):
		msg := one.Message
		if inner := errors.Unwrap(one); msg == "" && inner != nil {
			msg = inner.Error()
		}
		c.add(one.Mark.Line, one.Mark.Column, "%s", msg)
	default:
		c.add(0, 0, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
}

// decode fills v from the source with the parameters replaced, reporting every
// unknown field and wrong type.
func (s *source) decode(v any, values Values) error {
	c := &collector{file: s.name}
	root := clone(s.root)
	if values != nil {
		values.expandNode(root, func(line, col int, msg string) { c.add(line, col, "%s", msg) })
	} else {
		stand(root)
	}
	if err := root.Load(v, yaml.WithKnownFields()); err != nil {
		c.yamlError(err)
	}
	return c.err()
}

// stand lets a 0 stand for every bare reference, as in "port: ${port}", which may
// be meant as a number, while parameters are not drawn yet.
func stand(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Style == 0 && reference.FindString(n.Value) == n.Value && strings.HasPrefix(n.Value, "${") {
		n.Value, n.Tag = "0", ""
	}
	for _, c := range n.Content {
		stand(c)
	}
}

func clone(n *yaml.Node) *yaml.Node {
	m := *n
	m.Content = make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		m.Content[i] = clone(c)
	}
	return &m
}

// find returns the line and column of the value at a path of keys and indexes
// in the source, or of the deepest part of it that exists.
func (s *source) find(keys ...any) (line, col int) {
	n := s.root.Content[0]
	for _, k := range keys {
		next := (*yaml.Node)(nil)
		switch k := k.(type) {
		case string:
			for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
				if n.Content[i].Value == k {
					next = n.Content[i+1]
				}
			}
		case int:
			if n.Kind == yaml.SequenceNode && k < len(n.Content) {
				next = n.Content[k]
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	return n.Line, n.Column
}

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
