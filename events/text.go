package events

import (
	"strconv"
)

// halfSurrogate reports whether a checked JSON string holds \ud800 without its
// other half. encoding/json reads each of the 2048 as U+FFFD, so that different
// strings would become equal.
func halfSurrogate(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if i++; b[i] != 'u' {
			continue
		}
		switch r := escaped(b, i-1); {
		case 0xd800 <= r && r < 0xdc00 && 0xdc00 <= escaped(b, i+5) && escaped(b, i+5) < 0xe000:
			i += 10
		case 0xd800 <= r && r < 0xe000:
			return true
		default:
			i += 4
		}
	}
	return false
}

// escaped reads \uXXXX at i; 0 if there is none.
func escaped(b []byte, i int) uint64 {
	if i+6 > len(b) || b[i] != '\\' || b[i+1] != 'u' {
		return 0
	}
	r, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 32)
	if err != nil {
		return 0
	}
	return r
}
