package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The chart, in pixels: a block for each fleet, in it a row for each program, seconds from left to right on a
// logarithmic scale.
const (
	chartWidth = 800
	rowHeight  = 22
	blockGap   = 12  // between two fleets
	left       = 185 // where the scale begins
	right      = 650 // where it ends
	top        = 90  // where the rows begin
)

// The scale goes over so many powers of ten, from 10 ms on.
const (
	firstPower = -2
	lastPower  = 3
)

// charted are the programs of the chart, in its order. The bare handler stops nothing.
var charted = []struct{ name, label string }{
	{"oos", "like OOS"},
	{"node", "Node.js, naive"},
	{"naive", "Go, naive"},
	{"function", "this function"},
}

// chart draws how long fleets take. Its colours suit a light and a dark background.
func (r *Result) chart() []byte {
	var rows strings.Builder
	bottom := top
	for _, n := range r.sizes() {
		bottom += r.block(&rows, bottom, n) + blockGap
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, sans-serif" font-size="14">
<title>Seconds to stop a fleet by one event, at 50 ms a call to EDS</title>
<style>
svg { background: #ffffff }
text { fill: #57606a } .strong { fill: #1f2328; font-weight: 600 } .line { stroke: #d0d7de; stroke-dasharray: 2 4 } .span { stroke: #d0d7de; stroke-width: 2 }
circle { fill: #8c959f } .function { fill: #0969da }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117 }
text { fill: #9198a1 } .strong { fill: #f0f6fc } .line, .span { stroke: #3d444d } .function { fill: #4493f8 }
}
</style>
`, chartWidth, bottom+34, chartWidth, bottom+34)
	text(&b, 16, 26, "start", "strong", "Seconds to stop a fleet by one event, at 50 ms a call to EDS")
	text(&b, 16, 46, "start", "", "Only OOS and this function observe each desktop before they stop it.")
	for power := firstPower; power <= lastPower; power++ {
		x := position(math.Pow10(power))
		fmt.Fprintf(&b, `<line class="line" x1="%d" x2="%d" y1="%d" y2="%d"/>`+"\n", x, x, top-14, bottom)
		text(&b, x, bottom+18, "middle", "", strconv.FormatFloat(math.Pow10(power), 'f', -1, 64)+" s")
	}
	text(&b, 16, bottom+18, "start", "", "logarithmic")
	b.WriteString(rows.String())
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// sizes of the fleets that the function was measured with.
func (r *Result) sizes() []int {
	var sizes []int
	for _, f := range r.Fleets {
		if f.Program == "function" && f.By == "" {
			sizes = append(sizes, f.Desktops)
		}
	}
	return sizes
}

// block draws the rows of a fleet, and returns its height.
func (r *Result) block(b *strings.Builder, y, desktops int) int {
	label := thousands(desktops) + " desktops"
	if desktops == 1 {
		label = "1 desktop"
	}
	text(b, left-22, y+5, "end", "strong", label)
	height := 0
	for _, program := range charted {
		f := r.fleet(program.name, desktops)
		if f == nil {
			continue
		}
		x, class := position(f.Seconds), ""
		if program.name == "function" {
			class = "strong"
		}
		fmt.Fprintf(b, `<line class="span" x1="%d" x2="%d" y1="%d" y2="%d"/><circle class="%s" cx="%d" cy="%d" r="6"/>`+"\n", left, x, y+height, y+height, program.name, x, y+height)
		text(b, x+13, y+height+5, "start", class, program.label+" "+seconds(f.Seconds))
		height += rowHeight
	}
	return height
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
