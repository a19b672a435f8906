package events

import (
	"strconv"
	"strings"
)

// WholeNumber reads a whole number as people and programs write it in decimal: 30, 030, 30.0, 3e1,
// 3.0E+1. number is false for text that is no decimal number, whole is false for 30.5. fits is false
// where the value does not fit into an int.
//
// The arithmetic is on digits. A float would round, and 1e400 would be infinite.
func WholeNumber(text string) (n int, number, whole, fits bool) {
	d, ok := parseDecimal(text)
	if !ok {
		return 0, false, false, false
	}
	n, whole, fits = d.whole()
	return n, true, whole, fits
}

// SameNumber reports whether two texts are the same decimal number: 50, 50.0 and 5e1 are.
func SameNumber(a, b string) bool {
	first, ok := parseDecimal(a)
	second, ok2 := parseDecimal(b)
	return ok && ok2 && first.normal() == second.normal()
}

// normal returns the one form that all spellings of a number have: 0 has neither a sign nor a point.
func (d decimal) normal() decimal {
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// decimal is 0.digits × 10^point. The first and the last digit are not 0; 0 has no digits.
type decimal struct {
	negative bool
	digits   string
	point    int
}

// parseDecimal reads a number as JSON writes it, and zeros before it.
func parseDecimal(text string) (decimal, bool) {
	rest, negative := strings.CutPrefix(text, "-")
	before, rest := cutDigits(rest)
	after := ""
	if fraction, ok := strings.CutPrefix(rest, "."); ok {
		if after, rest = cutDigits(fraction); after == "" {
			return decimal{}, false
		}
	}
	exponent, ok := parseExponent(rest)
	if before == "" || !ok {
		return decimal{}, false
	}
	significant := strings.TrimLeft(before+after, "0")
	point := len(significant) - len(after) + exponent
	return decimal{negative, strings.TrimRight(significant, "0"), point}, true
}

func cutDigits(text string) (digits, rest string) {
	rest = strings.TrimLeft(text, numerals)
	return text[:len(text)-len(rest)], rest
}

// parseExponent reads what follows the digits: e+1, or nothing.
func parseExponent(text string) (exponent int, ok bool) {
	if text == "" {
		return 0, true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}
	text = text[1:]
	rest, negative := strings.CutPrefix(text, "-")
	if !negative {
		rest = strings.TrimPrefix(text, "+")
	}
	digits, rest := cutDigits(rest)
	if digits == "" || rest != "" {
		return 0, false
	}
	const huge = 1 << 30 // no text has so many digits that they could make up for it
	if exponent, err := strconv.Atoi(digits); err == nil && exponent < huge {
		return sign(negative) * exponent, true
	}
	return sign(negative) * huge, true
}

func sign(negative bool) int {
	if negative {
		return -1
	}
	return 1
}

func (d decimal) whole() (n int, whole, fits bool) {
	const most = 18 // digits that fit into an int of 64 bits, whatever they are
	switch {
	case d.digits == "":
		return 0, true, true
	case d.point < len(d.digits):
		return 0, false, false
	case d.point > most:
		return 0, true, false
	}
	n, err := strconv.Atoi(d.digits + strings.Repeat("0", d.point-len(d.digits)))
	return sign(d.negative) * n, true, err == nil
}
