package postfix

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// regexpPattern reads "/pattern/flags" (regexp_table(5), pcre_table(5)). Any
// character may delimit. known are the option letters of the dialect. Matching ignores case unless the flag "i" toggles that.
// Go's expressions are used: what PCRE has beyond them (look-around,
// back-references) is reported as an error of the rule.
func regexpPattern(text, known string) (r patternRule, rest, problem string) {
	for strings.HasPrefix(text, "!") {
		r.negate = !r.negate
		text = strings.TrimLeft(text[1:], spaces)
	}
	if text == "" {
		return patternRule{}, "", "no regexp: skipping this rule"
	}
	delim := text[0]
	if isNameChar(delim) {
		return patternRule{}, "", "ignoring unrecognized request"
	}
	end := closingDelimiter(text)
	if end < 0 {
		return patternRule{}, "", fmt.Sprintf("no closing regexp delimiter \"%c\": skipping this rule", delim)
	}
	body, rest := text[1:end], text[end+1:]
	flags, rest, problem := regexpFlags(rest, known)
	if problem != "" {
		return patternRule{}, "", problem
	}
	re, err := regexp.Compile(flags + unescapeDelimiter(body, delim))
	if err != nil {
		return patternRule{}, "", regexpError(err)
	}
	r.expand = true
	r.match = func(key string) ([]string, bool) {
		m := re.FindStringSubmatch(key)
		return m, m != nil
	}
	r.groups = re.NumSubexp()
	return r, rest, ""
}

func closingDelimiter(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return i
		}
	}
	return -1
}

func unescapeDelimiter(body string, delim byte) string {
	if strings.IndexByte(`\.+*?()|[]{}^$`, delim) >= 0 {
		return body
	}
	return strings.ReplaceAll(body, `\`+string(delim), string(delim))
}

// regexpFlags reads the letters after the pattern; each toggles.
func regexpFlags(rest, known string) (prefix, tail, problem string) {
	ignoreCase, multiline, dotAll := true, false, true
	i := 0
	for ; i < len(rest) && strings.IndexByte(spaces, rest[i]) < 0; i++ {
		switch c := rest[i]; {
		case strings.IndexByte(known, c) < 0:
			return "", "", fmt.Sprintf("unknown regexp option \"%c\": skipping this rule", c)
		case c == 'i':
			ignoreCase = !ignoreCase
		case c == 'm':
			multiline = !multiline
		case c == 's':
			dotAll = !dotAll
		}
	}
	set := ""
	for _, f := range []struct {
		on   bool
		char string
	}{{ignoreCase, "i"}, {multiline, "m"}, {dotAll, "s"}} {
		if f.on {
			set += f.char
		}
	}
	if set != "" {
		set = "(?" + set + ")"
	}
	return set, rest[i:], ""
}

// regexpError words the common mistakes as regcomp(3) does.
func regexpError(err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "missing closing )"), strings.Contains(text, "unexpected )"):
		return `Unmatched ( or \(`
	case strings.Contains(text, "missing closing ]"):
		return `Unmatched [, [^, [:, [., or [=`
	case strings.Contains(text, "missing argument to repetition"):
		return "Invalid preceding regular expression"
	case strings.Contains(text, "trailing backslash"):
		return "Trailing backslash"
	}
	return strings.TrimPrefix(text, "error parsing regexp: ")
}

// replacementRefs finds $1, ${1} and $(1) in a result. "$$" is a dollar sign.
func replacementRefs(value string, each func(start, end int, ref string)) {
	for i := 0; i+1 < len(value); i++ {
		if value[i] != '$' {
			continue
		}
		if value[i+1] == '$' {
			i++
			continue
		}
		body, end, closed := macroBody(value, i+1)
		if !closed {
			body, end = "", len(value)
		}
		if body != "" && value[i+1] != '{' && value[i+1] != '(' {
			digits := len(body) - len(strings.TrimLeft(body, "0123456789"))
			if digits > 0 {
				body, end = body[:digits], i+1+digits
			}
		}
		each(i, end, body)
		i = end - 1
	}
}

func checkReplacement(r *patternRule) string {
	problem := ""
	replacementRefs(r.value, func(_, _ int, ref string) {
		n, err := strconv.Atoi(ref)
		switch {
		case problem != "":
		case r.negate:
			problem = "$number found in negative match replacement text: skipping this rule"
		case err != nil:
			problem = fmt.Sprintf("non-numeric replacement index \"%s\": skipping this rule", ref)
		case n < 1 || n > r.groups:
			problem = fmt.Sprintf("out of range replacement index \"%d\": skipping this rule", n)
		}
	})
	return problem
}

func substituteGroups(value string, groups []string) string {
	var b strings.Builder
	last := 0
	replacementRefs(value, func(start, end int, ref string) {
		b.WriteString(value[last:start])
		if n, err := strconv.Atoi(ref); err == nil && n < len(groups) {
			b.WriteString(groups[n])
		}
		last = end
	})
	b.WriteString(value[last:])
	return strings.ReplaceAll(b.String(), "$$", "$")
}
