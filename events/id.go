package events

import "strings"

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

// ValidAccount reports whether s has the form of an account's name in the settings: 1 to 32 lower-case letters,
// digits and hyphens, the first of them a letter. An ARN or the number of an account is none.
func ValidAccount(s string) bool {
	return s != "" && len(s) <= 32 && strings.Contains(lowerCase, s[:1]) && strings.Trim(s, lowerCase+numerals+"-") == ""
}

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

// desktopIdFault says why s is no desktop ID: "" if it is one.
func desktopIdFault(s string, skipped int) string {
	if ValidDesktopId(s) {
		return ""
	}
	not := "is not a desktop ID such as ecd-7w78ozhjcwa3u0001"
	if found := flaw(s, skipped, func(r rune) bool { return r > '~' || !strings.ContainsRune(idCharacters, r) }); found != "" {
		return not + ": it has " + found
	}
	return not
}

const idCharacters = lowerCase + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + numerals + "-"
