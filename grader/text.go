package grader

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"mxlab/sim"
)

// Lang selects the language of a report.
type Lang string

const (
	English Lang = "en"
	Korean  Lang = "ko"
)

func (l Lang) of(t sim.Text) string {
	if l == Korean {
		return t.KO
	}
	return t.EN
}

// marks are the words for a status.
var marks = map[Lang]map[Status]string{
	English: {Pass: "PASS", Partial: "PART", Fail: "FAIL", Blocked: "WAIT", Error: "ERR "},
	Korean:  {Pass: "통과", Partial: "일부", Fail: "실패", Blocked: "보류", Error: "오류"},
}

// WriteText writes a report for people.
func (r *Report) WriteText(w io.Writer, l Lang) error {
	var b strings.Builder
	if r.File != "" {
		fmt.Fprintf(&b, "%s\n", r.File)
	}
	if r.Refused != "" {
		word := "refused"
		if l == Korean {
			word = "채점 불가"
		}
		fmt.Fprintf(&b, "%s: %s\n", word, r.Refused)
		_, err := io.WriteString(w, printable(b.String()))
		return err
	}
	passed, total := r.Passed()
	head := "%s (%s, seed %d): %g of %g points, %d of %d checks\n"
	if l == Korean {
		head = "%s (%s, 시드 %d): %g/%g점, 검사 %d/%d 통과\n"
	}
	fmt.Fprintf(&b, head, l.of(r.Title), r.Scenario, r.Seed, r.Score, r.Max, passed, total)
	if r.Student != "" {
		fmt.Fprintf(&b, "%s\n", r.Student)
	}
	for i := range r.Items {
		r.Items[i].writeText(&b, l)
	}
	if r.Capped != "" {
		text := "\nThe score is capped because of: %s\n"
		if l == Korean {
			text = "\n다음 항목 때문에 점수가 제한되었습니다: %s\n"
		}
		fmt.Fprintf(&b, text, l.of(r.CappedBy()))
	}
	_, err := io.WriteString(w, printable(b.String()))
	return err
}

// itemWords are the words around an item's texts.
var itemWords = map[Lang]struct{ from, want, got string }{English: {"seen from", "expected", "actual"}, Korean: {"확인한 곳", "기대", "실제"}}

// writeText writes one check: what it says, and unless it passed what was
// wanted, what was seen, and its evidence.
func (it *Item) writeText(b *strings.Builder, l Lang) {
	w := itemWords[l]
	fmt.Fprintf(b, "\n[%s] %s", marks[l][it.Status], l.of(it.Title))
	if it.Max > 0 {
		fmt.Fprintf(b, "  %g/%g", it.Score, it.Max)
	}
	fmt.Fprintf(b, "\n       %s\n", l.of(it.Rationale))
	if it.Status != Pass && it.Status != Blocked {
		for _, line := range []struct{ word, text string }{{w.from, l.of(it.Vantage)}, {w.want, l.of(it.Expected)}, {w.got, l.of(it.Actual)}} {
			if line.text != "" {
				fmt.Fprintf(b, "       %s: %s\n", line.word, line.text)
			}
		}
	}
	for _, part := range it.Parts {
		if it.Status != Pass {
			fmt.Fprintf(b, "       [%s] %s%s\n", marks[l][part.Status], l.of(part.Name), after(": ", l.of(part.Text)))
		}
	}
	for _, e := range it.Evidence {
		if e.File != "" {
			fmt.Fprintf(b, "       > %s:%s%s\n", e.Host, e.File, after(":", number(uint64(e.Line))))
		} else {
			fmt.Fprintf(b, "       > %s%s\n", after("#", number(e.Seq)), after(" ", e.Label))
		}
	}
}

// printable takes out what could steer a terminal: names, files and mails are
// written by students.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, s)
}

// after puts a sign before a text that is not empty.
func after(sign, text string) string {
	if text == "" {
		return ""
	}
	return sign + text
}

// number is the number of a line or an event, empty for none.
func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// WriteJSON writes the native form of reports: one object, or an array of
// several.
func WriteJSON(w io.Writer, list []*Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if len(list) == 1 {
		return enc.Encode(list[0])
	}
	return enc.Encode(list)
}
