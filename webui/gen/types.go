package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// imported are the types protocol.go takes from package trace, in their JSON
// form.
const imported = `/** trace.Field: one named value of an event's detail. */
export interface Field {
  name: string;
  value: string;
}

/** trace.Ref: a cross-link to an earlier event. */
export interface Ref {
  rel: string;
  seq: number;
}
`

// protocolSources reads protocol.go and the files beside it that continue it.
func protocolSources(dir string) ([][]byte, error) {
	names, err := filepath.Glob(filepath.Join(dir, "protocol*.go"))
	if err != nil {
		return nil, err
	}
	var sources [][]byte
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, data)
	}
	return sources, nil
}

// protocolTypes derives TypeScript interfaces from the struct types of the
// sources, with their comments: one interface a struct, a member a field,
// optional where the JSON may leave it out. Numeric constants become constants.
func protocolTypes(sources ...[]byte) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("// Made from protocol*.go by go generate. Do not edit.\n\n" + imported)
	for _, source := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			if group, ok := decl.(*ast.GenDecl); ok {
				if err := writeGroup(&b, source, group); err != nil {
					return nil, err
				}
			}
		}
	}
	return b.Bytes(), nil
}

func writeGroup(b *bytes.Buffer, source []byte, group *ast.GenDecl) error {
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if err := writeInterface(b, spec, group.Doc); err != nil {
				return err
			}
		case *ast.ValueSpec:
			text := string(source[spec.Values[0].Pos()-1 : spec.Values[0].End()-1])
			fmt.Fprintf(b, "\n%sexport const %s = %s;\n", comment(spec.Comment, ""), spec.Names[0].Name, text)
		}
	}
	return nil
}

func writeInterface(b *bytes.Buffer, spec *ast.TypeSpec, doc *ast.CommentGroup) error {
	body, ok := spec.Type.(*ast.StructType)
	if !ok {
		return fmt.Errorf("%s: only struct types are supported", spec.Name)
	}
	fmt.Fprintf(b, "\n%sexport interface %s {\n", comment(doc, ""), spec.Name)
	for _, field := range body.Fields.List {
		tag := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("json")
		name, options, _ := strings.Cut(tag, ",")
		mark := ""
		if options != "" {
			mark = "?"
		}
		typ, err := typeText(field.Type)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", spec.Name, name, err)
		}
		fmt.Fprintf(b, "%s  %s%s: %s;\n", comment(field.Comment, "  "), name, mark, typ)
	}
	b.WriteString("}\n")
	return nil
}

func typeText(t ast.Expr) (string, error) {
	switch t := t.(type) {
	case *ast.Ident:
		switch t.Name {
		case "string", "bool":
			return map[string]string{"string": "string", "bool": "boolean"}[t.Name], nil
		case "int", "int64", "uint64", "float64":
			return "number", nil
		}
		return t.Name, nil
	case *ast.StarExpr:
		return typeText(t.X)
	case *ast.SelectorExpr:
		return t.Sel.Name, nil
	case *ast.ArrayType:
		if id, ok := t.Elt.(*ast.Ident); ok && id.Name == "byte" {
			return "string", nil // base64
		}
		elem, err := typeText(t.Elt)
		return elem + "[]", err
	case *ast.MapType:
		value, err := typeText(t.Value)
		return "Record<string, " + value + ">", err
	}
	return "", fmt.Errorf("type %T is not supported", t)
}

func comment(group *ast.CommentGroup, indent string) string {
	text := strings.TrimSpace(group.Text())
	if text == "" {
		return ""
	}
	return indent + "/** " + strings.ReplaceAll(text, "\n", "\n"+indent+" * ") + " */\n"
}
