package events

// The functions below look for the ends of values only. On JSON that was checked
// they are exact; on other input they stay within b.

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func skipSpace(b []byte, i int) int {
	for i < len(b) && space(b[i]) {
		i++
	}
	return i
}

func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

func skipValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i
		}
	}
	return len(b)
}

type span struct{ start, end int }

// split finds the elements of an array that has not been checked, and stops behind MaxBatch of them. ok says
// that the brackets and commas of the array itself are correct, as far as it got.
func split(b []byte) (spans []span, ok bool) {
	at := skipSpace(b, skipSpace(b, 0)+1)
	if at < len(b) && b[at] == ']' {
		return nil, skipSpace(b, at+1) == len(b)
	}
	for len(spans) <= MaxBatch {
		end := skipValue(b, at)
		spans = append(spans, span{at, end})
		at = skipSpace(b, end)
		switch {
		case at < len(b) && b[at] == ',':
			at = skipSpace(b, at+1)
		case at < len(b) && b[at] == ']':
			return spans, skipSpace(b, at+1) == len(b)
		default:
			return spans, false
		}
	}
	return spans, true
}

// tooDeep does not need valid JSON.
func tooDeep(b []byte) bool {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
		case '{', '[':
			if depth++; depth > MaxDepth {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}
