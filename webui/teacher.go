package webui

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
)

// The teacher is who opened /wall with the key of Config.Teacher. A cookie keeps
// that; the key itself is in no cookie and not left in the address.
const (
	teacherCookie = "mxlab-teacher"
	leastKey      = 8 // bytes of a key
)

// teacherToken is what the cookie holds, "" when the server has no teacher.
func (s *Server) teacherToken() string {
	if s.cfg.Teacher == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("mxlab class wall\x00" + s.cfg.Teacher))
	return hex.EncodeToString(sum[:])
}

// isTeacher reports whether a request comes from the teacher's browser.
func (s *Server) isTeacher(r *http.Request) bool {
	c, err := r.Cookie(teacherCookie)
	token := s.teacherToken()
	return err == nil && token != "" && subtle.ConstantTimeCompare([]byte(c.Value), []byte(token)) == 1
}

// wallPage serves the class wall's page. With the right key in the address the
// browser becomes the teacher's.
func (s *Server) wallPage(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	if key == "" {
		s.page(w, r)
		return
	}
	if s.cfg.Teacher == "" || subtle.ConstantTimeCompare([]byte(key), []byte(s.cfg.Teacher)) != 1 {
		s.problem(w, http.StatusForbidden, problemf(codeForbidden, "열쇠가 맞지 않습니다.", "the key is wrong"))
		return
	}
	http.SetCookie(w, &http.Cookie{Name: teacherCookie, Value: s.teacherToken(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil})
	http.Redirect(w, r, "/wall", http.StatusSeeOther)
}

// looksOn reports whether a request is the teacher's for a session of somebody
// else: such a session is only looked at.
func (s *Server) looksOn(r *http.Request, of *Session) bool {
	c, err := r.Cookie(userCookie)
	own := err == nil && c.Value == of.head.User
	return s.isTeacher(r) && !own
}
