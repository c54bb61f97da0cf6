package webui_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every requirement of the list has a test, but for those that say why not.
func TestRequirementsHaveTests(t *testing.T) {
	list, err := os.ReadFile("requirements.md")
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{}
	for _, b := range browserTests() {
		for _, word := range strings.Fields(b.name) {
			if strings.Trim(word, "0123456789") != "" {
				break
			}
			tested[word] = true
		}
	}
	rows := regexp.MustCompile(`(?m)^\| (\d+) \| (.*) \| (.*) \|$|^\| (\d+) \| (.*) \| \|$`).FindAllStringSubmatch(string(list), -1)
	if len(rows) != 40 {
		t.Errorf("%d requirements, want 40", len(rows))
	}
	for _, r := range rows {
		n, why := r[1]+r[4], r[3]
		if !tested[n] && !strings.Contains(why, "there is no") {
			t.Errorf("requirement %s has no test: %s", n, r[2]+r[5])
		}
	}
}
