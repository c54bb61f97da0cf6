package config

import (
	"errors"
	"net/netip"
	"strconv"
)

// Pos is a place in the configuration: the file as it was named on the command line or in an include, and the line.
type Pos struct {
	File string
	Line int
}

// String gives file:line.
func (p Pos) String() string { return p.File + ":" + strconv.Itoa(p.Line) }

// nodeKind is how a parsed value is held.
type nodeKind uint8

const (
	nodeVoid     nodeKind = iota
	nodeWord              // a keyword printed as it is (none, auto, hostname)
	nodeUint              // num
	nodeSize              // num, 64 bits
	nodePercent           // num
	nodeFixed             // num, in hundredths
	nodeBool              // flag
	nodeString            // text, printed by style
	nodeDuration          // dur
	nodeList              // items
	nodeTuple             // items, by the type's fields
	nodeMap               // block
	nodeAddr              // addr, port
	nodePrefix            // addr, num = length
)

// stringStyle is how a string prints.
type stringStyle uint8

const (
	styleBare stringStyle = iota
	styleQuoted
	styleSecret // quoted, and question marks under -x
	styleBracketed
)

// node is one parsed value with the place BIND remembers for it.
type node struct {
	kind  nodeKind
	typ   *valueType
	style stringStyle
	flag  bool
	num   uint64
	text  string
	items []*node
	block *block
	addr  netip.Addr
	port  uint16
	dscp  int // -1 when not given
	dur   duration
	pos   Pos

	keyword string // printed before the value (`port 53`)
}

// block is the body of a map: clauses by name. A clause that may occur many times holds a list.
type block struct {
	name    *node // the name before the brace (`key "x" {`)
	clauses map[string]*node
}

// get gives the value of a clause, nil when absent.
func (n *node) get(name string) *node {
	if n == nil || n.block == nil {
		return nil
	}
	return n.block.clauses[name]
}

// field gives a field of a tuple by name.
func (n *node) field(name string) *node {
	if n == nil || n.kind != nodeTuple {
		return nil
	}
	for i, f := range n.typ.fields {
		if f.name == name && i < len(n.items) {
			return n.items[i]
		}
	}
	return nil
}

// list gives the elements of a list, nil for any other value.
func (n *node) list() []*node {
	if n == nil || n.kind != nodeList {
		return nil
	}
	return n.items
}

func (n *node) isString() bool   { return n != nil && n.kind == nodeString }
func (n *node) isUint() bool     { return n != nil && n.kind == nodeUint }
func (n *node) isBool() bool     { return n != nil && n.kind == nodeBool }
func (n *node) isVoid() bool     { return n == nil || n.kind == nodeVoid }
func (n *node) isAddr() bool     { return n != nil && n.kind == nodeAddr }
func (n *node) isDuration() bool { return n != nil && n.kind == nodeDuration }

// str is the text of a string value, empty for others.
func (n *node) str() string {
	if n == nil || (n.kind != nodeString && n.kind != nodeWord) {
		return ""
	}
	return n.text
}

func isRangeError(err error) bool { return errors.Is(err, strconv.ErrRange) }
