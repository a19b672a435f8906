package page

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/loopback"
)

// Guard lets through what was sent to this machine by name, and not by a web page of somewhere else. A name that a
// stranger makes lead here (DNS rebinding) is refused, and so is whatever a page of another origin, also one on this
// machine, has its browser send. A link to / may be followed.
func Guard(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(refuseOrigin))
	checked := origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !named(r.Host):
			refuse(w, http.StatusMisdirectedRequest, "The Host %q is not this machine. Use the address that run -serve printed; a tunnel must send Host: localhost.", terminal.Visible(r.Host))
		case elsewhere(r) && !follows(r):
			refuseOrigin(w, r)
		default:
			checked.ServeHTTP(w, r)
		}
	})
}

// named tells whether a Host is one that always means this machine.
func named(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	return loopback.Host(strings.ToLower(name))
}

// elsewhere tells whether a browser says that a page of another origin is behind a request.
func elsewhere(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin" && site != "none"
}

// follows tells whether a request comes from a link to the page.
func follows(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Path == "/" && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

func refuseOrigin(w http.ResponseWriter, r *http.Request) {
	refuse(w, http.StatusForbidden, "The request comes from a web page of another origin, which must not reach the emulator. Send it from its own page, or without a browser.")
}

func refuse(w http.ResponseWriter, status int, format string, args ...any) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Message": fmt.Sprintf(format, args...)})
}
