package webui

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// securityHeaders are sent with every answer. Scripts and styles come from the
// server's own files only, nobody may frame the page, nothing is sent elsewhere.
var securityHeaders = [][2]string{
	{"Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
}

// maxBody bounds the body of a request.
const maxBody = 64 << 10

// guard sets the security headers, bounds the body, and turns away what comes
// from another origin or for another host.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, h := range securityHeaders {
			w.Header().Set(h[0], h[1])
		}
		if !s.hostAllowed(r) {
			s.problem(w, http.StatusForbidden, problemf(codeForbidden, "이 서버의 이름이 아닙니다: %s", "not a name of this server: %s", r.Host))
			return
		}
		if (r.Method != http.MethodGet && r.Method != http.MethodHead || isUpgrade(r)) && !sameOrigin(r) {
			s.problem(w, http.StatusForbidden, problemf(codeForbidden, "다른 출처에서 온 요청은 받지 않습니다.", "requests from another origin are refused"))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

func isUpgrade(r *http.Request) bool { return r.Header.Get("Upgrade") != "" }

// sameOrigin reports whether a request comes from a page of this server, or
// from no page at all: browsers send Origin with every POST and websocket.
func sameOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// hostAllowed guards against pages that point a name of their own at this
// server (DNS rebinding). With Config.Hosts only those names are good, "*" for
// any. Without, a request that comes in over the loopback interface must name
// the loopback; another one may use any name.
func (s *Server) hostAllowed(r *http.Request) bool {
	u, err := url.Parse("http://" + r.Host)
	if err != nil {
		return false
	}
	name := u.Hostname()
	for _, h := range s.cfg.Hosts {
		if h == "*" || strings.EqualFold(h, name) {
			return true
		}
	}
	if len(s.cfg.Hosts) > 0 {
		return false
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return true
	}
	at, err := netip.ParseAddrPort(local.String())
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
