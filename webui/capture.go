package webui

import (
	"net/http"
	"slices"
	"strconv"

	"mxlab/sim"
	"mxlab/sim/vnet"
)

// getCapture sends the packets of a session as a pcapng file: all, those on one
// host's interfaces, or those of one span.
func (s *Server) getCapture(w http.ResponseWriter, r *http.Request) {
	sess := s.requested(w, r)
	if sess == nil {
		return
	}
	sess.mu.Lock()
	world := sess.world
	sess.mu.Unlock()
	name := sess.head.Scenario
	o := vnet.CaptureOptions{Node: r.FormValue("host")}
	if o.Node != "" {
		if !slices.ContainsFunc(sess.drawn.Blueprint.Hosts, func(h sim.Host) bool { return h.Name == o.Node }) {
			s.problem(w, http.StatusNotFound, problemf(codeNotFound, "%q 호스트는 없습니다.", "there is no host %q", o.Node))
			return
		}
		name += "-" + o.Node
	}
	if text := r.FormValue("span"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil || world.Log().Get(n) == nil {
			s.problem(w, http.StatusNotFound, problemf(codeNotFound, "%q번 사건은 없습니다.", "there is no event %q", text))
			return
		}
		o.Span, name = n, name+"-"+text
	}
	attachment(w, unsafeName.ReplaceAllString(name, "-")+".pcapng", "application/x-pcapng")
	if err := world.WriteCapture(w, o); err != nil {
		s.cfg.Log.Info("capture not sent", "error", err)
	}
}
