package config

import (
	"io"
	"os"
	"path/filepath"

	"stopdesktops/events"
	"stopdesktops/internal/setting"
)

// readDeny puts the deny list together. A file that cannot be read, or a line that is no ID, is a
// fault: a list that is half read protects half.
func (c *Config) readDeny(f Faults) {
	ids := trim(c.DenyDesktops)
	for i, id := range ids {
		if !events.ValidDesktopId(id) {
			f.add("DENY_DESKTOPS", "item %d of %d is not a desktop ID such as ecd-7w78ozhjcwa3u0001", i+1, len(ids))
		}
		c.Denied = append(c.Denied, id)
	}
	if c.DenyFile == "" {
		return
	}
	file, err := os.Open(c.besideBinary(c.DenyFile))
	if err != nil {
		f.add("DENY_FILE", "names a file that cannot be opened beside the function's binary")
		return
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		f.add("DENY_FILE", "could not be read to its end")
		return
	}
	if text, err = setting.Decode(text); err != nil {
		f.Add("DENY_FILE", err)
		return
	}
	for n, id := range setting.Lines(text) {
		if err := setting.Word.Check(id); err != nil {
			f.add("DENY_FILE", "line %d %v", n, err)
		}
		if !events.ValidDesktopId(id) {
			f.add("DENY_FILE", "line %d is not a desktop ID such as ecd-7w78ozhjcwa3u0001", n)
		}
		c.Denied = append(c.Denied, id)
	}
}

// besideBinary is where a file lies whose path is not absolute.
func (c *Config) besideBinary(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.codePath(), path)
}

// codePath is the folder of the function's binary.
func (c *Config) codePath() string {
	if c.CodePath != "" {
		return c.CodePath
	}
	self, err := os.Executable()
	if err != nil {
		return "."
	}
	return filepath.Dir(self)
}
