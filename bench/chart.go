package main

import (
	"fmt"
	"math"
	"strings"
)

// The chart, in pixels: a row for each fleet, seconds from left to right on a logarithmic scale, a dot
// for each program.
const (
	chartWidth = 800
	rowHeight  = 46
	left       = 200 // where the scale begins
	right      = 720 // where it ends
	top        = 84  // where the rows begin
)

// The scale goes over so many powers of ten, from 10 ms on.
const (
	firstPower = -2
	lastPower  = 2
)

// chart draws how long fleets take. Its colours suit a light and a dark background.
func (r *Result) chart() []byte {
	var sizes []int
	for _, f := range r.Fleets {
		if f.Program == "naive" {
			sizes = append(sizes, f.Desktops)
		}
	}
	bottom := top + rowHeight*len(sizes)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, sans-serif" font-size="14">
<title>Seconds to stop a fleet by one event, at 50 ms a call to EDS</title>
<style>
svg { background: #ffffff }
text { fill: #57606a } .strong { fill: #1f2328; font-weight: 600 } .line { stroke: #d0d7de; stroke-dasharray: 2 4 } .span { stroke: #8c959f; stroke-width: 2 }
.naive { fill: #8c959f } .function { fill: #0969da }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117 }
text { fill: #9198a1 } .strong { fill: #f0f6fc } .line { stroke: #3d444d } .function { fill: #4493f8 }
}
</style>
`, chartWidth, bottom+44, chartWidth, bottom+44)
	text(&b, 16, 26, "start", "strong", "Seconds to stop a fleet by one event, at 50 ms a call to EDS")
	fmt.Fprintf(&b, `<circle class="naive" cx="22" cy="49" r="6"/>`)
	text(&b, 34, 54, "start", "", "naive: observes nothing, one call after the other")
	fmt.Fprintf(&b, `<circle class="function" cx="382" cy="49" r="6"/>`)
	text(&b, 394, 54, "start", "", "this function: observes every desktop first")
	for power := firstPower; power <= lastPower; power++ {
		x := position(math.Pow10(power))
		fmt.Fprintf(&b, `<line class="line" x1="%d" x2="%d" y1="%d" y2="%d"/>`+"\n", x, x, top-8, bottom)
		text(&b, x, bottom+18, "middle", "", strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", math.Pow10(power)), "0"), ".")+" s")
	}
	text(&b, 16, bottom+18, "start", "", "logarithmic")
	for i, n := range sizes {
		r.row(&b, top+rowHeight*i+rowHeight/2, n)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// row of a fleet, its figures beside its dots: outside of them, where they do not meet.
func (r *Result) row(b *strings.Builder, y, desktops int) {
	naive, function := r.fleet("naive", desktops), r.fleet("function", desktops)
	label := thousands(desktops) + " desktops"
	if desktops == 1 {
		label = "1 desktop"
	}
	text(b, left-22, y+5, "end", "strong", label)
	n, f := position(naive.Seconds), position(function.Seconds)
	fmt.Fprintf(b, `<line class="span" x1="%d" x2="%d" y1="%d" y2="%d"/>`+"\n", n, f, y, y)
	for _, dot := range []struct {
		class   string
		seconds float64
		x       int
		isLeft  bool
	}{{"naive", naive.Seconds, n, n < f}, {"function", function.Seconds, f, f <= n}} {
		fmt.Fprintf(b, `<circle class="%s" cx="%d" cy="%d" r="7"/>`+"\n", dot.class, dot.x, y)
		at, anchor := dot.x+13, "start"
		if dot.isLeft {
			at, anchor = dot.x-13, "end"
		}
		text(b, at, y+5, anchor, "", seconds(dot.seconds))
	}
}

func text(b *strings.Builder, x, y int, anchor, class, content string) {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="%s" class="%s">%s</text>`+"\n", x, y, anchor, class, content)
}

// position of a number of seconds on the scale.
func position(seconds float64) int {
	share := (math.Log10(seconds) - firstPower) / (lastPower - firstPower)
	return left + int(math.Round(share*(right-left)))
}

func seconds(s float64) string {
	if s < 1 {
		return fmt.Sprintf("%.2f s", s)
	}
	return fmt.Sprintf("%.1f s", s)
}
