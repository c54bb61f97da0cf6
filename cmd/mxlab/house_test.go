package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the project's top folder, seen from this package.
const root = "../.."

// layers is the import policy: a package imports only packages of lower
// layers, and those named in its own line. Packages of layer 3 never import
// each other. Do not change this data to fix builds; ask why the import is
// wanted.
var layers = []struct {
	layer int
	pkg   string
	also  string // packages of the same layer it may import, blank separated
}{
	{0, "sim/vtime", ""},
	{0, "sim/trace", "sim/vtime"},
	{0, "sim/dns", ""},
	{0, "sim/mail", ""},
	{0, "sim/pki", ""},
	{0, "sim/mail/spf", "sim/mail"},
	{0, "sim/host/vfs", ""},
	{0, "sim/tcpwrap", ""},
	{0, "sim/pcap", ""},
	{1, "sim/vnet", ""},
	{2, "sim/host", ""},
	{3, "sim/shell", ""},
	{3, "sim/netfilter", ""},
	{3, "sim/named", "sim/named/config"},
	{3, "sim/named/config", ""},
	{3, "sim/mta", "sim/mta/postfix"},
	{3, "sim/mta/postfix", ""},
	{3, "sim/dovecot", "sim/dovecot/config sim/dovecot/mailbox"},
	{3, "sim/dovecot/config", ""},
	{3, "sim/dovecot/mailbox", ""},
	{3, "sim/userland", ""},
	{3, "sim/registry", ""},
	{3, "sim/sshd", ""},
	{3, "sim/inetd", ""},
	{4, "sim/distro", ""},
	{4, "sim", "sim/distro"},
	{0, "scenarios/josa", ""},
	{5, "scenarios", ""},
	{6, "grader", ""},
	{7, "webui", "webui/gateway"},
	{7, "webui/gateway", ""},
	{8, "cmd/mxlab", ""},
}

// goFiles calls fn for each Go file of the project that is not a test.
func goFiles(t *testing.T, fn func(pkg, file string, f *ast.File, fset *token.FileSet)) {
	t.Helper()
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == "testdata" || name == "dist" || strings.HasPrefix(name, ".") && p != root) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		fn(path.Dir(rel), rel, f, fset)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// layerOf returns the layer of a package and what else it may import. A folder
// below a listed one belongs to it.
func layerOf(pkg string) (layer int, also []string, ok bool) {
	best := ""
	for _, l := range layers {
		if (pkg == l.pkg || strings.HasPrefix(pkg, l.pkg+"/")) && len(l.pkg) > len(best) {
			best, layer, also, ok = l.pkg, l.layer, append(strings.Fields(l.also), l.pkg), true
		}
	}
	return layer, also, ok
}

func TestLayerPolicy(t *testing.T) {
	goFiles(t, func(pkg, file string, f *ast.File, _ *token.FileSet) {
		layer, also, ok := layerOf(pkg)
		if !ok {
			t.Errorf("%s: package %s has no layer", file, pkg)
			return
		}
		for _, imp := range f.Imports {
			p, _ := strconv.Unquote(imp.Path.Value)
			dep, ok := strings.CutPrefix(p, "mxlab/")
			if !ok || slices.Contains(also, dep) {
				continue
			}
			if depLayer, _, ok := layerOf(dep); !ok || depLayer >= layer {
				t.Errorf("%s: package %s of layer %d must not import %s of layer %d", file, pkg, layer, dep, depLayer)
			}
		}
	})
}

// forbidden are imports that would touch the real machine.
var forbidden = []string{"os", "os/exec", "os/signal", "syscall", "math/rand", "crypto/rand", "net/http", "log"}

// exceptions are files in which a library's interface names a thing that is
// forbidden otherwise, without using it.
var exceptions = map[string]string{
	"sim/dovecot/imap.go":        "log",  // imapserver.Options.Logger, set to discard
	"sim/dovecot/imapsession.go": "chan", // imapserver.Session.Idle, never called
}

// allowedNet are the names of package net that open no socket.
var allowedNet = []string{"IP", "IPMask", "IPNet", "Conn", "Addr", "Listener", "Error", "DNSError", "ErrClosed", "IPv4", "IPv4len", "IPv6len", "ParseIP", "ParseCIDR", "ParseMAC", "IPv4Mask", "TCPAddr", "TCPAddrFromAddrPort", "OpError", "JoinHostPort", "SplitHostPort"}

func TestSimDoesNotTouchTheMachine(t *testing.T) {
	goFiles(t, func(pkg, file string, f *ast.File, fset *token.FileSet) {
		if pkg != "sim" && !strings.HasPrefix(pkg, "sim/") {
			return
		}
		for _, imp := range f.Imports {
			if p, _ := strconv.Unquote(imp.Path.Value); slices.Contains(forbidden, p) && exceptions[file] != p {
				t.Errorf("%s imports %s", file, p)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			at := func() string { return fmt.Sprintf("%s:%d", file, fset.Position(n.Pos()).Line) }
			switch n := n.(type) {
			case *ast.GoStmt:
				if pkg != "sim/vtime" {
					t.Errorf("%s: goroutines belong into sim/vtime", at())
				}
			case *ast.ChanType:
				if pkg != "sim/vtime" && exceptions[file] != "chan" {
					t.Errorf("%s: channels belong into sim/vtime", at())
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok || x.Obj != nil {
					return true
				}
				switch {
				case x.Name == "time" && slices.Contains([]string{"Now", "Sleep", "After", "Tick", "NewTimer", "NewTicker", "AfterFunc"}, n.Sel.Name):
					t.Errorf("%s: uses time.%s, the real clock", at(), n.Sel.Name)
				case x.Name == "net" && !slices.Contains(allowedNet, n.Sel.Name):
					t.Errorf("%s: uses net.%s", at(), n.Sel.Name)
				}
			}
			return true
		})
	})
}

func TestExportsAreDocumented(t *testing.T) {
	total, missing := 0, 0
	goFiles(t, func(pkg, file string, f *ast.File, fset *token.FileSet) {
		for _, d := range f.Decls {
			var name *ast.Ident
			var doc *ast.CommentGroup
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && !ast.IsExported(receiver(d)) {
					continue
				}
				name, doc = d.Name, d.Doc
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if ts, ok := s.(*ast.TypeSpec); ok {
						name, doc = ts.Name, d.Doc
						if ts.Doc != nil {
							doc = ts.Doc
						}
					}
				}
			}
			if name == nil || !name.IsExported() || slices.Contains([]string{"Error", "String", "Unwrap", "Label", "Fields", "Run", "Is"}, name.Name) {
				continue
			}
			total++
			if doc == nil {
				missing++
				t.Logf("%s:%d: %s has no comment", file, fset.Position(name.Pos()).Line, name.Name)
			}
		}
	})
	if missing > 0 {
		t.Errorf("%d of %d exported names have no comment", missing, total)
	}
}

func receiver(d *ast.FuncDecl) string {
	typ := d.Recv.List[0].Type
	if s, ok := typ.(*ast.StarExpr); ok {
		typ = s.X
	}
	if i, ok := typ.(*ast.IndexExpr); ok {
		typ = i.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func TestPackagesHaveComments(t *testing.T) {
	has := map[string]bool{}
	goFiles(t, func(pkg, file string, f *ast.File, _ *token.FileSet) {
		has[pkg] = has[pkg] || f.Doc != nil
	})
	for pkg, ok := range has {
		if !ok {
			t.Errorf("package %s has no package comment", pkg)
		}
	}
}

func TestTopLevelIsFixed(t *testing.T) {
	want := []string{"cmd", "go.mod", "go.sum", "grader", "README.md", "scenarios", "sim", "webui"}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(want, e.Name()) && e.Name() != "mxlab" {
			t.Errorf("unexpected top-level entry %s", e.Name())
		}
	}
}
