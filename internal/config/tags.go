package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"stopdesktops/events"
)

// maxTag is the length of the longest key or value of a tag, in characters.
const maxTag = 128

// checkTags finds what EDS takes for no tag: no desktop could carry it, so it would protect nothing.
func (c Config) checkTags(f Faults) {
	key, value, exact := strings.Cut(c.ProtectTag, "=")
	switch {
	case c.ProtectTag == "":
	case strings.TrimSpace(key) == "":
		f.add("PROTECT_TAG", "has no key before its =: set it empty to switch it off")
	case exact && strings.TrimSpace(value) == "":
		f.add("PROTECT_TAG", "has no value behind its =: write the key alone, without =, for any value")
	}
	tag := c.Protect()
	f.Add("PROTECT_TAG", checkTagKey(tag.Key))
	if tag.Value != nil {
		f.Add("PROTECT_TAG", checkTagText("value", *tag.Value))
	}
	if strings.Contains(c.KeepUntilTag, "=") {
		f.add("KEEP_UNTIL_TAG", "must be a tag's key alone: its value is the time")
	}
	f.Add("KEEP_UNTIL_TAG", checkTagKey(c.KeepUntilTag))
}

func checkTagKey(key string) error {
	if strings.HasPrefix(strings.ToLower(key), "aliyun") {
		return fmt.Errorf("has a key that starts with \"aliyun\": EDS keeps such tags for itself")
	}
	return checkTagText("key", key)
}

// checkTagText checks what holds for keys and values.
func checkTagText(part, text string) error {
	lower := strings.ToLower(text)
	switch {
	case utf8.RuneCountInString(text) > maxTag:
		return fmt.Errorf("has a %s of more than %d characters: EDS takes no such tag", part, maxTag)
	case strings.HasPrefix(lower, "acs:"):
		return fmt.Errorf("has a %s that starts with \"acs:\": EDS keeps such tags for itself", part)
	case strings.Contains(lower, "http://") || strings.Contains(lower, "https://"):
		return fmt.Errorf("has a %s with http:// or https:// in it: EDS takes no such tag", part)
	}
	return nil
}

// Protect returns the tag of PROTECT_TAG, which is "key" or "key=value". Its key is empty if no tag protects.
func (c Config) Protect() events.Tag {
	key, value, exact := strings.Cut(c.ProtectTag, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	tag := events.Tag{Key: key}
	if exact {
		tag.Value = &value
	}
	return tag
}
