package named

import (
	"fmt"
	"strconv"
	"strings"

	"mxlab/sim/named/config"
)

// viewCommands are the commands of rndc about views, keys and DNSSEC.
var viewCommands = map[string]func(*Server, []string) commandResult{
	"managed-keys": (*Server).managedKeysCommand,
	"secroots":     (*Server).secrootsCommand,
	"serve-stale":  (*Server).serveStaleCommand,
	"validation":   (*Server).validationCommand,
	"tsig-list":    (*Server).tsigListCommand,
	"tsig-delete":  (*Server).tsigDeleteCommand,
	"signing":      (*Server).signingCommand,
	"dnssec":       (*Server).dnssecCommand,
	"addzone":      (*Server).addzoneCommand,
	"delzone":      (*Server).namedZoneCommand,
	"showzone":     (*Server).namedZoneCommand,
	"modzone":      func(*Server, []string) commandResult { return failed("unexpected token", "") },
	"loadkeys":     (*Server).loadkeysCommand,
	"sign":         (*Server).loadkeysCommand,
	"dnstap":       func(*Server, []string) commandResult { return failed("not found", "") },
	"nta":          func(*Server, []string) commandResult { return failed("not implemented", "") },
}

// testgenCommand is "testgen [LENGTH]": letters, to test the channel with.
func (s *Server) testgenCommand(args []string) commandResult {
	n := 26
	if len(args) > 0 {
		v, err := strconv.Atoi(args[0])
		if err != nil || v < 0 {
			return failed("not a valid number", "")
		}
		n = min(v, 4096)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	return commandResult{text: strings.Repeat(letters, n/len(letters)+1)[:n]}
}

// managedKeysCommand is "managed-keys status": no key is managed here.
func (s *Server) managedKeysCommand(args []string) commandResult {
	if len(args) == 0 {
		return failed("unexpected end of input", "")
	}
	if args[0] != "status" {
		return commandResult{}
	}
	var b strings.Builder
	for _, v := range s.views {
		fmt.Fprintf(&b, "view: %s\nnext scheduled event: never\n", v.conf.Name)
	}
	return commandResult{text: b.String()}
}

// secrootsCommand is "secroots [-] [VIEW]": to the file, or with - to the caller.
func (s *Server) secrootsCommand(args []string) commandResult {
	var b strings.Builder
	fmt.Fprintf(&b, "secure roots as of %s:\n", logTime(s.host.Now()))
	for _, v := range s.views {
		fmt.Fprintf(&b, "\n Start view %s\n   Secure roots:\n\n   Negative trust anchors:\n\n", v.conf.Name)
	}
	s.log.print(catGeneral, info, "dumpsecroots complete")
	if len(args) > 0 && args[0] == "-" {
		return commandResult{text: b.String()}
	}
	return s.writeDump(s.conf.Options.SecrootsFile.Value, b.String())
}

// serveStaleCommand is "serve-stale on|off|reset|status".
func (s *Server) serveStaleCommand(args []string) commandResult {
	if len(args) == 0 {
		return failed("unexpected end of input", "")
	}
	switch args[0] {
	case "on", "yes", "off", "no", "reset": // there is no stale cache to answer from
		return failed("not implemented", "")
	case "status":
	default:
		return failed("syntax error", "")
	}
	var b strings.Builder
	for _, v := range s.views {
		fmt.Fprintf(&b, "%s: stale cache %s; stale answers unavailable\n", v.conf.Name, onOff(v.conf.StaleCache.Value, "enabled", "disabled"))
	}
	return commandResult{text: b.String() + "_bind: stale cache disabled; stale answers unavailable"}
}

// validationCommand is "validation status|on|off [VIEW]".
func (s *Server) validationCommand(args []string) commandResult {
	if len(args) == 0 {
		return failed("unexpected end of input", "")
	}
	if args[0] != "status" { // only dnssec-validation switches it here
		return failed("not implemented", "")
	}
	var b strings.Builder
	for _, v := range s.views {
		on := onOff(v.conf.DNSSECValidation.Value == "no", "disabled", "enabled")
		fmt.Fprintf(&b, "DNSSEC validation is %s (view %s)\n", on, v.conf.Name)
	}
	return commandResult{text: b.String()}
}

// tsigListCommand lists the keys of each view, the session key among them.
func (s *Server) tsigListCommand([]string) commandResult {
	var b strings.Builder
	list := func(view string, keys []config.Key) {
		session := s.conf.Options.SessionKeyFile.Value != ""
		for _, k := range keys {
			if session && strings.Compare(k.Name, localKey) > 0 {
				fmt.Fprintf(&b, "view \"%s\"; type \"static\"; key \"local-ddns\";\n", view)
				session = false
			}
			fmt.Fprintf(&b, "view \"%s\"; type \"static\"; key \"%s\";\n", view, strings.TrimSuffix(k.Name, "."))
		}
		if session {
			fmt.Fprintf(&b, "view \"%s\"; type \"static\"; key \"local-ddns\";\n", view)
		}
	}
	for _, v := range s.views {
		list(v.conf.Name, v.conf.Keys)
	}
	list("_bind", s.views[0].conf.Keys)
	return commandResult{text: b.String()}
}

func (s *Server) tsigDeleteCommand(args []string) commandResult {
	if len(args) == 0 {
		return failed("unexpected end of input", "")
	}
	return commandResult{text: "0 tsig keys deleted."}
}

// signingCommand is "signing -list ZONE" and its other forms.
func (s *Server) signingCommand(args []string) commandResult {
	if len(args) < 2 {
		return failed("unexpected end of input", "")
	}
	z, miss := s.findZone(args[len(args)-1:])
	if z == nil {
		return miss
	}
	if args[0] == "-list" {
		return commandResult{text: "No signing records found"}
	}
	return commandResult{text: "request queued"}
}

func (s *Server) dnssecCommand(args []string) commandResult {
	if len(args) < 2 {
		return failed("unexpected end of input", "")
	}
	z, miss := s.findZone(args[1:2])
	switch {
	case z == nil:
		return miss
	case z.conf.DNSSECPolicy.Value == "none":
		return commandResult{text: "Zone does not have dnssec-policy"}
	}
	return commandResult{text: "dnssec-policy: " + z.conf.DNSSECPolicy.Value}
}

// addzoneCommand is refused: allow-new-zones is off.
func (s *Server) addzoneCommand([]string) commandResult {
	return failed("permission denied", "Not allowing new zones in view '"+s.views[0].conf.Name+"'")
}

// namedZoneCommand is delzone and showzone, which work on zones of addzone only.
func (s *Server) namedZoneCommand(args []string) commandResult {
	if len(args) == 0 {
		return failed("unexpected end of input", "")
	}
	if z, miss := s.findZone(args); z == nil {
		return miss
	}
	return failed("failure", "")
}

// loadkeysCommand is loadkeys and sign, for zones that named signs itself.
func (s *Server) loadkeysCommand(args []string) commandResult {
	if len(args) == 0 {
		return failed("unexpected end of input", "")
	}
	z, miss := s.findZone(args)
	if z == nil {
		return miss
	}
	return failed("permission denied", "")
}

// unknownClass is the answer to a zone of a class that no view has.
func (s *Server) unknownClass(args []string) commandResult {
	if _, known := map[string]bool{"CH": true, "HS": true, "CHAOS": true, "HESIOD": true}[strings.ToUpper(args[1])]; known {
		return failed("not found", fmt.Sprintf("no matching zone '%s' in any view", args[0]))
	}
	return failed("unknown class/type", fmt.Sprintf("unknown class '%s'", args[1]))
}
