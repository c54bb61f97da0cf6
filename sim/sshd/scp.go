package sshd

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// maxCopy bounds a file that scp takes.
const maxCopy = 8 << 20

const scpUsage = `usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]
           [-i identity_file] [-J destination] [-l limit]
           [-o ssh_option] [-P port] [-S program] source ... target
`

// runSCP is scp(1) for plain files between this host and another one. It runs
// ssh with a second scp at the far end, which sends (-f) or takes (-t) "C" lines
// and contents: the protocol of scp before version 9, without its answers.
func runSCP(p *host.Proc) int {
	var pass, names []string
	mode := byte(0)
	args := p.Args[1:]
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch {
		case word == "-t" || word == "-f":
			mode = word[1]
		case (word == "-P" || word == "-i" || word == "-o") && len(args) > 0:
			pass = append(pass, strings.ToLower(word), args[0])
			args = args[1:]
		case word == "-r":
			fmt.Fprintln(p.Stderr, "scp: folders cannot be copied in this lab")
			return 1
		case strings.HasPrefix(word, "-") && len(word) > 1 && strings.Trim(word[1:], "346ABCOpqRTv") == "":
		case strings.HasPrefix(word, "-") && len(word) > 1:
			fmt.Fprintf(p.Stderr, "unknown option -- %c\n%s", word[1], scpUsage)
			return 1
		default:
			names = append(names, word)
		}
	}
	switch {
	case mode == 'f':
		return sendFiles(p, names, p.Stdout)
	case mode == 't' && len(names) == 1:
		return takeFiles(p, bufio.NewReader(p.Stdin), names[0])
	case len(names) < 2:
		io.WriteString(p.Stderr, scpUsage)
		return 1
	}
	target := names[len(names)-1]
	if at, file, ok := remoteName(target); ok {
		var content bytes.Buffer
		if status := sendFiles(p, names[:len(names)-1], &content); content.Len() == 0 {
			return status
		}
		if file == "" {
			file = "."
		}
		return overSSH(p, pass, at, "scp -t "+quote(file), host.NewFD(&content, nil, nil), nil)
	}
	status := 0
	for _, n := range names[:len(names)-1] {
		at, file, ok := remoteName(n)
		var content bytes.Buffer
		if !ok {
			status = max(status, sendFiles(p, []string{n}, &content))
		} else {
			status = max(status, overSSH(p, pass, at, "scp -f "+quote(file), nil, host.NewFD(nil, &bounded{&content}, nil)))
		}
		status = max(status, takeFiles(p, bufio.NewReader(&content), target))
	}
	return status
}

// bounded refuses more than scp can hold.
type bounded struct{ b *bytes.Buffer }

func (w *bounded) Write(b []byte) (int, error) {
	if w.b.Len()+len(b) > 2*maxCopy {
		return 0, vfs.ENOSPC
	}
	return w.b.Write(b)
}

// remoteName splits [user@]host:path.
func remoteName(s string) (at, file string, ok bool) {
	i := strings.IndexByte(s, ':')
	if i <= 0 || strings.Contains(s[:i], "/") {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func overSSH(p *host.Proc, pass []string, at, command string, in, out *host.FD) int {
	spec := host.Spec{Args: append(append([]string{"ssh", "-T"}, pass...), at, command), Stdout: out, Stdin: in}
	if in == nil {
		spec.Stdin = host.NullFD()
	}
	status, err := p.Run(spec)
	if err != nil {
		fmt.Fprintln(p.Stderr, "scp: ssh: "+reason(err))
		return 1
	}
	if status != 0 {
		if status == 255 {
			io.WriteString(p.Stderr, "scp: Connection closed\n")
		}
		return 1
	}
	return 0
}

// sendFiles writes files to w.
func sendFiles(p *host.Proc, names []string, w io.Writer) int {
	status := 0
	for _, n := range names {
		info, err := p.Host.FS.Stat(p.Path(n), p.Cred)
		switch {
		case err != nil:
			fmt.Fprintf(p.Stderr, "scp: stat local \"%s\": %s\n", n, reason(err))
			status = 1
			continue
		case !info.Mode().IsRegular():
			fmt.Fprintf(p.Stderr, "scp: local \"%s\" is not a regular file\n", n)
			status = 1
			continue
		case info.Size() > maxCopy:
			fmt.Fprintf(p.Stderr, "scp: %s: File too large\n", n)
			status = 1
			continue
		}
		data, err := p.Host.FS.ReadFile(p.Path(n), p.Cred)
		if err != nil {
			fmt.Fprintf(p.Stderr, "scp: open local \"%s\": %s\n", n, reason(err))
			status = 1
			continue
		}
		fmt.Fprintf(w, "C%04o %d %s\n", info.Mode().Perm(), len(data), path.Base(n))
		w.Write(data)
	}
	return status
}

// takeFiles writes what comes to a file, or into a folder.
func takeFiles(p *host.Proc, r *bufio.Reader, target string) int {
	full := p.Path(target)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return 0
		}
		mode, rest, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "C"), "\n"), " ")
		size, name, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(size)
		bits, merr := strconv.ParseUint(mode, 8, 12)
		if err != nil || merr != nil || n < 0 || n > maxCopy || strings.Contains(name, "/") || line[0] != 'C' {
			io.WriteString(p.Stderr, "scp: protocol error\n")
			return 1
		}
		data := make([]byte, n)
		if _, err := io.ReadFull(r, data); err != nil {
			io.WriteString(p.Stderr, "scp: "+name+": truncated\n")
			return 1
		}
		file := full
		if info, err := p.Host.FS.Stat(full, p.Cred); err == nil && info.IsDir() {
			file = path.Join(full, name)
		}
		if err := p.Host.FS.WriteFile(file, data, vfs.FileMode(uint32(bits)&^p.Umask), p.Cred); err != nil {
			fmt.Fprintf(p.Stderr, "scp: dest open \"%s\": %s\n", target, reason(err))
			return 1
		}
		p.Wrote("write", file)
	}
}
