package main

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"debug/elf"
	"path/filepath"
	"slices"
	"strings"
)

// dependencies finds out what each module adds to the function's binary, by the symbols of a build
// for Function Compute that has them. What belongs to no single symbol is in nobody's share.
func (b *bench) dependencies(ctx context.Context) error {
	b.say("build function with its symbols")
	symbols, stripped := filepath.Join(b.dir, "symbols"), filepath.Join(b.dir, "stripped")
	for binary, linker := range map[string]string{symbols: "", stripped: "-s -w"} {
		if err := goBuild(ctx, binary, ".", linker, "GOOS=linux", "GOARCH=amd64"); err != nil {
			return err
		}
	}
	info, err := buildinfo.ReadFile(symbols)
	if err != nil {
		return err
	}
	file, err := elf.Open(symbols)
	if err != nil {
		return err
	}
	defer file.Close()
	all, err := file.Symbols()
	if err != nil {
		return err
	}
	modules := []string{info.Main.Path}
	for _, d := range info.Deps {
		modules = append(modules, d.Path)
	}
	bytesOf := map[string]int64{}
	for _, s := range all {
		if stored(file, s) && s.Name != "go:func.*" && s.Name != "runtime.findfunctab" {
			bytesOf[moduleOf(s.Name, modules)] += int64(s.Size)
		}
	}
	whole, err := size(stripped)
	if err != nil {
		return err
	}
	b.result.Dependencies = shares(bytesOf, whole)
	return nil
}

// stored says whether the file holds the symbol's bytes: zeros are made when it is loaded.
func stored(file *elf.File, s elf.Symbol) bool {
	return int(s.Section) < len(file.Sections) && file.Sections[s.Section].Type != elf.SHT_NOBITS
}

// Shares that are no dependency's.
const (
	standard = "Go's standard library and runtime"
	nobodys  = "tables of lines, types and texts"
)

// shares of the modules in the whole binary.
func shares(bytesOf map[string]int64, whole int64) []Dependency {
	var list []Dependency
	rest := whole
	for module, n := range bytesOf {
		list = append(list, Dependency{Module: module, Bytes: n})
		rest -= n
	}
	list = append(list, Dependency{Module: nobodys, Bytes: rest})
	for i := range list {
		list[i].Share = float64(list[i].Bytes) / float64(whole)
	}
	slices.SortFunc(list, func(a, b Dependency) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Module, b.Module))
	})
	return list
}

// moduleOf a symbol: the longest module path that its name begins with.
func moduleOf(symbol string, modules []string) string {
	for _, prefix := range []string{"type:.eq.", "type:.hash.", "go:itab.*", "go:itab."} {
		symbol = strings.TrimPrefix(symbol, prefix)
	}
	symbol = strings.ReplaceAll(symbol, "%2e", ".")
	if strings.HasPrefix(symbol, "main.") {
		return modules[0]
	}
	found, longest := standard, 0
	for _, m := range modules {
		rest, ok := strings.CutPrefix(symbol, m)
		if ok && len(m) > longest && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".")) {
			found, longest = m, len(m)
		}
	}
	return found
}
