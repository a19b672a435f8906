package callback

import (
	"cmp"
	"strconv"
	"strings"

	"stopdesktops/internal/report"
)

// maxWarnings is how many bytes of warnings a message has room for: see maxNamed.
const maxWarnings = 170

// warningsText has the first warnings, and counts those that there is no room for.
func (m *message) warningsText() string {
	text := ""
	for i, w := range m.Warnings {
		one := m.warning(w)
		if i > 0 {
			one = m.words.Groups + one
		}
		if len(text)+len(one) > maxWarnings {
			if i == 0 {
				text, i = strings.ToValidUTF8(one[:maxWarnings], "")+"…", 1
			}
			if more := len(m.Warnings) - i; more > 0 {
				text += m.words.Groups + fill(m.words.MoreWarnings, "", more)
			}
			break
		}
		text += one
	}
	return text
}

// warning in the language of the message, without its path: the warning says what it is about. Where the
// language has words for the code, they are followed by the excluded item, or else by the warning itself.
func (m *message) warning(w report.Warning) string {
	words := m.words.of(w.Code)
	if words == "" {
		return foreign(w.Message, 120)
	}
	if w.Code == report.WarnSelectionMatchesNothing {
		return words
	}
	return words + m.words.Colon + foreign(cmp.Or(m.excluded(w.Path), w.Message), 120)
}

var excludedPath = pattern(`\.Exclude\.([A-Za-z]+)\[([0-9]+)\]$`)

// excluded is the item of Exclude at a path; "" if there is none.
func (m *message) excluded(path string) string {
	found := excludedPath().FindStringSubmatch(path)
	if found == nil || m.Exclude == nil {
		return ""
	}
	i, _ := strconv.Atoi(found[2])
	switch x := m.Exclude; {
	case found[1] == "DesktopId" && i < len(x.DesktopId):
		return x.DesktopId[i]
	case found[1] == "EndUserId" && i < len(x.EndUserId):
		return x.EndUserId[i]
	case found[1] == "Tag" && i < len(x.Tag):
		if x.Tag[i].Value == nil {
			return x.Tag[i].Key
		}
		return x.Tag[i].Key + "=" + *x.Tag[i].Value
	}
	return ""
}
