package mta

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
)

// device is the number maildir file names show for the disk: 254:1, the first
// virtio disk's partition.
const device = 0xfe01

// maildir writes a message to a maildir, whose name ends in a slash: to tmp,
// then into new. Missing directories are made. The log gets a warning when the
// user may not write there.
func (a *attempt) maildir(dir string, msg mail.Message, cred vfs.Cred) *mail.Failure {
	h := a.in.host
	dir = strings.TrimSuffix(dir, "/")
	now := h.Clock.Now()
	tmp := dir + "/tmp/" + mail.MaildirTemp(now, a.p.pid(), h.Hostname())
	content := msg.Bytes()
	err := h.FS.WriteFile(tmp, content, 0o600, cred)
	if errors.Is(err, fs.ErrNotExist) {
		for _, sub := range []string{"", "/tmp", "/new", "/cur"} {
			if merr := h.FS.MkdirAll(dir+sub, 0o700, cred); merr != nil {
				err = merr
				break
			}
		}
		if e := vfs.ErrnoOf(err); e == vfs.ENOENT {
			err = h.FS.WriteFile(tmp, content, 0o600, cred)
		}
	}
	var info vfs.Info
	if err == nil {
		info, err = h.FS.Stat(tmp, cred)
	}
	if err == nil {
		name := mail.MaildirName(now, device, uint64(info.Ino), h.Hostname())
		err = h.FS.Rename(tmp, dir+"/new/"+name, cred)
	}
	if err == nil {
		return nil
	}
	h.FS.Unlink(tmp, cred)
	e := vfs.ErrnoOf(err)
	if e == vfs.EACCES {
		a.p.logf(host.Warning, "warning: maildir access problem for UID/GID=%d/%d: create maildir file %s: %v", cred.UID, cred.GID, tmp, e)
		a.p.logf(host.Warning, "warning: perhaps you need to create the maildirs in advance")
	}
	f := mail.MaildirFailure(tmp, e.Error())
	return &f
}

// mbox appends a message to an mbox file (mbox(5)) of a user.
func (a *attempt) mbox(file string, msg mail.Message, cred vfs.Cred, user string) *mail.Failure {
	h := a.in.host
	b := mail.MboxEntry(a.m.sender, h.Now(), msg)
	fail := func(detail string, e vfs.Errno) *mail.Failure {
		f := mail.MailboxFailure(file, user, detail+": "+e.Error(), e.Error())
		return &f
	}
	var old int64
	if info, err := h.FS.Stat(file, host.Root); err == nil {
		if old = info.Size(); !info.Mode().IsRegular() {
			f := mail.Failure{Status: mail.Enhanced{5, 2, 0}, Text: fmt.Sprintf("cannot update mailbox %s for user %s. destination %s is not a regular file", file, user, file)}
			return &f
		}
	}
	if limit := a.p.cfg.Int("mailbox_size_limit"); limit > 0 && old+int64(len(b)) > limit {
		return fail("error writing message", vfs.EFBIG)
	}
	if err := h.FS.AppendFile(file, b, 0o600, cred); err != nil {
		e := vfs.ErrnoOf(err)
		h.FS.Truncate(file, old, host.Root)
		switch e {
		case vfs.ENOSPC, vfs.EDQUOT:
			return fail("error writing message", e)
		case vfs.EACCES, vfs.ENOENT, vfs.ENOTDIR:
			return fail("unable to create lock file "+file+".lock", e)
		}
		return fail("cannot open file", e)
	}
	return nil
}

// file appends to a file an alias or .forward names.
func (a *attempt) file(name string, msg mail.Message, cred vfs.Cred, user string) *mail.Failure {
	if name == "/dev/null" {
		return nil
	}
	if strings.HasSuffix(name, "/") {
		return a.maildir(name, msg, cred)
	}
	if user == "" {
		user = a.p.cfg.Str("default_privs")
	}
	f := a.mbox(name, msg, cred, user)
	if f != nil {
		_, detail, _ := strings.Cut(f.Text, ". ")
		f.Text = "cannot append message to file " + name + ": " + strings.TrimPrefix(detail, "unable to create lock file "+name+".lock: ")
	}
	return f
}

// parseID reads a uid or gid.
func parseID(s string) (uint32, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
	return uint32(n), err == nil
}

// freeBytes is the space left for users on a disk, -1 without bound.
func freeBytes(st vfs.Statfs) int64 {
	if st.Bytes <= 0 {
		return -1
	}
	return st.AvailBytes
}
