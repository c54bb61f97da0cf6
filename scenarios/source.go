package scenarios

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

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
