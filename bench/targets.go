package main

import "fmt"

// maxBinary is what make build lets pass, in bytes.
const maxBinary = 10 << 20

// targets holds the figures of this run against what is wanted of them.
func (r *Result) targets() {
	bare, naive, function := r.Programs["bare"], r.Programs["naive"], r.Programs["function"]
	r.atMost("ready", ratio(function.ReadyMs, bare.ReadyMs), 1.15, "bare")
	r.atMost("first answer, with state and tags observed", ratio(function.FirstMs, naive.FirstMs), 1.25, "naive")
	late := naive.FirstLateMs + naive.WarmLateMs
	r.add("first answer at 50 ms a call", fmt.Sprintf("%.1f ms", function.FirstLateMs),
		fmt.Sprintf("at most %.1f ms: naive and one call", late), function.FirstLateMs <= late)
	r.atMost("warm", ratio(function.WarmP50Ms, naive.WarmP50Ms), 1.6, "naive")
	if naive.WarmApartMs > 0 {
		r.atMost("warm, the emulator on another processor", ratio(function.WarmApartMs, naive.WarmApartMs), 1.6, "naive")
	}
	if one := r.fleet("function", 1); one != nil {
		made := 0
		for _, n := range one.Calls {
			made += n
		}
		r.add("calls for one desktop", fmt.Sprint(made), "at most 3", made <= 3)
	}
	r.fleetTargets(function)
	r.selectionTargets(function)
	r.atMost("peak memory, one desktop", ratio(float64(function.PeakBytes), float64(naive.PeakBytes)), 1.3, "naive")
	r.add("binary", fmt.Sprintf("%.2f MB", float64(function.BinaryBytes)/1e6), fmt.Sprintf("at most %.2f MB", float64(maxBinary)/1e6), function.BinaryBytes <= maxBinary)
}

// fleetTargets, as far as the fleets that they are about were measured.
func (r *Result) fleetTargets(one *Figures) {
	if naive, function := r.fleet("naive", 10_000), r.fleet("function", 10_000); naive != nil && function != nil {
		faster := naive.Seconds / function.Seconds
		r.add("10,000 desktops at 50 ms a call", fmt.Sprintf("%.1f × faster", faster), "at least 5.0 × faster than naive", faster >= 5)
	}
	small, large := r.fleet("function", 10_000), r.fleet("function", 100_000)
	if small == nil || large == nil {
		return
	}
	// Ten times the desktops, with a quarter for what a busy machine adds.
	const most = 12.5
	seconds, cpu := large.Seconds/small.Seconds, large.CPUSeconds/small.CPUSeconds
	r.add("time of 100,000 against 10,000", fmt.Sprintf("%.1f ×", seconds), fmt.Sprintf("at most %.1f ×", most), seconds <= most)
	r.add("CPU of 100,000 against 10,000", fmt.Sprintf("%.1f ×", cpu), fmt.Sprintf("at most %.1f ×", most), cpu <= most)
	each := float64(large.PeakBytes-one.PeakBytes) / 100_000
	r.add("memory for each of 100,000 desktops", fmt.Sprintf("%.0f bytes", each), "at most 1024 bytes above the base", each <= 1024)
}

func (r *Result) fleet(program string, desktops int) *Fleet {
	for i := range r.Fleets {
		if f := &r.Fleets[i]; f.Program == program && f.Desktops == desktops && f.By == "" {
			return f
		}
	}
	return nil
}

func (r *Result) atMost(what string, figure, want float64, peer string) {
	r.add(what, fmt.Sprintf("%.2f × %s", figure, peer), fmt.Sprintf("at most %.2f × %s", want, peer), figure <= want)
}

func (r *Result) add(what, figure, want string, holds bool) {
	r.Targets = append(r.Targets, Target{What: what, Figure: figure, Want: want, Holds: holds})
}

func ratio(a, b float64) float64 { return a / b }
