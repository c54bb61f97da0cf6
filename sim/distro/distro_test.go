package distro_test

import (
	"testing"

	"mxlab/sim/distro"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

func TestEveryPackageInstalls(t *testing.T) {
	programs := host.Programs{"named": nil, "ls": nil, "postfix": nil}
	img, err := distro.Install(host.Debian, distro.Packages(host.Debian), programs)
	if err != nil {
		t.Fatal(err)
	}
	d := vfs.New(img, vfs.Options{})
	for _, f := range []string{"/etc/passwd", "/bin/ls", "/usr/sbin/named", "/sbin/postfix", "/etc/bind/named.conf", "/var/spool/postfix/maildrop"} {
		if _, err := d.Stat(f, host.Root); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
	if info, err := d.Stat("/tmp", host.Root); err != nil || info.Mode().String() != "dtrwxrwxrwx" {
		t.Errorf("/tmp: %v %v", info.Mode(), err)
	}
	if uid, gid, err := distro.Owner(d, "bind:bind"); err != nil || uid != 105 || gid != 113 {
		t.Errorf("bind: %d %d %v", uid, gid, err)
	}
}

func TestRedHatInstalls(t *testing.T) {
	img, err := distro.Install(host.RedHat, distro.Packages(host.RedHat), host.Programs{"named": nil, "ls": nil, "ufw": nil})
	if err != nil {
		t.Fatal(err)
	}
	d := vfs.New(img, vfs.Options{})
	for f, there := range map[string]bool{
		"/etc/named.conf": true, "/var/named/named.ca": true, "/usr/sbin/named": true, "/bin/ls": true, "/var/mail": true,
		"/etc/sysconfig/iptables": true, "/etc/bind": false, "/usr/sbin/ufw": false, "/var/log/syslog": false,
	} {
		if _, err := d.Stat(f, host.Root); (err == nil) != there {
			t.Errorf("%s: %v", f, err)
		}
	}
	if uid, gid, err := distro.Owner(d, "named:named"); err != nil || uid != 25 || gid != 25 {
		t.Errorf("named: %d %d %v", uid, gid, err)
	}
	named := vfs.Cred{UID: 25, GID: 25}
	if _, err := d.ReadFile("/var/named/named.localhost", named); err != nil {
		t.Error("named cannot read its zones:", err)
	}
}

func TestCommandsComeWithTheirPackage(t *testing.T) {
	img, err := distro.Install(host.Debian, nil, host.Programs{"named": nil, "ls": nil})
	if err != nil {
		t.Fatal(err)
	}
	d := vfs.New(img, vfs.Options{})
	if _, err := d.Stat("/usr/sbin/named", host.Root); err == nil {
		t.Error("named is there without its package")
	}
	if _, err := d.Stat("/usr/bin/ls", host.Root); err != nil {
		t.Error(err)
	}
}

func TestUsersGetAccountsAndHomes(t *testing.T) {
	img, err := distro.Install(host.Debian, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := vfs.New(img, vfs.Options{})
	if err := distro.AddUsers(d, []distro.Account{{Name: "alice", Password: "pw", Gecos: "Alice"}, {Name: "bob", Password: "x"}}); err != nil {
		t.Fatal(err)
	}
	if uid, _, err := distro.Owner(d, "bob"); err != nil || uid != 1001 {
		t.Errorf("bob: %d %v", uid, err)
	}
	if info, err := d.Stat("/home/alice", host.Root); err != nil || !info.IsDir() {
		t.Errorf("home: %v", err)
	}
}

func TestDevNullKeepsNothing(t *testing.T) {
	img, err := distro.Install(host.Debian, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := vfs.New(img, vfs.Options{})
	if err := d.WriteFile("/dev/null", []byte("x"), 0o644, vfs.Cred{UID: 1000, GID: 1000}); err != nil {
		t.Error(err)
	}
	if b, err := d.ReadFile("/dev/null", host.Root); err != nil || len(b) != 0 {
		t.Errorf("/dev/null holds %q (%v)", b, err)
	}
	if info, err := d.Stat("/dev/zero", host.Root); err != nil || info.Mode().String() != "Dcrw-rw-rw-" {
		t.Errorf("/dev/zero: %v (%v)", info.Mode(), err)
	}
}
