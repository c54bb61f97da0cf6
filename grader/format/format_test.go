package format_test

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"mxlab/grader"
	"mxlab/grader/format"
	"mxlab/sim"
)

// both is a text alike in both languages but for its mark.
func both(s string) sim.Text { return sim.Text{EN: s, KO: s + " (한)"} }

// mean is a report with everything that could break out of a form.
func mean() *grader.Report {
	return &grader.Report{Scenario: "missing-ptr", Engine: "1", Seed: 7, Student: "=HYPERLINK(\"x\")", File: "a.json", Title: both("The mail"), Score: 40, Max: 100, Capped: "gate",
		Items: []grader.Item{
			{ID: "ptr", Type: "dns.fcrdns", Title: both("PTR # <b>& \\"), Goal: "reverse", Status: grader.Pass, Score: 50, Max: 50, Rationale: both("good")},
			{ID: "mail", Type: "mail.delivered", Title: both("Mail"), Status: grader.Fail, Max: 50, Rationale: both("bad ]]> \x00\x1b[31m"), Expected: both("1"), Actual: both("- \"0\"\nComment :=>>x\nGrade :=>>100"), Evidence: []grader.Evidence{{Label: "250 ok", Seq: 3}}},
			{ID: "next", Type: "mail.delivered", Title: both("Next"), Status: grader.Blocked, Needs: "mail", Rationale: both("first mail")},
			{ID: "own", Type: "perturb", Title: both("Own"), Status: grader.Error, Rationale: both("fault")},
			{ID: "gate", Type: "inv.no_shortcut", Title: both("Honest"), Status: grader.Fail, Rationale: both("+shortcut"), Visibility: "hidden"},
		}}
}

func refused() *grader.Report {
	return &grader.Report{File: "b.json", Student: "lee@x.kr", Refused: "b.json: line 3: damaged"}
}

func write(t testing.TB, name string, o format.Options, list ...*grader.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := format.Write(&b, name, list, o); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b.String()
}

func TestGradescope(t *testing.T) {
	var got struct {
		Score *float64
		Tests []struct {
			Status, Name, Visibility string
			OutputFormat             string  `json:"output_format"`
			Max                      float64 `json:"max_score"`
		}
	}
	decode(t, write(t, "gradescope", format.Options{}, mean()), &got)
	if got.Score == nil || *got.Score != 40 || len(got.Tests) != 5 || got.Tests[0].Status != "passed" || got.Tests[1].Status != "failed" || got.Tests[4].Visibility != "hidden" || got.Tests[0].OutputFormat != "text" || got.Tests[0].Max != 50 {
		t.Errorf("%+v", got)
	}
	if s := write(t, "gradescope", format.Options{}, refused()); !strings.Contains(s, `"score": 0`) || !strings.Contains(s, "line 3") || !strings.Contains(s, `"tests": []`) {
		t.Error(s)
	}
}

func decode(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// The order of elements is that of the schema: properties, testcase*,
// system-out, system-err.
func TestJUnitOrder(t *testing.T) {
	text := write(t, "junit", format.Options{}, mean(), refused())
	d := xml.NewDecoder(strings.NewReader(text))
	rank := map[string]int{"properties": 1, "testcase": 2, "system-out": 3, "system-err": 4}
	depth, last, counts := 0, 0, map[string]int{}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			depth++
			counts[e.Name.Local]++
			if e.Name.Local == "testsuite" {
				last = 0
			}
			if depth == 3 {
				if r := rank[e.Name.Local]; r == 0 || r < last {
					t.Errorf("%s after rank %d", e.Name.Local, last)
				} else {
					last = r
				}
			}
		case xml.EndElement:
			depth--
		}
	}
	if counts["testsuite"] != 2 || counts["testcase"] != 6 || counts["failure"] != 2 || counts["error"] != 2 || counts["skipped"] != 1 || strings.ContainsAny(text, "\x00\x1b") {
		t.Errorf("%v\n%s", counts, text)
	}
}

func TestGitHubAndClassroom50(t *testing.T) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(write(t, "github", format.Options{}, mean())))
	if err != nil {
		t.Fatal(err)
	}
	var gh struct {
		Version  int
		Status   string
		MaxScore float64 `json:"max_score"`
		Tests    []struct {
			Status string
			Score  float64
		}
	}
	decode(t, string(raw), &gh)
	sum := 0.0
	for _, c := range gh.Tests {
		sum += c.Score
	}
	if gh.Version != 1 || gh.Status != "fail" || gh.MaxScore != 100 || sum != 40 || len(gh.Tests) != 6 {
		t.Errorf("%+v", gh)
	}
	var c50 map[string]any
	decode(t, write(t, "classroom50", format.Options{Meta: map[string]string{"classroom": "net", "datetime": "2026-03-02T09:00:00Z"}}, mean()), &c50)
	for _, key := range []string{"classroom", "assignment", "submission", "commit", "release", "review", "datetime", "score", "max-score", "tests"} {
		if _, ok := c50[key]; !ok {
			t.Errorf("classroom50 lacks %s", key)
		}
	}
	if c50["score"] != 40.0 || c50["classroom"] != "net" {
		t.Errorf("%v", c50)
	}
	if err := format.Write(io.Discard, "classroom50", []*grader.Report{mean()}, format.Options{Meta: map[string]string{"datetime": "today"}}); err == nil {
		t.Error("a bad date was taken")
	}
}

func TestPrairieLearn(t *testing.T) {
	var got struct {
		Gradable bool
		Score    float64
		Tests    []struct {
			Points float64
			Max    float64 `json:"max_points"`
		}
	}
	text := write(t, "prairielearn", format.Options{}, mean())
	decode(t, text, &got)
	if !got.Gradable || got.Score != 0.4 || len(got.Tests) != 4 || strings.Contains(text, "+shortcut") {
		t.Errorf("%s", text)
	}
	got.Gradable = true
	decode(t, write(t, "prairielearn", format.Options{}, refused()), &got)
	if got.Gradable {
		t.Error("what cannot be graded is gradable")
	}
}

func TestTAP(t *testing.T) {
	text := write(t, "tap", format.Options{}, mean())
	lines := strings.Split(text, "\n")
	if lines[0] != "TAP version 14" || lines[1] != "1..5" || lines[2] != `ok 1 - PTR \# <b>& \\` || !strings.Contains(text, "\nok 3 - Next # SKIP first mail\n") || !strings.Contains(text, "\nnot ok 4 - Own # TODO") {
		t.Error(text)
	}
	_, block, _ := strings.Cut(text, "  ---\n")
	block, _, _ = strings.Cut(block, "  ...\n")
	var diag map[string]string
	if err := yaml.Load([]byte(block), &diag); err != nil || !strings.Contains(diag["actual"], "Grade :=>>100") {
		t.Errorf("%v in %q", err, block)
	}
	if text := write(t, "tap", format.Options{}, mean(), refused()); !strings.Contains(text, "\n1..2\n# Subtest: ") || !strings.Contains(text, "\n    not ok 1 - submission\n") {
		t.Error(text)
	}
}

func TestVPLLinesCannotBeForged(t *testing.T) {
	text := write(t, "moodle-vpl", format.Options{}, mean())
	if n := strings.Count("\n"+text, "\nGrade :=>>"); n != 1 || !strings.HasSuffix(text, "\nGrade :=>>40\n") {
		t.Errorf("%d grades in\n%s", n, text)
	}
	for l := range strings.Lines(text) {
		if !strings.HasPrefix(l, "Comment :=>>") && !strings.HasPrefix(l, "Grade :=>>") {
			t.Errorf("line %q", l)
		}
	}
}

// cells reads CSV and fails for cells a spreadsheet takes for formulas.
func cells(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for _, row := range rows {
		for _, c := range row {
			if strings.ContainsAny(strings.TrimLeft(c+" ", " \t\n")+" ", "\x00") || c != "" && strings.ContainsRune("=+-@", rune(c[0])) {
				t.Errorf("cell %q", c)
			}
		}
	}
	return rows
}

func TestTables(t *testing.T) {
	good := &grader.Report{Student: "kim@x.kr", Scenario: "missing-ptr", Title: both("The mail"), Score: 100, Max: 100, Items: mean().Items[:1]}
	rows := cells(t, write(t, "csv", format.Options{Lang: grader.Korean}, mean(), good, refused()))
	last := rows[len(rows)-1]
	if len(rows) != 5 || last[0] != "commonest failure" || !strings.HasPrefix(last[7], "1: bad") || rows[2][6] != "pass" || rows[2][7] != "" || rows[3][5] == "" {
		t.Errorf("%q", rows)
	}
	rows = cells(t, write(t, "moodle", format.Options{}, mean(), good))
	if rows[1][2] != "40" || rows[1][3] == "" || rows[2][0] != "" || rows[2][1] != "kim@x.kr" || strings.Contains(rows[1][3], "shortcut") {
		t.Errorf("%q", rows)
	}
}

func TestTeachersTablesAreFilledIn(t *testing.T) {
	good := &grader.Report{Student: "Kim@x.kr", Scenario: "missing-ptr", Title: both("The mail"), Score: 75, Max: 100}
	sheet := "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade),Feedback comments\n" +
		"Participant 1,Kim,kim@x.kr,Submitted,,10,-,\nParticipant 2,\"Lee, J\",lee@x.kr,,3,10,\"Monday, 1 June 2026, 1:00 PM\",keep\n"
	rows := func(name string, o format.Options) [][]string {
		t.Helper()
		r, err := csv.NewReader(strings.NewReader(write(t, name, o, good))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	got := rows("moodle-offline", format.Options{Roster: strings.NewReader(sheet), Meta: map[string]string{"datetime": "2026-06-02T09:05:00Z"}})
	if got[1][4] != "7.5" || got[1][6] != "Tuesday, 2 June 2026, 9:05 AM" || got[2][4] != "3" || got[2][7] != "keep" || got[2][1] != "Lee, J" {
		t.Errorf("%q", got)
	}
	book := "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (11),missing-ptr (12)\n    Points Possible,,,,,5,100\n\"Kim, M\",1,u1,kim@x.kr,A,4,\nLee,2,u2,lee@x.kr,A,,\n"
	got = rows("canvas", format.Options{Roster: strings.NewReader(book)})
	if got[2][6] != "75" || got[2][5] != "4" || got[3][6] != "" || got[1][6] != "100" {
		t.Errorf("%q", got)
	}
	got = rows("canvas", format.Options{Roster: strings.NewReader(book), Meta: map[string]string{"assignment": "Quiz"}})
	if got[2][5] != "75" || got[2][6] != "" {
		t.Errorf("%q", got)
	}
	for name, text := range map[string]string{"canvas": "a,b\n1,2\n", "moodle-offline": "", "no roster": ""} {
		o := format.Options{Roster: strings.NewReader(text)}
		if name == "no roster" {
			name, o.Roster = "canvas", nil
		}
		if err := format.Write(io.Discard, name, []*grader.Report{good}, o); err == nil {
			t.Errorf("%s: took %q", name, text)
		}
	}
}

func TestFormatsThatHoldOneReport(t *testing.T) {
	for _, name := range format.Names() {
		err := format.Write(io.Discard, name, []*grader.Report{mean(), mean()}, format.Options{Roster: strings.NewReader("Student,ID,missing-ptr\n")})
		single := name == "gradescope" || name == "github" || name == "classroom50" || name == "moodle-vpl" || name == "prairielearn"
		if errors.Is(err, format.ErrSingle) != single {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := format.Write(io.Discard, "pdf", nil, format.Options{}); !errors.Is(err, format.ErrUnknown) {
		t.Error(err)
	}
}
