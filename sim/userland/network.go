package userland

import (
	"errors"
	"io"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/vnet"
)

// networkPrograms are the commands that ask the network, or about it.
func networkPrograms() host.Programs {
	return host.Programs{
		"dig": runDig, "nslookup": runNslookup, "nsupdate": runNsupdate, "host": runHost, "getent": runGetent, "whois": runWhois,
		"ping": runPing, "ping4": runPing, "ping6": runPing, "traceroute": runTraceroute, "traceroute6": runTraceroute, "mtr": runMtr, "tracepath": runTracepath,
		"telnet": runTelnet, "openssl": runOpenSSL, "nc": runNetcat, "netcat": runNetcat, "curl": runCurl,
		"tcpdump": runTcpdump, "ss": runSs, "netstat": runNetstat, "ip": runIP, "ifup": runIfup, "ifdown": runIfup, "ifconfig": runIfconfig, "route": runRoute, "arp": runArp,
		"mail": runMail, "mailx": runMail, "Mail": runMail, "bsd-mailx": runMail,
	}
}

// maxInput bounds what a network tool reads from its standard input.
const maxInput = 1 << 20

// drainInput reads r to its end, at most maxInput bytes.
func drainInput(p *host.Proc, r io.Reader) ([]byte, error) {
	var all []byte
	buf := make([]byte, 4096)
	for len(all) < maxInput {
		p.Step(1)
		n, err := r.Read(buf)
		all = append(all, buf[:n]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// systemText is strerror(3) of a failed call to the disk or the network.
func systemText(err error) string {
	if e := vnet.Errno(""); errors.As(err, &e) {
		return e.Error()
	}
	if errors.Is(err, vnet.ErrDeadline) {
		return vnet.ETIMEDOUT.Error()
	}
	if errors.Is(err, io.EOF) {
		return vnet.ECONNRESET.Error()
	}
	return vfs.ErrnoOf(err).Error()
}

// vnetErrno is the error of the network in err, "" if there is none.
func vnetErrno(err error) vnet.Errno {
	var e vnet.Errno
	errors.As(err, &e)
	return e
}
