package mta

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mta/postfix"
)

// configCache keeps what was parsed from main.cf and master.cf, for as long as
// the files and the machine's name and addresses stay the same: every process
// reads them at its start, and they seldom change.
type configCache struct {
	main, master []byte
	id           postfix.Host
	cfg          *postfix.Config
	diags        []postfix.Diagnostic            // of parsing main.cf
	masterDiags  []postfix.Diagnostic            // of parsing master.cf
	checks       map[string][]postfix.Diagnostic // of a program's start
	services     map[string]*postfix.Config
}

// readConfig reads main.cf and master.cf as a program that starts now does.
// Without main.cf the configuration is nil.
func (in *Instance) readConfig(program string) (*postfix.Config, []postfix.Diagnostic) {
	path := configDir + "/main.cf"
	main, err := in.host.FS.ReadFile(path, host.Root)
	if err != nil {
		return nil, []postfix.Diagnostic{postfix.MainCFMissing(path, vfs.ErrnoOf(err).Error())}
	}
	master, err := in.host.FS.ReadFile(configDir+"/master.cf", host.Root)
	c, id := &in.configs, identity(in.host)
	if c.cfg == nil || !bytes.Equal(c.main, main) || !bytes.Equal(c.master, master) || c.id.Name != id.Name || !slices.Equal(c.id.Addresses, id.Addresses) {
		*c = configCache{main: main, master: master, id: id, checks: map[string][]postfix.Diagnostic{}, services: map[string]*postfix.Config{}}
		mainCF, diags := postfix.ParseMainCF(path, main)
		c.diags = diags
		services := &masterFile{}
		if err == nil {
			services, _ = in.host.Shared("master.cf", string(master), func() any { return readMaster(master) }).(*masterFile)
		}
		c.masterDiags = services.diags
		c.cfg = postfix.NewConfig(mainCF, services.cf, id).Freeze().WithTransports(services.transports)
	}
	if _, fatal := postfix.FirstFatal(c.diags); fatal {
		return c.cfg, c.diags
	}
	check, ok := c.checks[program]
	if !ok {
		key := fmt.Sprintf("%s\x00%v\x00%s", id.Name, id.Addresses, main)
		check, _ = in.host.Shared("postfix start of "+program, key, func() any { return c.cfg.Check(program) }).([]postfix.Diagnostic)
		c.checks[program] = check
	}
	if program == "master" || program == "postconf" { // the others do not read it
		return c.cfg, slices.Concat(c.diags, c.masterDiags, check)
	}
	return c.cfg, slices.Concat(c.diags, check)
}

// masterFile is a master.cf in parsed form, the same for all that have it.
type masterFile struct {
	cf         *postfix.MasterCF
	diags      []postfix.Diagnostic
	transports map[string]string // postfix.ServiceParameters
}

func readMaster(data []byte) *masterFile {
	cf, diags := postfix.ParseMasterCF(configDir+"/master.cf", data)
	return &masterFile{cf, slices.Clip(diags), postfix.ServiceParameters(cf)}
}

// identity is what Postfix learns from the machine.
func identity(h *host.Host) postfix.Host {
	id := postfix.Host{Name: h.Hostname(), ReadFile: func(p string) ([]byte, error) { return h.FS.ReadFile(p, host.Root) }}
	for _, i := range h.Node.Ifaces() {
		id.Addresses = append(id.Addresses, i.Addrs()...)
	}
	return id
}

// forService returns the configuration of a service, after readConfig.
func (in *Instance) forService(s postfix.Service) *postfix.Config {
	key := s.Type + " " + s.Name + " " + strings.Join(s.Args, " ")
	cfg := in.configs.services[key]
	if cfg == nil {
		cfg = in.configs.cfg.ForService(s)
		in.configs.services[key] = cfg
	}
	return cfg
}
