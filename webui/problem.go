package webui

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Codes of problems.
const (
	codeNotFound   = "not-found"
	codeBadRequest = "bad-request"
	codeTooLarge   = "too-large"
	codeLimit      = "limit"
	codeBusy       = "busy"
	codeGone       = "gone"
	codeConflict   = "conflict"
	codeForbidden  = "forbidden"
	codeInternal   = "internal"
	codeFailed     = "failed" // the world refused it; the text says why
)

// Error makes a Problem usable as an error.
func (p *Problem) Error() string { return p.Code + ": " + p.Text.En }

func problemf(code, ko, en string, args ...any) *Problem {
	return &Problem{Code: code, Text: textf(ko, en, args...)}
}

func textf(ko, en string, args ...any) Text {
	return Text{Ko: fmt.Sprintf(ko, args...), En: fmt.Sprintf(en, args...)}
}

func notFound(ko, en string) *Problem { return &Problem{Code: codeNotFound, Text: Text{ko, en}} }

func badRequest(err error) *Problem {
	return problemf(codeBadRequest, "요청을 이해할 수 없습니다: %v", "the request cannot be understood: %v", err)
}

// failed is a refusal by the world. Its reason is the system's own text.
func failed(err error) *Problem {
	return problemf(codeFailed, "할 수 없습니다: %v", "cannot be done: %v", err)
}

// problem writes a Problem as the answer of a request.
func (s *Server) problem(w http.ResponseWriter, status int, p *Problem) {
	writeJSON(w, status, p)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}
