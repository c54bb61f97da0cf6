package grader

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// repeated finds a name that stands twice in one object of a JSON text, in
// whatever case: readers differ in which of the two they believe (RFC 8259 4).
// It returns the name and the offset behind it. The text has been read before
// and is well formed.
func repeated(data []byte) (name string, offset int64) {
	dec := json.NewDecoder(bytes.NewReader(data))
	type level struct {
		object bool
		value  bool // in an object: a value comes next
		names  map[string]bool
	}
	var stack []level
	for {
		tok, err := dec.Token()
		if err != nil {
			return "", 0
		}
		top := len(stack) - 1
		switch d, delim := tok.(json.Delim); {
		case delim && (d == '}' || d == ']'):
			stack = stack[:top]
			continue
		case top >= 0 && stack[top].object && !stack[top].value:
			key := strings.ToLower(fmt.Sprint(tok))
			if stack[top].names[key] {
				return fmt.Sprint(tok), dec.InputOffset()
			}
			stack[top].names[key], stack[top].value = true, true
			continue
		case top >= 0:
			stack[top].value = false
		}
		if d, delim := tok.(json.Delim); delim {
			stack = append(stack, level{object: d == '{', names: map[string]bool{}})
		}
	}
}
