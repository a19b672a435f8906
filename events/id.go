package events

import (
	"strings"
	"unicode/utf8"
)

// ValidRegionId reports whether s has the form of a region ID: cn-hangzhou. A
// region becomes part of a host name, so nothing else may pass.
func ValidRegionId(s string) bool {
	if len(s) > 32 {
		return false
	}
	parts := strings.Split(s, "-")
	if len(parts) < 2 || len(parts[0]) < 2 || strings.Trim(parts[0], lowerCase) != "" {
		return false
	}
	for _, part := range parts[1:] {
		if part == "" || strings.Trim(part, lowerCase+numerals) != "" {
			return false
		}
	}
	return true
}

const (
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	numerals  = "0123456789"
)

// ValidDesktopId reports whether s has the form of a desktop ID: ecd-, then 1 to 60
// letters, digits or hyphens.
func ValidDesktopId(s string) bool {
	id, ok := strings.CutPrefix(s, "ecd-")
	if !ok || len(id) == 0 || len(id) > 60 {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
		default:
			return false
		}
	}
	return true
}

const maxUserId = 128 // characters

// validEndUserId is loose: directories differ in what they allow.
func validEndUserId(s string) bool {
	return s != "" && s == strings.TrimSpace(s) && utf8.RuneCountInString(s) <= maxUserId && printable(s)
}
