package shell

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Bounds on source text. The parser recurses on nested constructs, and a Go
// stack that overflows ends the whole process, so the number of characters and
// words that could open one is bounded before parsing.
const (
	maxSource  = 256 << 10
	maxOpeners = 12_000
)

var errTooComplex = errors.New("syntax error: too long or too deeply nested")

// tooComplex counts everything that may nest: brackets, operators (which chain
// in the syntax tree), and reserved words that open a compound command.
func tooComplex(src string) bool {
	if len(src) > maxSource {
		return true
	}
	n, word := 0, 0
	for i := 0; i <= len(src); i++ {
		var c byte
		if i < len(src) {
			c = src[i]
		}
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' {
			continue
		}
		switch src[word:i] {
		case "if", "while", "until", "for", "case", "select", "do", "then", "else", "elif", "function", "time", "coproc", "in":
			n++
		}
		word = i + 1
		if strings.IndexByte("({[`!~+?:=|&<^*/%", c) >= 0 && c != 0 {
			n++
		}
		if c == '-' && i+1 < len(src) && (src[i+1] == '-' || src[i+1] == ' ') {
			n++
		}
	}
	return n > maxOpeners
}

func (s *Shell) parser() *syntax.Parser {
	if s.dialect == dash {
		return syntax.NewParser(syntax.Variant(syntax.LangPOSIX))
	}
	return syntax.NewParser(syntax.Variant(syntax.LangBash))
}

// chunk is a run of statements that bash reads as a unit: those that end on the
// same line.
type chunk = []*syntax.Stmt

// parse reads src and hands it to run line by line, so that what stands before
// a syntax error is run, as in bash. It returns the syntax error, if any, or
// nil also when run returned false.
func (s *Shell) parse(src string, run func(chunk) bool) error {
	if tooComplex(src) {
		return errTooComplex
	}
	var pending chunk
	var failed error
	for stmt, err := range s.parser().StmtsSeq(strings.NewReader(src)) {
		if err != nil { // may come twice, and the loop must not be left then
			failed = err
			continue
		}
		if failed != nil {
			continue
		}
		if len(pending) > 0 && lineEnds(src, pending[len(pending)-1]) {
			if !run(pending) {
				return nil
			}
			pending = nil
		}
		pending = append(pending, stmt)
	}
	whole := failed == nil || len(pending) > 0 && lineEnds(src, pending[len(pending)-1])
	if len(pending) > 0 && whole && !run(pending) {
		return nil
	}
	return failed
}

// lineEnds reports whether nothing but blanks follows the statement on its line.
func lineEnds(src string, st *syntax.Stmt) bool {
	end := int(st.End().Offset())
	if end >= len(src) {
		return true
	}
	rest := strings.TrimLeft(src[end:], " \t;&\r")
	return rest == "" || rest[0] == '\n' || rest[0] == '#'
}

// parseAll parses src as a whole, for interactive input and for functions.
func (s *Shell) parseAll(src string) (chunk, error) {
	if tooComplex(src) {
		return nil, errTooComplex
	}
	var list chunk
	var failed error
	for stmt, err := range s.parser().StmtsSeq(strings.NewReader(src)) {
		if err != nil {
			failed = err
			continue
		}
		list = append(list, stmt)
	}
	if failed != nil {
		return nil, failed
	}
	return list, nil
}

// syntaxError prints err the way the shell's own parser would. where is "-c" or
// "eval" and so on, "" for a script file.
func (s *Shell) syntaxError(src, where string, err error) {
	var pe syntax.ParseError
	if !errors.As(err, &pe) {
		s.say("%v", err)
		return
	}
	line := int(pe.Pos.Line())
	lead := s.name + ": "
	if s.dialect == dash {
		s.dashSyntaxError(src, pe)
		return
	}
	if where != "" {
		lead += where + ": "
	}
	at := func(n int) string {
		if s.interactive && where == "" {
			return lead
		}
		return lead + fmt.Sprintf("line %d: ", s.base+n)
	}
	out := s.fd(2)
	if close, ok := unclosed(pe); ok {
		n := line
		if close == ")" && !strings.Contains(pe.Text, "expression") {
			n = lineCount(src) + 1
		}
		fmt.Fprintf(out, "%sunexpected EOF while looking for matching `%s'\n", at(n), close)
		return
	}
	if strings.Contains(pe.Text, "not a valid test operator") || strings.Contains(pe.Text, "test operator words") {
		fmt.Fprintf(out, "%sconditional binary operator expected\n", at(line))
	} else if strings.Contains(pe.Text, "parameter expansion") {
		s.line = s.base + line
		s.say("%s: bad substitution", substitutionAt(src, int(pe.Pos.Offset())))
		s.status = 1
		return
	}
	tok := offendingToken(src, pe)
	if tok == "" {
		fmt.Fprintf(out, "%ssyntax error: unexpected end of file\n", at(lineCount(src)+1))
		return
	}
	fmt.Fprintf(out, "%ssyntax error near unexpected token `%s'\n", at(line), tok)
	if !s.interactive {
		fmt.Fprintf(out, "%s`%s'\n", at(line), sourceLine(src, line))
	}
}

func (s *Shell) dashSyntaxError(src string, pe syntax.ParseError) {
	line := s.base + int(pe.Pos.Line())
	lead := fmt.Sprintf("%s: %d: Syntax error: ", s.name, line)
	if close, ok := unclosed(pe); ok && (close == `"` || close == "'" || close == "`") {
		text := "Unterminated quoted string"
		if close == "`" {
			text = "EOF in backquote substitution"
		}
		io.WriteString(s.fd(2), lead+text+"\n")
		return
	}
	switch tok := offendingToken(src, pe); {
	case tok == "" || pe.Incomplete:
		expecting := ""
		if _, tail, ok := strings.Cut(pe.Text, " must be followed by `"); ok {
			expecting = " (expecting \"" + strings.TrimSuffix(tail, "`") + "\")"
		} else if _, tail, ok := strings.Cut(pe.Text, "with `"); ok {
			expecting = " (expecting \"" + strings.TrimSuffix(tail, "`") + "\")"
		} else if strings.Contains(pe.Text, "statement must end with `") {
			_, tail, _ := strings.Cut(pe.Text, "end with `")
			expecting = " (expecting \"" + strings.TrimSuffix(tail, "`") + "\")"
		}
		fmt.Fprintf(s.fd(2), "%s: %d: Syntax error: end of file unexpected%s\n", s.name, s.base+lineCount(src), expecting)
	case tok == "newline":
		io.WriteString(s.fd(2), lead+"newline unexpected\n")
	case isWord(tok) && !syntax.IsKeyword(tok):
		io.WriteString(s.fd(2), lead+"word unexpected\n")
	default:
		fmt.Fprintf(s.fd(2), "%s\"%s\" unexpected\n", lead, tok)
	}
}

// unclosed tells which closing character the text lacks, where bash says that.
func unclosed(pe syntax.ParseError) (string, bool) {
	if !pe.Incomplete {
		return "", false
	}
	t := pe.Text
	switch {
	case strings.Contains(t, "closing quote"):
		q := strings.Trim(t[strings.Index(t, "quote")+5:], " ")
		if strings.Contains(q, "\"`\"") || strings.Contains(q, "```") {
			return "`", true
		}
		if strings.Contains(q, "'") {
			return "'", true
		}
		return `"`, true
	case strings.Contains(t, "matching `${`"):
		return "}", true
	case strings.Contains(t, "matching `$("), strings.Contains(t, "matching `(("), strings.Contains(t, "an expression"):
		return ")", true
	}
	return "", false
}

// offendingToken finds the token bash's parser would stumble on, "" for the
// end of the text. The parser we use reports the beginning of what is
// incomplete instead, so for "X must be followed by" it is the token after X.
func offendingToken(src string, pe syntax.ParseError) string {
	off := min(int(pe.Pos.Offset()), len(src))
	head, tail, follows := strings.Cut(pe.Text, " must be followed by ")
	if !follows {
		if pe.Incomplete {
			return ""
		}
		return tokenAt(src[off:])
	}
	lit := strings.Trim(head, "`")
	rest := src[off:]
	switch {
	case strings.HasPrefix(rest, lit):
		rest = rest[len(lit):]
	case strings.ContainsAny(rest, ";\n"):
		rest = rest[strings.IndexAny(rest, ";\n")+1:]
	case strings.HasPrefix(rest, "("):
		rest = rest[1:]
	}
	rest = strings.TrimLeft(rest, " \t")
	if strings.TrimSpace(rest) == "" || pe.Incomplete {
		if tail == "a word" || tail == "a literal" || tail == "a name" || tail == "`)`" {
			return "newline"
		}
		return ""
	}
	if strings.HasPrefix(rest, "\n") && (tail == "a word" || tail == "a literal" || tail == "a name") {
		return "newline"
	}
	return tokenAt(strings.TrimLeft(rest, " \t\n"))
}

func tokenAt(s string) string {
	if s == "" {
		return ""
	}
	if s[0] == '\n' {
		return "newline"
	}
	for _, op := range []string{"&&", "||", ";;&", ";;", ";&", "<<<", "<<-", "<<", ">>", ">&", "<&", "&>", ">|", "|&", "<>"} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	if strings.IndexByte("();&|<>", s[0]) >= 0 {
		return s[:1]
	}
	i := strings.IndexAny(s, " \t\n;&|<>()")
	if i < 0 {
		i = len(s)
	}
	return s[:i]
}

func isWord(tok string) bool { return strings.IndexByte("();&|<>", tok[0]) < 0 }

// substitutionAt returns the ${...} around offset off.
func substitutionAt(src string, off int) string {
	i := strings.LastIndex(src[:min(off, len(src))], "${")
	if i < 0 {
		return src
	}
	if j := strings.IndexByte(src[i:], '}'); j >= 0 {
		return src[i : i+j+1]
	}
	return src[i:]
}

func lineCount(src string) int { return 1 + strings.Count(strings.TrimSuffix(src, "\n"), "\n") }

func sourceLine(src string, n int) string {
	for i := 1; i < n; i++ {
		_, rest, ok := strings.Cut(src, "\n")
		if !ok {
			return ""
		}
		src = rest
	}
	line, _, _ := strings.Cut(src, "\n")
	return line
}

// isIncomplete reports whether more lines could complete the text.
func isIncomplete(src string, err error) bool {
	if err == nil {
		body := strings.TrimSuffix(src, "\n")
		n := len(body) - len(strings.TrimRight(body, `\`))
		return n%2 == 1
	}
	var pe syntax.ParseError
	if !errors.As(err, &pe) {
		return false
	}
	// The parser takes a here-document with a quoted word that has not ended
	// yet for wrong at once.
	if strings.HasPrefix(pe.Text, "unclosed here-document") {
		return true
	}
	if !pe.Incomplete {
		return false
	}
	// "a >" and "for" are wrong at the end of the line already.
	return offendingToken(src, pe) != "newline"
}
