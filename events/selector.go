package events

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of DescribeDesktops.
const (
	maxTags   = 20
	maxTag    = 128 // characters of a key or value
	maxFilter = 256 // characters of another filter; ours
)

// Select chooses desktops: those that match every filter, or all of a region.
// Either All is true and nothing else is set, or there is at least one filter.
type Select struct {
	All             bool     `json:",omitempty"` // every desktop of the region
	Tag             []Tag    `json:",omitempty"` // all of them
	OfficeSiteId    string   `json:",omitempty"` // the ID of the office network
	DesktopGroupId  string   `json:",omitempty"` // the ID of the desktop group
	EndUserId       []string `json:",omitempty"` // any of these end users
	PolicyGroupId   string   `json:",omitempty"` // the ID of the policy
	ResourceGroupId string   `json:",omitempty"` // the ID of the resource group
	ChargeType      string   `json:",omitempty"` // how the desktop is paid for
	SubPayType      string   `json:",omitempty"` // how the desktop is paid for in detail
	DesktopName     string   `json:",omitempty"` // the name of the desktop
}

// Exclude spares desktops: those that match any of it. At least one is set.
type Exclude struct {
	DesktopId []string `json:",omitempty"` // these desktops
	EndUserId []string `json:",omitempty"` // the desktops of any of these end users
	Tag       []Tag    `json:",omitempty"` // the desktops with any of these tags
}

// Tag matches a desktop's tag.
type Tag struct {
	Key   string  // the key of the tag
	Value *string `json:",omitempty"` // the value of the tag; without it any value matches
}

func readSelect(v value) (*Select, *Error) {
	s := new(Select)
	given, err := readFields(v, selectFields(), s)
	if err != nil {
		return nil, err
	}
	delete(given, "All")
	switch {
	case s.All && len(given) > 0:
		return nil, v.fault(Conflict, "All excludes the filters: leave out All, or the filters")
	case !s.All && len(given) == 0:
		return nil, v.fault(EmptySelector, "selects nothing: give a filter, or All: true for every desktop of the region")
	}
	return s, nil
}

func selectFields() []field[Select] {
	return []field[Select]{
		{"All", func(s *Select, v value) (err *Error) { s.All, err = v.literal(); return }},
		{"Tag", func(s *Select, v value) (err *Error) { s.Tag, err = tagsToMatch(v); return }},
		{"OfficeSiteId", func(s *Select, v value) (err *Error) { s.OfficeSiteId, err = v.filter(); return }},
		{"DesktopGroupId", func(s *Select, v value) (err *Error) { s.DesktopGroupId, err = v.filter(); return }},
		{"EndUserId", func(s *Select, v value) (err *Error) { s.EndUserId, err = v.endUserIds(); return }},
		{"PolicyGroupId", func(s *Select, v value) (err *Error) { s.PolicyGroupId, err = v.filter(); return }},
		{"ResourceGroupId", func(s *Select, v value) (err *Error) { s.ResourceGroupId, err = v.filter(); return }},
		{"ChargeType", func(s *Select, v value) (err *Error) { s.ChargeType, err = v.filter(); return }},
		{"SubPayType", func(s *Select, v value) (err *Error) { s.SubPayType, err = v.filter(); return }},
		{"DesktopName", func(s *Select, v value) (err *Error) { s.DesktopName, err = v.filter(); return }},
	}
}

// filter reads a filter's value. Wildcards alone are refused: should EDS take them
// for any text, they would select all without saying All.
func (v value) filter() (string, *Error) {
	s, err := v.word(maxFilter)
	if err != nil {
		return "", err
	}
	if strings.Trim(s, "*?% ") == "" {
		return "", v.fault(EmptySelector, "matches anything: use All: true alone for every desktop of the region")
	}
	return v.pattern(s)
}

func readExclude(v value) (*Exclude, *Error) {
	x := new(Exclude)
	given, err := readFields(v, excludeFields(), x)
	if err != nil {
		return nil, err
	}
	if len(given) == 0 {
		return nil, v.fault(EmptySelector, "excludes nothing: leave it out, or give DesktopId, EndUserId or Tag")
	}
	return x, nil
}

func excludeFields() []field[Exclude] {
	return []field[Exclude]{
		{"DesktopId", func(x *Exclude, v value) (err *Error) { x.DesktopId, err = v.desktopIds(); return }},
		{"EndUserId", func(x *Exclude, v value) (err *Error) { x.EndUserId, err = v.endUserIds(); return }},
		{"Tag", func(x *Exclude, v value) (err *Error) { x.Tag, err = tagsToSpare(v); return }},
	}
}

// tagsToMatch reads tags that a desktop must all have. It has one value of a key.
func tagsToMatch(v value) ([]Tag, *Error) {
	tags, err := readTags(v)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]bool)
	for i, t := range tags {
		if keys[t.Key] {
			return nil, place{parent: v.at.jsonPath(), step: element, index: i}.fault(DuplicateField, "repeats a key: all tags must match, and a desktop has one value of a key")
		}
		keys[t.Key] = true
	}
	return tags, nil
}

// tagsToSpare reads tags. One of them is enough, so a key may have several values. Repeats are removed.
func tagsToSpare(v value) ([]Tag, *Error) {
	tags, err := readTags(v)
	if err != nil {
		return nil, err
	}
	type identity struct {
		key, value string
		any        bool
	}
	seen := make(map[identity]bool)
	return slices.DeleteFunc(tags, func(t Tag) bool {
		id := identity{key: t.Key, any: t.Value == nil}
		if t.Value != nil {
			id.value = *t.Value
		}
		repeated := seen[id]
		seen[id] = true
		return repeated
	}), nil
}

// readTags reads an array of tags, or one tag.
func readTags(v value) ([]Tag, *Error) {
	if v.kind == '{' {
		t, err := readTag(v)
		return []Tag{t}, err
	}
	if v.kind != '[' {
		return nil, v.fault(WrongType, "must be an array of objects with Key and Value")
	}
	var tags []Tag
	for i, element := range v.elements() {
		if i == maxTags {
			return nil, v.fault(TooLarge, "has more than %d tags", maxTags)
		}
		t, err := readTag(element)
		if err != nil {
			return nil, err
		}
		tags = append(tags, t)
	}
	if len(tags) == 0 {
		return nil, v.fault(Empty, "is empty: leave the field out, or give at least one tag")
	}
	return tags, nil
}

func readTag(v value) (Tag, *Error) {
	var t Tag
	given, err := readFields(v, tagFields(), &t)
	if err != nil {
		return Tag{}, err
	}
	if given["Key"] == "" {
		return Tag{}, place{parent: v.at.jsonPath(), step: member, name: "Key"}.fault(MissingField, "is missing")
	}
	return t, nil
}

func tagFields() []field[Tag] {
	return []field[Tag]{
		{"Key", func(t *Tag, v value) (err *Error) { t.Key, err = tagKey(v); return }},
		{"Value", func(t *Tag, v value) (err *Error) { t.Value, err = pointer(tagValue(v)); return }},
	}
}

func tagKey(v value) (string, *Error) {
	s, err := v.word(maxTag)
	if err != nil {
		return "", err
	}
	return v.pattern(s)
}

// tagValue may be empty: EDS knows tags with an empty value.
func tagValue(v value) (string, *Error) {
	s, err := v.string()
	switch {
	case err != nil:
		return "", err
	case utf8.RuneCountInString(s) > maxTag:
		return "", v.fault(TooLarge, "is longer than %d characters", maxTag)
	case !printable(s):
		return "", v.unprintable(s)
	}
	return v.pattern(s)
}
