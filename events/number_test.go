package events

import (
	"fmt"
	"strings"
	"testing"
)

// TestWholeNumber: a whole number is one however it is written, and nothing is rounded into one.
func TestWholeNumber(t *testing.T) {
	zeros := strings.Repeat("0", 5000)
	const not, broken, large = -1, -2, -3
	for text, want := range map[string]int{
		"0": 0, "7": 7, "30": 30, "030": 30, "30.0": 30, "30.000": 30, "3e1": 30, "3E1": 30, "3.0E+1": 30, "0.3e2": 30, "300e-1": 30,
		"3000.0e-2": 30, "0e400": 0, "0.0": 0, "0e-400": 0, "-0": 0, "-0.0": 0, "0." + zeros + "3e5001": 3, "3" + zeros + "e-5000": 3,
		"3e" + zeros + "1": 30, "999999999999999999": 999999999999999999,
		"30.5": broken, "0.1": broken, "3e-1": broken, "1e-400": broken, "29.9999999999999999999999999": broken, "30.00000000000000000000000001": broken,
		"1e-99999999999999999999": broken, "1." + zeros + "1": broken,
		"1e400": large, "1e99999999999999999999": large, "1" + zeros: large, "9223372036854775808": large, "-1e30": large,
		"": not, "-": not, "+30": not, ".5": not, "30.": not, "30.e1": not, "e1": not, "3e": not, "3e+": not, "3e-": not, "3e1.0": not,
		"0x10": not, "0b1": not, "1_000": not, "1,000": not, "1 000": not, " 30": not, "30 ": not, "NaN": not, "Infinity": not, "-Infinity": not,
		"--1": not, "30m": not, "３０": not, "3e1e1": not, "null": not,
	} {
		n, number, whole, fits := WholeNumber(text)
		got := n
		switch {
		case !number:
			got = not
		case !whole:
			got = broken
		case !fits:
			got = large
		}
		if got != want {
			t.Errorf("WholeNumber(%.40q) = %d, want %d", text, got, want)
		}
	}
	if n, _, whole, fits := WholeNumber("-30.0"); n != -30 || !whole || !fits {
		t.Errorf("-30.0 is %d", n)
	}
}

// TestSameNumber compares values, not spellings, and nothing that is no number.
func TestSameNumber(t *testing.T) {
	for _, spellings := range [][]string{
		{"50", "50.0", "5e1", "5E+1", "500e-1", "050", "0.50e2"},
		{"0", "-0", "0.0", "-0.0", "0e7", "00"},
		{"-1.5", "-15e-1", "-1.50"},
		{"0.1", "1e-1", "0.10"},
		{"123456789012345678901234567890", "123456789012345678901234567890.0"},
	} {
		for _, a := range spellings {
			for _, b := range spellings {
				if !SameNumber(a, b) {
					t.Errorf("%s is not %s", a, b)
				}
			}
			for _, other := range []string{"51", "-50", "5", "", "x", "50x", "1.5", "0.01", "123456789012345678901234567891", "NaN"} {
				if SameNumber(a, other) || SameNumber(other, other+"y") {
					t.Errorf("%s is %s", a, other)
				}
			}
		}
	}
}

// TestNumberFields reads the numbers of a request, in JSON and as text.
func TestNumberFields(t *testing.T) {
	for _, field := range []string{"IdleMinutes", "WaitSeconds"} {
		for _, number := range []string{`30`, `30.0`, `3e1`, `3.0E+1`, `300e-1`, `"30"`, `"30.0"`, `"3e1"`, `" 30 "`, `"30\n"`, `"030"`, `"\u0033\u0030"`} {
			r, err := ParseRequest([]byte(fmt.Sprintf(`{%s,%q:%s}`, oneDesktop, field, number)), "$")
			if err != nil || r.IdleMinutes != 30 && (r.WaitSeconds == nil || *r.WaitSeconds != 30) {
				t.Errorf("%s %s: %+v, %v", field, number, r, err)
			}
		}
		for number, code := range map[string]string{
			`30.5`: WrongType, `"30.5"`: WrongType, `1e-400`: WrongType, `"0x10"`: WrongType, `"NaN"`: WrongType, `"Infinity"`: WrongType,
			`""`: WrongType, `" "`: WrongType, `"thirty"`: WrongType, `"+30"`: WrongType, `"30m"`: WrongType, `"1,000"`: WrongType, `"1_000"`: WrongType,
			`"{{minutes}}"`: WrongType, `"3 0"`: WrongType, `true`: WrongType, `[30]`: WrongType, `{}`: WrongType,
			`1e400`: InvalidValue, `"1e400"`: InvalidValue, `-30`: InvalidValue, `"-30.0"`: InvalidValue, `-0.0`: InvalidValue, `99999`: InvalidValue,
			`"30\u200b"`: WrongType, `"\ud800"`: WrongType,
		} {
			r, err := ParseRequest([]byte(fmt.Sprintf(`{%s,%q:%s}`, oneDesktop, field, number)), "$")
			if e := asError(t, err); e == nil || e.Code != code || e.Path != "$."+field {
				t.Errorf("%s %s: %+v, %v, want %s", field, number, r, err, code)
			}
		}
	}
}
