package mailbox

import (
	"slices"
	"strings"
)

// subscriptionHeader begins a file of subscriptions; the parts of a name are
// separated by tabs.
const subscriptionHeader = "V\t2\n\n"

func (s *Store) subscriptionFile() string {
	if s.Loc.Format == Mbox {
		return s.Loc.Root + "/.subscriptions"
	}
	return s.Loc.Root + "/subscriptions"
}

// Subscriptions lists the folders subscribed to, in the order of subscription.
func (s *Store) Subscriptions() []string {
	data, _ := s.Host.FS.ReadFile(s.subscriptionFile(), s.Cred)
	text, ok := strings.CutPrefix(string(data), subscriptionHeader)
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); ok {
			line = strings.ReplaceAll(line, "\t", s.Separator())
		}
		if line != "" {
			list = append(list, line)
		}
	}
	return list
}

// Subscribe adds a folder to the subscriptions or takes it away.
func (s *Store) Subscribe(name string, on bool) error {
	list := s.Subscriptions()
	switch have := slices.Contains(list, name); {
	case have == on:
		return nil
	case on:
		list = append(list, name)
	default:
		list = slices.DeleteFunc(list, func(x string) bool { return x == name })
	}
	text := subscriptionHeader
	for _, n := range list {
		text += strings.ReplaceAll(n, s.Separator(), "\t") + "\n"
	}
	if err := s.Host.FS.WriteFile(s.subscriptionFile(), []byte(text), 0o600, s.Cred); err != nil {
		return s.fault("open", s.subscriptionFile(), err)
	}
	return nil
}
