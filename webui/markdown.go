package webui

import (
	"bytes"
	"html"
	"regexp"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"mxlab/scenarios"
)

// The prose of scenarios is Markdown (CommonMark with tables). What it becomes
// holds only the elements HTML names; raw HTML is shown as the text it is, and
// a link leads to an event, a host, a file or the web.

// linkTarget are the links that are kept.
var linkTarget = regexp.MustCompile(`^(event:\d+|host:[\w.-]+|file:[\w.-]+/[^\s:]*(:\d+)?|https?://[^\s]+)$`)

func newMarkdown() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Table),
		goldmark.WithRendererOptions(ghtml.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(plainHTML{}, 1))))
}

// htmlOf renders prose in both languages.
func htmlOf(t scenarios.Text) HTML {
	return HTML{Ko: renderMarkdown(t.KO), En: renderMarkdown(t.EN)}
}

func renderMarkdown(text string) string {
	if text == "" {
		return ""
	}
	var b bytes.Buffer
	if err := newMarkdown().Convert([]byte(text), &b); err != nil {
		return "<p>" + html.EscapeString(text) + "</p>"
	}
	return b.String()
}

// plainHTML renders the nodes in which Markdown would let markup or unknown
// links through.
type plainHTML struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (plainHTML) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHTMLBlock, rawBlock)
	r.Register(ast.KindRawHTML, rawInline)
	r.Register(ast.KindLink, linkNode)
	r.Register(ast.KindAutoLink, autoLink)
	r.Register(ast.KindImage, imageNode)
	r.Register(ast.KindHeading, headingNode)
}

func rawBlock(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString("<pre><code>")
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			w.WriteString(html.EscapeString(string(line.Value(src))))
		}
		if block := n.(*ast.HTMLBlock); block.HasClosure() {
			w.WriteString(html.EscapeString(string(block.ClosureLine.Value(src))))
		}
		w.WriteString("</code></pre>\n")
	}
	return ast.WalkSkipChildren, nil
}

func rawInline(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		raw := n.(*ast.RawHTML)
		for i := range raw.Segments.Len() {
			segment := raw.Segments.At(i)
			w.WriteString(html.EscapeString(string(segment.Value(src))))
		}
	}
	return ast.WalkSkipChildren, nil
}

func linkNode(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	href := string(n.(*ast.Link).Destination)
	switch {
	case !linkTarget.MatchString(href):
	case entering:
		w.WriteString(`<a href="` + html.EscapeString(href) + `">`)
	default:
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func autoLink(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		link := n.(*ast.AutoLink)
		href, label := string(link.URL(src)), html.EscapeString(string(link.Label(src)))
		if linkTarget.MatchString(href) {
			label = `<a href="` + html.EscapeString(href) + `">` + label + "</a>"
		}
		w.WriteString(label)
	}
	return ast.WalkSkipChildren, nil
}

// imageNode shows the text that stands for a picture: nothing is fetched.
func imageNode(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
	return ast.WalkContinue, nil
}

// headingNode keeps headings between h2 and h4: the page has its own h1.
func headingNode(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "h" + string("0123456"[min(max(n.(*ast.Heading).Level+1, 2), 4)]) + ">"
	if entering {
		w.WriteString("<" + tag)
	} else {
		w.WriteString("</" + tag + "\n")
	}
	return ast.WalkContinue, nil
}
