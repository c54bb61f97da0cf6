package dovecot

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/dovecot/mailbox"
	"mxlab/sim/host"
)

// openStore finds the user's mails by mail_location.
func (s *session) openStore() (*mailbox.Store, error) {
	in := s.in
	settings := in.cfg.ForProtocol(s.proto)
	v := &variables{user: s.user, home: s.acct.home, service: s.proto, session: s.id, rip: s.rip.String(), lip: s.lip.String()}
	store := &mailbox.Store{Host: in.host, Cred: s.acct.cred, Rand: in.rand}
	store.Cred.Groups = slices.Concat(store.Cred.Groups, in.groups(settings.Str("mail_access_groups")))
	store.Privileged = store.Cred
	if name := settings.Str("mail_privileged_group"); name != "" {
		store.PrivilegedGroup = name
		store.Privileged.Groups = slices.Concat(store.Cred.Groups, in.groups(name))
	}
	home := s.acct.home
	if h := settings.Str("mail_home"); home == "" && h != "" {
		home = v.expand(h)
		v.home = home
	}
	location := s.acct.mail
	if location == "" {
		location = v.expand(settings.Str("mail_location"))
	}
	if location == "" {
		loc, ok := detect(store, home, s.user)
		if !ok {
			return nil, fmt.Errorf("%w: Mail storage autodetection failed with home=%s", mailbox.ErrNoLocation, home)
		}
		store.Loc = loc
		return store, nil
	}
	loc, err := mailbox.ParseLocation(location, home)
	if err != nil {
		return nil, fmt.Errorf("Initializing mail storage from mail_location setting failed: %w", err)
	}
	store.Loc = loc
	return store, nil
}

// groups translates names of groups, separated by commas or blanks.
func (in *Instance) groups(names string) []uint32 {
	var list []uint32
	for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' }) {
		if id, ok := in.groupID(name); ok {
			list = append(list, id)
		}
	}
	return list
}

// detect guesses the location where mail_location is not set: a maildir in the
// home directory, an mbox tree there, or a spool file.
func detect(s *mailbox.Store, home, user string) (mailbox.Location, bool) {
	isDir := func(p string) bool { i, err := s.Host.FS.Stat(p, s.Cred); return err == nil && i.IsDir() }
	if home != "" && isDir(home+"/Maildir/cur") {
		return mailbox.Location{Format: mailbox.Maildir, Root: home + "/Maildir"}, true
	}
	for _, dir := range []string{"/mail", "/Mail"} {
		if home != "" && isDir(home+dir) {
			loc := mailbox.Location{Format: mailbox.Mbox, Root: home + dir}
			if _, err := s.Host.FS.Stat("/var/mail/"+user, s.Cred); err == nil {
				loc.Inbox = "/var/mail/" + user
			}
			return loc, true
		}
	}
	return mailbox.Location{}, false
}

// internalStamp is what a client reads about a fault of the disk; the time helps
// to find the lines of the log.
func (s *session) internalStamp() string {
	return internalError + s.in.host.Now().Format(" [2006-01-02 15:04:05]")
}

// logFault logs what went wrong with a mailbox.
func (s *session) logFault(what string, err error) {
	var fault *mailbox.Fault
	if errors.As(err, &fault) {
		err = fault
	}
	for line := range strings.SplitSeq(what+err.Error(), "\n") {
		s.logMail(host.Err, "Error: "+line)
	}
}
