package userland

import (
	"fmt"
	"path"
	"strings"
)

// quit writes the mailbox back: deleted letters go; of the system mailbox, read
// ones go to ~/mbox.
func (r *mailReader) quit() {
	held, saved := 0, 0
	var keep, moved strings.Builder
	for _, l := range r.box.letters {
		switch {
		case r.box.maildir:
			if !l.deleted {
				held++
			}
			r.settle(l)
		case l.deleted:
		case l.touched && !r.asFile:
			saved++
			moved.WriteString(l.mbox())
		default:
			held++
			keep.WriteString(l.mbox())
		}
	}
	if !r.box.maildir {
		r.rewrite(keep.String(), moved.String())
	}
	if saved > 0 {
		r.p.Printf("Saved %d message%s in mbox\n", saved, plural(saved))
	}
	if held > 0 {
		r.p.Printf("Held %d message%s in %s\n", held, plural(held), r.box.path)
	}
}

func (r *mailReader) rewrite(keep, moved string) {
	if moved != "" {
		if err := r.p.Host.FS.AppendFile(r.p.Env.Get("HOME")+"/mbox", []byte(moved), 0o600, r.p.Cred); err != nil {
			fmt.Fprintf(r.p.Stderr, "mbox: %s\n", systemText(err))
			return
		}
	}
	if err := r.p.Host.FS.WriteFile(r.box.path, []byte(keep), 0o600, r.p.Cred); err != nil {
		fmt.Fprintf(r.p.Stderr, "%s: %s\n", r.box.path, systemText(err))
	}
}

// settle removes a deleted letter of a maildir, or moves it to cur with its
// flags.
func (r *mailReader) settle(l *letter) {
	if l.deleted {
		r.p.Host.FS.Unlink(l.file, r.p.Cred)
		return
	}
	base, flags, _ := strings.Cut(path.Base(l.file), ":2,")
	if l.touched && !strings.Contains(flags, "S") {
		flags += "S"
	}
	to := path.Join(r.box.path, "cur", base+":2,"+flags)
	if to != l.file {
		r.p.Host.FS.Rename(l.file, to, r.p.Cred)
	}
}
