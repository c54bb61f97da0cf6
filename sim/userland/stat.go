package userland

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runStat is stat(1).
func runStat(p *host.Proc) int {
	f, ok := readFlags(p, "Lfc:t", "dereference=L", "format=c:", "printf:", "terse=t")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		return missingOperand(p)
	}
	status := 0
	for _, name := range f.operands {
		stat := p.Host.FS.Lstat
		if f.has("L") {
			stat = p.Host.FS.Stat
		}
		st, err := stat(p.Path(name), p.Cred)
		if err != nil {
			p.Errorf("cannot statx '%s': %s", name, reason(err))
			status = 1
			continue
		}
		switch {
		case f.has("c"):
			p.Print(statFormat(p, f.given["c"], name, st) + "\n")
		case f.has("printf"):
			p.Print(statFormat(p, strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(f.given["printf"]), name, st))
		default:
			printStat(p, name, st)
		}
	}
	return status
}

const statTime = "2006-01-02 15:04:05.000000000 -0700"

func printStat(p *host.Proc, name string, st vfs.Info) {
	shown := name
	if st.Mode()&fs.ModeSymlink != 0 {
		shown += " -> " + st.Target
	}
	p.Printf("  File: %s\n  Size: %-10d\tBlocks: %-10d IO Block: 4096   %s\n", shown, st.Size(), st.Blocks, fileKind(st))
	p.Printf("Device: %d,%d\tInode: %-11d Links: %d\n", 254, st.Mount+1, st.Ino, st.Nlink)
	p.Printf("Access: (%04o/%s)  Uid: (%5d/%8s)   Gid: (%5d/%8s)\n", vfs.UnixMode(st.Mode())&0o7777, modeString(st.Mode()),
		st.UID, p.Host.UserName(st.UID), st.GID, p.Host.GroupName(st.GID))
	m, c := st.ModTime().In(p.Host.Zone).Format(statTime), st.Ctime.In(p.Host.Zone).Format(statTime)
	p.Printf("Access: %s\nModify: %s\nChange: %s\n Birth: -\n", m, m, c)
}

func fileKind(st vfs.Info) string {
	switch m := st.Mode(); {
	case m.IsDir():
		return "directory"
	case m&fs.ModeSymlink != 0:
		return "symbolic link"
	case m&fs.ModeNamedPipe != 0:
		return "fifo"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeCharDevice != 0:
		return "character special file"
	case m&fs.ModeDevice != 0:
		return "block special file"
	case st.Size() == 0:
		return "regular empty file"
	}
	return "regular file"
}

func statFormat(p *host.Proc, layout, name string, st vfs.Info) string {
	var b strings.Builder
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			b.WriteByte(layout[i])
			continue
		}
		i++
		switch layout[i] {
		case 'n':
			b.WriteString(name)
		case 'N':
			b.WriteString("'" + name + "'")
		case 's':
			fmt.Fprint(&b, st.Size())
		case 'a':
			fmt.Fprintf(&b, "%o", vfs.UnixMode(st.Mode())&0o7777)
		case 'A':
			b.WriteString(modeString(st.Mode()))
		case 'U':
			b.WriteString(p.Host.UserName(st.UID))
		case 'G':
			b.WriteString(p.Host.GroupName(st.GID))
		case 'u':
			fmt.Fprint(&b, st.UID)
		case 'g':
			fmt.Fprint(&b, st.GID)
		case 'i':
			fmt.Fprint(&b, st.Ino)
		case 'h':
			fmt.Fprint(&b, st.Nlink)
		case 'b':
			fmt.Fprint(&b, st.Blocks)
		case 'F':
			b.WriteString(fileKind(st))
		case 'y', 'x':
			b.WriteString(st.ModTime().In(p.Host.Zone).Format(statTime))
		case 'Y', 'X':
			fmt.Fprint(&b, st.ModTime().Unix())
		case 'Z':
			fmt.Fprint(&b, st.Ctime.Unix())
		case '%':
			b.WriteByte('%')
		default:
			b.WriteString("?")
		}
	}
	return b.String()
}

// runFile is file(1), for what lies on a mail or name server.
func runFile(p *host.Proc) int {
	f, ok := readFlags(p, "bihL", "brief=b", "mime=i")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		p.Stderr.Write([]byte("Usage: file [-b] [file ...]\n"))
		return 1
	}
	width := 0
	for _, n := range f.operands {
		width = max(width, len(n)+1)
	}
	for _, name := range f.operands {
		if !f.has("b") {
			p.Printf("%-*s ", width, name+":")
		}
		p.Print(describeFile(p, name) + "\n")
	}
	return 0
}

func describeFile(p *host.Proc, name string) string {
	st, err := p.Host.FS.Lstat(p.Path(name), p.Cred)
	if err != nil {
		return fmt.Sprintf("cannot open `%s' (%s)", name, reason(err))
	}
	switch m := st.Mode(); {
	case m.IsDir():
		return "directory"
	case m&fs.ModeSymlink != 0:
		if _, err := p.Host.FS.Stat(p.Path(name), p.Cred); err != nil {
			return "broken symbolic link to " + st.Target
		}
		return "symbolic link to " + st.Target
	case m&fs.ModeNamedPipe != 0:
		return "fifo (named pipe)"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeCharDevice != 0:
		return fmt.Sprintf("character special (%d/%d)", st.Rdev.Major, st.Rdev.Minor)
	case st.Size() == 0:
		return "empty"
	}
	text, err := p.Host.FS.ReadFile(p.Path(name), p.Cred)
	if err != nil {
		return "regular file, no read permission"
	}
	head := string(text[:min(len(text), 4096)])
	switch {
	case strings.HasPrefix(head, "\x7fELF"):
		return "ELF 64-bit LSB pie executable, x86-64, version 1 (SYSV), dynamically linked, stripped"
	case strings.HasPrefix(head, "#!"):
		line, _, _ := strings.Cut(head[2:], "\n")
		interp, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		kind := map[string]string{"sh": "POSIX shell script", "bash": "Bourne-Again shell script", "dash": "POSIX shell script"}[path.Base(interp)]
		if kind == "" {
			kind = "a " + interp + " script"
		}
		return kind + ", ASCII text executable"
	case captureKind(text) != "":
		return captureKind(text)
	case strings.IndexByte(head, 0) >= 0:
		return "data"
	case strings.HasPrefix(head, "From ") || strings.HasPrefix(head, "Return-Path:") || strings.HasPrefix(head, "Received:"):
		return "SMTP mail, ASCII text"
	case strings.HasPrefix(head, "-----BEGIN CERTIFICATE"):
		return "PEM certificate"
	}
	kind := "ASCII text"
	if !isASCII(head) {
		kind = "Unicode text, UTF-8 text"
		if !utf8.Valid(text) {
			kind = "ISO-8859 text"
		}
	}
	if strings.Contains(head, "\r\n") {
		kind += ", with CRLF line terminators"
	}
	return kind
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
