package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// A page is the content of dist/ by slash-separated name.
type page map[string][]byte

// bundle builds the page from the folder ui.
func bundle(ui string) (page, error) {
	root, err := filepath.Abs(ui)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(root, "node_modules", "preact")); err != nil {
		return nil, fmt.Errorf("libraries are missing: run npm ci in %s", ui)
	}
	out := filepath.Join(root, "out")
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     root,
		EntryPoints:       []string{"src/main.tsx"},
		Bundle:            true,
		Splitting:         true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		JSX:               api.JSXAutomatic,
		JSXImportSource:   "preact",
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		Outdir:            out,
		EntryNames:        "assets/[name]-[hash]",
		ChunkNames:        "assets/[name]-[hash]",
		AssetNames:        "assets/[name]-[hash]",
		Write:             false,
	})
	if len(result.Errors) > 0 {
		return nil, errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	p := page{}
	var script, style string
	for _, f := range result.OutputFiles {
		name, err := filepath.Rel(out, f.Path)
		if err != nil {
			return nil, err
		}
		name = filepath.ToSlash(name)
		p[name] = f.Contents
		if base := strings.TrimPrefix(name, "assets/"); strings.HasPrefix(base, "main-") {
			if strings.HasSuffix(base, ".js") {
				script = name
			} else {
				style = name
			}
		}
	}
	html, err := os.ReadFile(filepath.Join(root, "src", "index.html"))
	if err != nil {
		return nil, err
	}
	p["index.html"] = []byte(strings.NewReplacer("{{script}}", "/"+script, "{{style}}", "/"+style).Replace(string(html)))
	icon, err := os.ReadFile(filepath.Join(root, "src", "icon.svg"))
	if err != nil {
		return nil, err
	}
	p["assets/icon.svg"] = icon
	return p, nil
}

// write makes dist hold the page and nothing else.
func (p page) write(dist string) error {
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	for name, data := range p {
		path := filepath.Join(dist, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compare returns an error if dist does not hold exactly the page.
func (p page) compare(dist string) error {
	seen := 0
	err := filepath.WalkDir(dist, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dist, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if want, ok := p[filepath.ToSlash(name)]; !ok || !bytes.Equal(want, data) {
			return fmt.Errorf("%s is stale: run go generate ./webui", path)
		}
		seen++
		return nil
	})
	if err == nil && seen != len(p) {
		err = fmt.Errorf("%s is incomplete: run go generate ./webui", dist)
	}
	return err
}

// firstLoad is the compressed size of what the page loads at once: all but the
// chunk of the editor.
func (p page) firstLoad() int {
	total := 0
	for name, data := range p {
		if !strings.Contains(name, "codemirror") {
			total += zipped(data)
		}
	}
	return total
}

func (p page) report(w io.Writer) {
	names := make([]string, 0, len(p))
	for name := range p {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(w, "%8d %8d gz  %s\n", len(p[name]), zipped(p[name]), name)
	}
	fmt.Fprintf(w, "first load %d bytes gz\n", p.firstLoad())
}

func zipped(data []byte) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Len()
}
