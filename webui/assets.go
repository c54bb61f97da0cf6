package webui

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed all:dist
var embedded embed.FS

// Dist returns the page that is built into the program.
func Dist() fs.FS {
	sub, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// assetTypes are the media types by extension, so that they do not depend on
// the machine's table.
var assetTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".json": "application/json", ".txt": "text/plain; charset=utf-8", ".map": "application/json", ".png": "image/png",
}

// page serves index.html for every address at which the page shows something.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.asset(w, r, "index.html", "no-cache")
}

// assets serves /assets/...: their names hold a hash of their content, so they
// may be cached for ever; icon.svg alone has none.
func (s *Server) assets(w http.ResponseWriter, r *http.Request) {
	cache := "public, max-age=31536000, immutable"
	if !strings.Contains(path.Base(r.URL.Path), "-") {
		cache = "public, max-age=3600"
	}
	s.asset(w, r, strings.TrimPrefix(path.Clean(r.URL.Path), "/"), cache)
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request, name, cache string) {
	b, err := fs.ReadFile(s.cfg.Assets, name)
	if err != nil {
		s.problem(w, http.StatusNotFound, notFound("파일이 없습니다: "+name, "no such file: "+name))
		return
	}
	ext := path.Ext(name)
	kind := assetTypes[ext]
	if kind == "" {
		kind = mime.TypeByExtension(ext)
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("Vary", "Accept-Encoding")
	if small, ok := compressed(b, r.Header.Get("Accept-Encoding")); ok {
		w.Header().Set("Content-Encoding", "gzip")
		b = small
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	if r.Method != http.MethodHead {
		w.Write(b)
	}
}

// compressed is a file with gzip if the browser takes that (RFC 9110 12.5.3; a
// weight of zero does not occur in browsers) and it saves something.
func compressed(b []byte, accept string) ([]byte, bool) {
	if !slices.ContainsFunc(strings.Split(accept, ","), func(c string) bool { return strings.TrimSpace(c) == "gzip" }) {
		return nil, false
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil || z.Close() != nil {
		return nil, false
	}
	return out.Bytes(), out.Len() < len(b)
}
