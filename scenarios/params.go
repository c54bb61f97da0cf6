package scenarios

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"mxlab/scenarios/josa"
)

// Values are the drawn parameters of one student.
type Values map[string]string

// draw gives each parameter its value. A choice that is a mapping gives one
// value per key, NAME.KEY. Values may use the parameters before them in
// alphabetical order of their names, and any of base. The draw of a parameter
// depends on the seed and its name only.
func draw(params map[string]Param, base Values, seed uint64) (Values, error) {
	v := maps.Clone(base)
	if v == nil {
		v = Values{}
	}
	var late []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		p := params[name]
		if len(p.Choose) == 0 {
			late = append(late, name)
			continue
		}
		choice := p.Choose[rng(seed, name).IntN(len(p.Choose))]
		switch choice := choice.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(choice)) {
				v[name+"."+key] = fmt.Sprint(choice[key])
			}
		default:
			v[name] = fmt.Sprint(choice)
		}
	}
	for _, name := range late {
		s, err := v.expand(params[name].Value)
		if err != nil {
			return nil, fmt.Errorf("params: %s: %w", name, err)
		}
		v[name] = s
	}
	return v, nil
}

func rng(seed uint64, name string) *rand.Rand {
	h := uint64(14695981039346656037)
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	r := rand.New(rand.NewPCG(seed, h))
	r.Uint64() // the first output of nearby seeds is alike in few bits
	return r
}

// reference matches ${NAME}, ${NAME+N}, ${NAME-N} and ${NAME|PARTICLE}, and
// the escape $${ for a plain "${".
var reference = regexp.MustCompile(`\$?\$\{([^{}]*)\}`)

var refForm = regexp.MustCompile(`^([a-z][a-z0-9_.]*)(?:([+-][0-9]+)|\|([가-힣()]+))?$`)

// expand replaces the references in s:
//
//	${NAME}         the value
//	${NAME+1}       the value, a number, plus one
//	${NAME|은는}    the value with the Korean particle that fits it
//	$${             a plain ${
func (v Values) expand(s string) (string, error) {
	if !strings.Contains(s, "${") {
		return s, nil
	}
	var first error
	out := reference.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(m, "$$") {
			return m[1:]
		}
		r, err := v.value(m[2 : len(m)-1])
		if err != nil && first == nil {
			first = err
		}
		return r
	})
	return out, first
}

func (v Values) value(ref string) (string, error) {
	f := refForm.FindStringSubmatch(ref)
	if f == nil {
		return "", fmt.Errorf("${%s}: not of the form ${name}, ${name+1} or ${name|particle}", ref)
	}
	val, ok := v[f[1]]
	if !ok {
		return "", fmt.Errorf("${%s}: no parameter %q", ref, f[1])
	}
	switch {
	case f[2] != "":
		n, err := strconv.Atoi(val)
		d, err2 := strconv.Atoi(f[2])
		if err != nil || err2 != nil {
			return "", fmt.Errorf("${%s}: %s is %q, not a number", ref, f[1], val)
		}
		return strconv.Itoa(n + d), nil
	case f[3] != "":
		p, ok := josa.Particle(val, f[3])
		if !ok {
			return "", fmt.Errorf("${%s}: unknown particle %q, want one of %s", ref, f[3], strings.Join(josa.Names(), " "))
		}
		return val + p, nil
	}
	return val, nil
}

// expandNode replaces the references in all strings below a YAML node and
// reports each that fails.
func (v Values) expandNode(n *yaml.Node, report func(line, col int, msg string)) {
	if n.Kind == yaml.ScalarNode {
		s, err := v.expand(n.Value)
		if err != nil {
			report(n.Line, n.Column, err.Error())
			return
		}
		if s != n.Value {
			n.Value = s
			if n.Style == 0 && n.Tag == "!!str" { // a plain scalar gets the type of what it has become
				n.Tag = ""
			}
		}
		return
	}
	for _, c := range n.Content {
		v.expandNode(c, report)
	}
}
