package grader

import (
	"fmt"
	"strings"
	"time"

	"mxlab/scenarios/josa"
	"mxlab/sim"
)

// textf words a sentence in both languages. An argument that is a sim.Text
// stands in each form with its own words, any other one as it is: what a tool
// or daemon printed is not translated. In the Korean form {은는}, {이가} and the
// like become the particle that fits the word before them.
func textf(en, ko string, args ...any) sim.Text {
	english, korean := make([]any, len(args)), make([]any, len(args))
	for i, a := range args {
		english[i], korean[i] = a, a
		if t, ok := a.(sim.Text); ok {
			english[i], korean[i] = t.EN, t.KO
		}
	}
	return sim.Text{EN: fmt.Sprintf(en, english...), KO: josa.Fill(fmt.Sprintf(ko, korean...))}
}

// plain is a text that is the same in both languages.
func plain(s string) sim.Text { return sim.Text{EN: s, KO: s} }

// joined joins words with commas.
func joined(words []sim.Text) sim.Text {
	var en, ko []string
	for _, w := range words {
		en, ko = append(en, w.EN), append(ko, w.KO)
	}
	return sim.Text{EN: strings.Join(en, ", "), KO: strings.Join(ko, ", ")}
}

// sentences joins sentences with blanks.
func sentences(list ...sim.Text) sim.Text {
	var en, ko []string
	for _, s := range list {
		en, ko = append(en, s.EN), append(ko, s.KO)
	}
	return sim.Text{EN: strings.Join(en, " "), KO: strings.Join(ko, " ")}
}

// span words a duration, in seconds and larger units.
func span(d time.Duration) sim.Text {
	d = d.Round(time.Second)
	if d <= 0 {
		return sim.Text{EN: "0 s", KO: "0초"}
	}
	var en, ko []string
	for _, u := range []struct {
		of     time.Duration
		en, ko string
	}{{24 * time.Hour, "d", "일"}, {time.Hour, "h", "시간"}, {time.Minute, "min", "분"}, {time.Second, "s", "초"}} {
		if n := d / u.of; n > 0 {
			en, ko = append(en, fmt.Sprintf("%d %s", n, u.en)), append(ko, fmt.Sprintf("%d%s", n, u.ko))
			d -= n * u.of
		}
	}
	return sim.Text{EN: strings.Join(en, " "), KO: strings.Join(ko, " ")}
}

// messages words a number of messages.
func messages(n int) sim.Text {
	if n == 1 {
		return sim.Text{EN: "1 message", KO: "메일 1통"}
	}
	return textf("%d messages", "메일 %d통", n)
}

// place names a host as the map does, with its id.
func (r *run) place(name string) sim.Text {
	for i := range r.subject.Drawn.Blueprint.Hosts {
		if h := &r.subject.Drawn.Blueprint.Hosts[i]; h.Name == name && h.Label.EN != "" {
			return textf("%s (%s)", "%s(%s)", h.Label, name)
		}
	}
	return plain(name)
}

// places names several hosts.
func (r *run) places(names []string) sim.Text {
	var list []sim.Text
	for _, n := range names {
		list = append(list, r.place(n))
	}
	return joined(list)
}
