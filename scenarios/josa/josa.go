// Package josa picks the form of a Korean particle that fits the word before
// it (한글 맞춤법, 조사): 은/는, 이/가, 을/를, 과/와, 으로/로, 이나/나, 아/야.
//
// Digits and Latin letters count by their Korean reading. What a reader would
// spell out in another way (a foreign word's last syllable) is not known; then
// the form after a vowel is taken.
package josa

import (
	"strings"
	"unicode/utf8"
)

// Names are the pairs there are, written without the slash.
func Names() []string {
	return []string{"은는", "이가", "을를", "과와", "으로로", "이나나", "아야"}
}

// Particle returns the particle of a pair that follows word: the first form
// after a final consonant, the second after a vowel. Of 으로/로 the second also
// follows a final ㄹ. It reports false for an unknown pair.
func Particle(word, pair string) (string, bool) {
	forms := map[string][2]string{"은는": {"은", "는"}, "이가": {"이", "가"}, "을를": {"을", "를"}, "과와": {"과", "와"},
		"으로로": {"으로", "로"}, "이나나": {"이나", "나"}, "아야": {"아", "야"}}
	f, ok := forms[pair]
	if !ok {
		return "", false
	}
	closed, rieul := finalConsonant(word)
	if closed && !(pair == "으로로" && rieul) {
		return f[0], true
	}
	return f[1], true
}

// Fill replaces every {은는}, {이가} ... in a text by the form that fits the
// word before it. A closing quote or bracket does not count as the word.
func Fill(text string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		pair, tail, closed := strings.Cut(rest, "}")
		form, known := "", false
		if closed {
			form, known = Particle(strings.TrimRight(out.String(), "\"')]>”’」. "), pair)
		}
		if !known {
			out.WriteByte('{')
			text = rest
			continue
		}
		out.WriteString(form)
		text = tail
	}
}

// finalConsonant reports whether the reading of a word ends in a consonant, and
// whether that is ㄹ.
func finalConsonant(word string) (closed, rieul bool) {
	r, _ := utf8.DecodeLastRuneInString(word)
	switch {
	case r >= 0xac00 && r <= 0xd7a3:
		final := (r - 0xac00) % 28
		return final != 0, final == 8
	case r == '0' || r == '3' || r == '6': // 영 삼 육
		return true, false
	case r == '1' || r == '7' || r == '8': // 일 칠 팔
		return true, true
	case r == 'l' || r == 'L' || r == 'r' || r == 'R': // 엘 알
		return true, true
	case r == 'm' || r == 'M' || r == 'n' || r == 'N': // 엠 엔
		return true, false
	}
	return false, false
}
