package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// write the result as tables for people.
func (r *Result) write(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s, %s, %d processors, which the emulator shares; medians of %d rounds\n\n", r.Go, r.System, r.CPUs, r.Rounds)
	r.writeOne(w)
	r.writeFleets(w)
	fmt.Fprintf(w, "target\tfigure\twanted\t\n")
	for _, t := range r.Targets {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.What, t.Figure, t.Want, holds(t.Holds))
	}
	fmt.Fprintf(w, "\nmodules in the function's binary\tsymbols\tshare\n")
	for _, d := range r.Dependencies {
		fmt.Fprintf(w, "%s\t%s\t%.1f %%\n", d.Module, kilobytes(d.Bytes), 100*d.Share)
	}
	w.Flush()
}

func holds(yes bool) string {
	if yes {
		return "holds"
	}
	return "does not hold"
}

// writeOne writes what one desktop costs.
func (r *Result) writeOne(w io.Writer) {
	names := []string{"bare", "naive", "oos", "node", "function"}
	names = slices.DeleteFunc(names, func(name string) bool { return r.Programs[name] == nil })
	fmt.Fprintf(w, "one desktop\t%s\tfunction ÷ bare\t÷ naive\n", strings.Join(names, "\t"))
	for _, row := range []struct {
		name, format string
		value        func(*Figures) float64
	}{
		{"ready", "%.2f ms", func(f *Figures) float64 { return f.ReadyMs }},
		{"first answer", "%.2f ms", func(f *Figures) float64 { return f.FirstMs }},
		{"first answer, 50 ms a call", "%.1f ms", func(f *Figures) float64 { return f.FirstLateMs }},
		{"warm p50", "%.2f ms", func(f *Figures) float64 { return f.WarmP50Ms }},
		{"warm p50, emulator apart", "%.2f ms", func(f *Figures) float64 { return f.WarmApartMs }},
		{"warm p99", "%.2f ms", func(f *Figures) float64 { return f.WarmP99Ms }},
		{"warm p50, 50 ms a call", "%.1f ms", func(f *Figures) float64 { return f.WarmLateMs }},
		{"CPU of an invocation", "%.2f ms", func(f *Figures) float64 { return f.CPUMs }},
		{"peak memory", "%.1f MB", func(f *Figures) float64 { return float64(f.PeakBytes) / 1e6 }},
		{"binary", "%.2f MB", func(f *Figures) float64 { return float64(f.BinaryBytes) / 1e6 }},
		{"zip", "%.2f MB", func(f *Figures) float64 { return float64(f.ZipBytes) / 1e6 }},
	} {
		function := row.value(r.Programs["function"])
		if function == 0 {
			continue // not measured here
		}
		fmt.Fprint(w, row.name)
		for _, name := range names {
			if value := row.value(r.Programs[name]); value > 0 {
				fmt.Fprintf(w, "\t"+row.format, value)
			} else {
				fmt.Fprint(w, "\t–") // node has no binary
			}
		}
		fmt.Fprintf(w, "\t%.2f\t%.2f\n", function/row.value(r.Programs["bare"]), function/row.value(r.Programs["naive"]))
	}
	fmt.Fprintln(w)
}

func (r *Result) writeFleets(w io.Writer) {
	if len(r.Fleets) == 0 {
		return
	}
	fmt.Fprintf(w, "fleet, 50 ms a call\t\ttime\tCPU\tpeak memory\tcalls\n")
	for _, f := range r.Fleets {
		fmt.Fprintf(w, "%s desktops%s\t%s\t%.2f s\t%.2f s\t%.1f MB\t%s\n", thousands(f.Desktops), selectedBy(f.By), f.Program, f.Seconds, f.CPUSeconds, float64(f.PeakBytes)/1e6, calls(f.Calls))
	}
	fmt.Fprintf(w, "An event may have 32 MB; one that nobody waits for 128 KB, and one of EventBridge 64 KB: some 5,000 and 2,500 desktops by ID.\n\n")
}

func selectedBy(by string) string {
	switch by {
	case "":
		return ""
	case "protected":
		return " beside 5,000 protected ones"
	}
	return " by " + by
}

func calls(made map[string]int) string {
	var list []string
	for _, action := range slices.Sorted(maps.Keys(made)) {
		list = append(list, fmt.Sprintf("%s %d", action, made[action]))
	}
	return strings.Join(list, ", ")
}

// thousands writes 10000 as 10,000.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func kilobytes(n int64) string { return thousands(int(n+500)/1000) + " kB" }
