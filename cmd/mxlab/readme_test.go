package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestREADMECommands executes every command of the README that begins with
// "go run ./cmd/mxlab", in order, in one temporary folder. A block marked
// "actions.yaml" is written as that file. Commands that serve do so at free
// ports and are told to end as soon as they are ready.
func TestREADMECommands(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	n := 0
	for _, block := range fenced(string(text)) {
		if block.info == "yaml" {
			if err := os.WriteFile("actions.yaml", []byte(block.text), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if block.info != "sh" {
			continue
		}
		for line := range strings.Lines(block.text) {
			line, _, _ = strings.Cut(line, " #")
			args, ok := strings.CutPrefix(strings.TrimSpace(line), "go run ./cmd/mxlab")
			if !ok {
				continue
			}
			n++
			words := splitWords(args)
			if len(words) == 0 {
				continue // would open a browser
			}
			ctx := t.Context()
			if words[0] == "serve" || words[0] == "gateway" {
				ended, end := context.WithCancel(ctx)
				end()
				ctx = ended
				for i, w := range words {
					words[i] = fixedPort.ReplaceAllString(w, "${1}0")
				}
			}
			var stdout, stderr bytes.Buffer
			if code := run(ctx, words, &stdout, &stderr); code != 0 {
				t.Errorf("%s: exit status %d\n%s%s", line, code, stdout.String(), stderr.String())
			}
		}
	}
	if n < 8 {
		t.Errorf("only %d commands found in the README", n)
	}
}

// fixedPort is a port of this machine in an argument of serve or gateway.
var fixedPort = regexp.MustCompile(`(=|127\.0\.0\.1:)\d+`)

type fence struct{ info, text string }

func fenced(text string) (list []fence) {
	var cur *fence
	for line := range strings.Lines(text) {
		if info, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "```"); ok {
			if cur == nil {
				cur = &fence{info: info}
			} else {
				list, cur = append(list, *cur), nil
			}
			continue
		}
		if cur != nil {
			cur.text += line
		}
	}
	return list
}

// splitWords cuts a command line at blanks outside single quotes.
func splitWords(s string) (words []string) {
	var b strings.Builder
	in, quoted := false, false
	for _, r := range s {
		switch {
		case r == '\'':
			quoted, in = !quoted, true
		case r == ' ' && !quoted:
			if in {
				words = append(words, b.String())
				b.Reset()
				in = false
			}
		default:
			b.WriteRune(r)
			in = true
		}
	}
	if in {
		words = append(words, b.String())
	}
	return words
}
