// Command gen builds the page: it derives ui/src/protocol.ts from
// protocol*.go and bundles the TypeScript sources of ui/ into dist/ with esbuild. It is run
// by `go generate ./webui`; the result is committed, so that the lab itself
// needs neither Node nor this command.
//
// The libraries the page uses must be there: run `npm ci` in webui/ui once.
// Types are checked apart, by `npm run check` there.
//
// With -check nothing is written: the exit status says whether dist/ and
// protocol.ts are what the sources give.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("dir", ".", "folder webui")
	check := flag.Bool("check", false, "only compare")
	flag.Parse()
	if err := run(*dir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir string, check bool) error {
	sources, err := protocolSources(dir)
	if err != nil {
		return err
	}
	types, err := protocolTypes(sources...)
	if err != nil {
		return err
	}
	typesFile := filepath.Join(dir, "ui", "src", "protocol.ts")
	if check {
		if old, err := os.ReadFile(typesFile); err != nil || !bytes.Equal(old, types) {
			return fmt.Errorf("%s is stale: run go generate ./webui", typesFile)
		}
	} else if err := os.WriteFile(typesFile, types, 0o644); err != nil {
		return err
	}
	page, err := bundle(filepath.Join(dir, "ui"))
	if err != nil {
		return err
	}
	dist := filepath.Join(dir, "dist")
	if check {
		return page.compare(dist)
	}
	if err := page.write(dist); err != nil {
		return err
	}
	page.report(os.Stdout)
	return nil
}
