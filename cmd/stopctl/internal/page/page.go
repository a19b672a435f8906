// Package page is what run -serve shows at / to people: the fleet as it changes, a form for events, and what became of
// each. The server renders everything; the script only brings what is new.
package page

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// Prefix of the paths of the page, but for / itself.
const Prefix = "/_emulator/page/"

//go:embed page.html style.css script.js icon.svg
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"visible": terminal.Visible}).ParseFS(files, "page.html"))

// Account is what the page shows, and what its form does.
type Account interface {
	Facts() Facts
	Fleet() Fleet
	// Events are the latest, the newest first.
	Events() []Event
	// Working tells whether an event is under way.
	Working() bool
	// Send hands an event to the function, and returns the number of what became of it. The error is for people.
	Send(ctx context.Context, s Sending) (number int, err error)
	// Reset starts the fleet and the function over.
	Reset() error
}

// Facts that stay while it serves.
type Facts struct {
	Faults  []string // of the configuration
	Replay  bool     // EDS answers from a recording: there is no fleet
	Path    string   // of HTTP events that the page may send; empty: it has no proof for them
	Example string   // the event in the form at first
}

// Sending is an event of the form.
type Sending struct {
	Text []byte
	Now  bool // move its times to now
	HTTP bool // send it as the body of an HTTP request
}

// Page serves one account.
type Page struct {
	account  Account
	samples  Samples
	limit    int64
	instance string // tells this process from one before it
	mux      *http.ServeMux
}

// New is the page of an account. limit is how many bytes an event may have.
func New(a Account, samples Samples, limit int64) *Page {
	p := &Page{account: a, samples: samples, limit: limit, instance: rand.Text()[:8], mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /{$}", p.whole)
	p.mux.HandleFunc("GET "+Prefix+"changes", p.changes)
	p.mux.HandleFunc("GET "+Prefix+"samples/{name}", p.sample)
	p.mux.HandleFunc("POST "+Prefix+"send", p.send)
	p.mux.HandleFunc("POST "+Prefix+"reset", p.reset)
	for _, name := range []string{"style.css", "script.js", "icon.svg"} {
		p.mux.HandleFunc("GET "+Prefix+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, name) })
	}
	return p
}

// Takes tells whether a request is for the page.
func Takes(r *http.Request) bool {
	return r.URL.Path == "/" && r.Method == http.MethodGet || strings.HasPrefix(r.URL.Path, Prefix)
}

// policy lets the page load from its own server alone, and lets nobody frame it.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP serves what [Takes] takes.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin") // with no-referrer, a form has the Origin null
	h.Set("Cache-Control", "no-store")
	p.mux.ServeHTTP(w, r)
}

// view is what the template shows.
type view struct {
	Facts
	Fleet   Fleet
	Events  []Event
	Groups  []Group
	Text    string // in the form
	Sample  string // its name, if it is one
	Open    int    // the event to show at once
	Since   string
	Working bool
}

// whole renders all there is. ?event=N opens an event, ?sample=NAME fills the form.
func (p *Page) whole(w http.ResponseWriter, r *http.Request) {
	v := view{Facts: p.account.Facts(), Fleet: p.account.Fleet(), Events: p.account.Events(), Groups: p.samples.groups(), Working: p.account.Working()}
	v.Text = v.Example
	if len(v.Events) > 0 {
		v.Open = v.Events[0].Number
	}
	v.Since = p.id(v.Open)
	if n, err := strconv.Atoi(r.FormValue("event")); err == nil {
		for _, e := range v.Events {
			if e.Number == n {
				v.Open, v.Text = n, cmp.Or(e.Sent, v.Text)
			}
		}
	}
	if name := r.FormValue("sample"); name != "" {
		if text, ok := p.samples.text(name); ok {
			v.Sample, v.Text = name, text
		}
	}
	write(w, http.StatusOK, "page", v)
}

func (p *Page) id(number int) string { return p.instance + "-" + strconv.Itoa(number) }

// write a template, or say what is wrong with it.
func write(w http.ResponseWriter, status int, name string, v any) {
	text, err := render(name, v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func render(name string, v any) (string, error) {
	var b bytes.Buffer
	err := templates.ExecuteTemplate(&b, name, v)
	return b.String(), err
}

func (p *Page) sample(w http.ResponseWriter, r *http.Request) {
	text, ok := p.samples.text(r.PathValue("name"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

// send the event of the form, and lead to what became of it.
func (p *Page) send(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 3*p.limit+4096) // a form writes a byte as up to three
	err := r.ParseForm()
	text := strings.ReplaceAll(r.PostFormValue("event"), "\r\n", "\n") // a form writes line ends so
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge), err == nil && int64(len(text)) > p.limit:
		write(w, http.StatusRequestEntityTooLarge, "fault", "The event is larger than "+strconv.FormatInt(p.limit, 10)+" bytes, more than Function Compute takes.")
		return
	case err != nil:
		write(w, http.StatusBadRequest, "fault", "The form cannot be read: "+err.Error())
		return
	}
	n, err := p.account.Send(r.Context(), Sending{Text: []byte(text), Now: r.PostFormValue("now") != "", HTTP: r.PostFormValue("way") == "http"})
	if err != nil {
		write(w, http.StatusBadGateway, "fault", err.Error())
		return
	}
	number := strconv.Itoa(n)
	http.Redirect(w, r, "/?event="+number+"#event-"+number, http.StatusSeeOther)
}

func (p *Page) reset(w http.ResponseWriter, r *http.Request) {
	if err := p.account.Reset(); err != nil {
		write(w, http.StatusInternalServerError, "fault", err.Error())
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
