package reporting

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"slices"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// page is what the template shows.
type page struct {
	*summary
	CSS    template.CSS
	Script template.JS
	// Policy allows this style and this script, by their hashes, and nothing else.
	Policy   string
	Sections []section
	Outcomes []string
}

// section is a table of totals.
type section struct {
	Title, Name, Detail string
	Groups              []*group
}

// writePage writes one page that needs no other file and no network.
func writePage(w io.Writer, s *summary) error {
	p := page{
		summary: s, CSS: template.CSS(pageCSS), Script: template.JS(pageJS),
		Policy: "default-src 'none'; style-src '" + hash(pageCSS) + "'; script-src '" + hash(pageJS) + "'; base-uri 'none'; form-action 'none'",
		Sections: []section{
			{"By day", "day", "", s.ByDay}, {"By event", "event", "asked for", s.ByEvent},
			{"By outcome and reason", "outcome", "meaning", s.ByReason}, {"By office", "office", "", s.ByOffice},
		},
	}
	for _, r := range s.Rows {
		if !slices.Contains(p.Outcomes, r.Outcome()) {
			p.Outcomes = append(p.Outcomes, r.Outcome())
		}
	}
	slices.Sort(p.Outcomes)
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// hash of a style or a script, as a Content-Security-Policy has it.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// DesktopId of the row, for the page.
func (r *row) DesktopId() string { return r.d.DesktopId }

// Place of the desktop: its office, as far as it is known, else its region.
func (r *row) Place() string {
	if office := r.Office(); office != "" {
		return office
	}
	return r.d.RegionId
}

// Minutes that the stop lasted at most, for sorting.
func (r *row) Minutes() int { return int(r.AtMost.Minutes()) }
