package probe

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// stripper replaces what belongs to an account by placeholders. One value gets one placeholder, wherever
// it stands. It keeps only what is listed here: states, counts, types, codes, and the names of members.
type stripper struct {
	aliases map[string]string
	counts  map[string]int
}

func newStripper(tagKey, region string) *stripper {
	s := &stripper{aliases: map[string]string{}, counts: map[string]int{}}
	for _, own := range []string{unknownDesktop, illFormedDesktop, unknownName, unknownTag, unknownNamespace, unknownOffice(region), defaultTagKey} {
		s.aliases[own] = own
	}
	s.aliases[tagKey] = defaultTagKey
	return s
}

// defaultTagKey replaces in the file the key of the protect tag, whatever it is.
const defaultTagKey = "stop-desktops:protected"

// word is what a type, a state or a code looks like.
var word = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,39}$`)

// kept are the members whose values are words of the API and are kept as they are.
var kept = []string{
	"DesktopStatus", "ConnectionStatus", "ManagementFlag", "ManagementFlags", "ChargeType", "SubPayType", "SessionType", "ProtocolType",
	"OsType", "Platform", "EventType", "EventTypes", "Code", "PolicyType", "NoPermissionType", "AuthPrincipalType", "RegionId",
	"StoppedMode", "FilterDesktopGroup",
}

// keptNumbers are counts. Any other number may be the ID of an account.
var keptNumbers = []string{"TotalCount", "MaxResults", "PageNumber", "PageSize", "HttpStatusCode"}

// kinds of placeholders, by member. Any other member gets "text" and a number.
var kinds = map[string]string{
	"DesktopName": "name", "EndUserId": "user", "EndUserIds": "user", "TagKey": "tag-key", "Key": "tag-key", "TagValue": "tag-value",
	"Value": "tag-value", "OfficeSiteId": "office", "DirectoryId": "office", "OfficeSiteName": "office-name", "DesktopGroupId": "dg-probe",
	"EventId": "event", "AliUid": "account",
}

var (
	namespace = regexp.MustCompile(`^ALIYUN::[A-Z]{1,20}::[A-Z]{1,20}$`)
	action    = regexp.MustCompile(`^ecd:[A-Za-z]{1,60}$`)
	number    = regexp.MustCompile(`^[0-9]{1,9}$`)
	member    = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,63}$`)
)

// value is v without names, as the value of a member.
func (s *stripper) value(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, element := range v {
			out[s.memberName(key)] = s.value(key, element)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = s.value(name, element)
		}
		return out
	case json.Number:
		if slices.Contains(keptNumbers, name) && number.MatchString(v.String()) {
			return v
		}
		return json.Number("0")
	case string:
		return s.text(name, v)
	}
	return v // null, true, false
}

// memberName is kept if it looks like one of the API's.
func (s *stripper) memberName(name string) string {
	if member.MatchString(name) {
		return name
	}
	return s.alias("member", name)
}

// text is the placeholder of a string, or itself if it is a word of the API.
func (s *stripper) text(name, v string) string {
	switch {
	case v == "" || s.aliases[v] == v:
		return v
	case slices.Contains(kept, name) && word.MatchString(v),
		name == "ResourceType" && namespace.MatchString(v),
		name == "AuthAction" && action.MatchString(v),
		slices.Contains(keptNumbers, name) && number.MatchString(v):
		return v
	case name == "NextToken":
		return s.alias("token", v)
	case name == "RequestId":
		return s.alias("request", v)
	case strings.HasSuffix(name, "Time"):
		return timeForm(v)
	case strings.HasPrefix(v, "ecd-"):
		return s.alias("ecd-", v)
	case kinds[name] != "":
		return s.alias(kinds[name], v)
	}
	return s.alias("text", v)
}

// alias is the placeholder of v, made when v is met first. Two IDs that differ in case get placeholders
// that do.
func (s *stripper) alias(kind, v string) string {
	if known, ok := s.aliases[v]; ok {
		return known
	}
	if kind == "ecd-" {
		for original, known := range s.aliases {
			if inOtherCase(original) == v {
				s.aliases[v] = inOtherCase(known)
				return s.aliases[v]
			}
		}
	}
	s.counts[kind]++
	n := s.counts[kind]
	placeholder := fmt.Sprintf("%s%d", kind, n)
	switch kind {
	case "ecd-":
		placeholder = fmt.Sprintf("ecd-probe%04d", n)
	case "request":
		placeholder = fmt.Sprintf("00000000-0000-0000-0000-%012d", n)
	case "token": // its length and its kinds of characters tell how the service makes them
		placeholder = fmt.Sprintf("token%d-%s", n, form(v))
	}
	s.aliases[v] = placeholder
	return placeholder
}

// form is a text with its letters and digits made equal.
func form(v string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return 'a'
		case 'A' <= r && r <= 'Z':
			return 'A'
		case '0' <= r && r <= '9':
			return '0'
		case r < 0x80:
			return r
		}
		return '?'
	}, v)
}

// timeForm is the form of a time. One in RFC 3339 stays one.
func timeForm(v string) string {
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return form(v)
	}
	if strings.HasSuffix(v, "Z") {
		return "2000-01-01T00:00:00Z"
	}
	return "2000-01-01T00:00:00" + t.Format("Z07:00")
}

// safeWord is a word of the service, fit to be shown: a state or a code. Of anything else it is the form.
func safeWord(v string) string {
	if word.MatchString(v) {
		return v
	}
	f := []rune(form(v))
	return string(f[:min(len(f), 40)])
}

// parameter is the value of a request's parameter, such as DesktopId.1 or Tag.1.Key.
func (s *stripper) parameter(name, v string) string {
	name = parameterNumber.ReplaceAllString(name, "")
	return s.text(strings.TrimPrefix(name, "Tag"), v)
}

var parameterNumber = regexp.MustCompile(`\.\d+\.?`)

var (
	mediaType   = regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?$`)
	quotaValues = regexp.MustCompile(`^([A-Za-z]{1,20}:)?[0-9]{1,9}(, ?([A-Za-z]{1,20}:)?[0-9]{1,9})*$`)
)

// header is the value of a header; ok is false if the header is left out.
func (s *stripper) header(name, v string) (value string, ok bool) {
	switch {
	case name == "Content-Type" && mediaType.MatchString(v), aboutQuota(name) && quotaValues.MatchString(v):
		return v, true
	case name == "Content-Type", aboutQuota(name):
		return form(v), true
	}
	return "", false
}
