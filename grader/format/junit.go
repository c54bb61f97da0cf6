package format

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"mxlab/grader"
)

// The elements of JUnit's report, in the order its schema asks for: properties,
// test cases, then the outputs.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	Time    string      `xml:"time,attr"`
	Skipped *junitWhy   `xml:"skipped"`
	Error   *junitFault `xml:"error"`
	Failure *junitFault `xml:"failure"`
}

type junitWhy struct {
	Message string `xml:"message,attr"`
}

type junitFault struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junit writes a suite per report: a wrong result is a failure, the grader's
// own fault an error, a blocked check skipped.
func junit(w io.Writer, list []*grader.Report, o Options) error {
	var all junitSuites
	for _, r := range list {
		s := junitSuite{Name: strings.TrimSpace(r.Scenario + " " + name(r)), Time: "0", Err: r.Refused,
			Properties: []junitProperty{{"score", fmt.Sprint(r.Score)}, {"max", fmt.Sprint(r.Max)}, {"seed", fmt.Sprint(r.Seed)}, {"engine", r.Engine}}}
		if r.Refused != "" {
			s.Cases = append(s.Cases, junitCase{Name: "submission", Class: "mxlab", Time: "0", Error: &junitFault{r.Refused, "refused", r.Refused}})
			s.Tests, s.Errors = 1, 1
		}
		for i := range r.Items {
			s.add(&r.Items[i], r, o)
		}
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(it *grader.Item, r *grader.Report, o Options) {
	c := junitCase{Name: o.in(it.Title), Class: r.Scenario + "." + it.ID, Time: "0"}
	why := o.in(it.Rationale)
	s.Tests++
	switch it.Status {
	case grader.Fail, grader.Partial:
		s.Failures++
		c.Failure = &junitFault{why, it.Type, explain(it, o)}
	case grader.Error:
		s.Errors++
		c.Error = &junitFault{why, it.Type, explain(it, o)}
	case grader.Blocked:
		s.Skipped++
		c.Skipped = &junitWhy{why}
	}
	s.Cases = append(s.Cases, c)
}
