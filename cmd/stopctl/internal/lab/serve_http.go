package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"stopdesktops/cmd/stopctl/internal/emulated"
	"stopdesktops/cmd/stopctl/internal/page"
	"stopdesktops/internal/clock"
	"stopdesktops/internal/emulator"
)

// controls are the paths of the emulator itself; every other one is the HTTP trigger's. What names
// an action of the API is meant for EDS, whatever its path: so the server's own address is an
// EDS_ENDPOINT that stays the same over a reset.
const controls = "/_emulator/"

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("X-Acs-Action") != "":
		s.lab.Load().em.EDS.ServeHTTP(w, r)
		return
	case r.Method == http.MethodHead: // doctor looks whether there is an answer, and at its clock: no event
		return
	case page.Takes(r):
		s.page.ServeHTTP(w, r)
		return
	case !strings.HasPrefix(r.URL.Path, controls):
		s.trigger.ServeHTTP(w, r)
		return
	}
	action := strings.TrimPrefix(r.URL.Path, controls)
	if strings.HasPrefix(action, "callback/") { // a robot of that name
		action = "callback"
	}
	method := http.MethodGet
	if action == "invoke" || action == "reset" || action == "callback" {
		method = http.MethodPost
	}
	if r.Method != method {
		w.Header().Set("Allow", method)
		writeError(w, http.StatusMethodNotAllowed, "use "+method)
		return
	}
	switch action {
	case "invoke":
		s.invoke(w, r)
	case "desktops":
		writeJSON(w, http.StatusOK, s.desktops())
	case "calls":
		writeJSON(w, http.StatusOK, callsJSON(s.lab.Load().em.EDS.Calls()))
	case "callback":
		s.lab.Load().em.Receiver.ServeHTTP(w, r)
	case "callbacks":
		writeJSON(w, http.StatusOK, callbacksJSON(s.lab.Load().em.Receiver.Deliveries()))
	case "env":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, s.shellEnv())
	case "reset":
		if err := s.reset(); err != nil {
			writeError(w, http.StatusInternalServerError, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		writeError(w, http.StatusNotFound, "there are: POST invoke, POST reset, POST callback, POST callback/slack and the other robots, GET desktops, GET calls, GET callbacks, GET env")
	}
}

// invoke hands the body to the function as it is, as the InvokeFunction call does: a function that
// fails is answered 200 too, with a header that says so.
func (s *server) invoke(w http.ResponseWriter, r *http.Request) {
	async := strings.EqualFold(r.Header.Get("X-Fc-Invocation-Type"), "Async")
	limit := int64(emulator.MaxEvent)
	if async {
		limit = emulator.MaxAsyncEvent
	}
	event, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		writeError(w, http.StatusRequestEntityTooLarge, "the event is too large")
		return
	case err != nil:
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	if async {
		go s.invokeAsync(event)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	result, err := s.event(r.Context(), emulator.Invocation{Event: event})
	w.Header().Set("X-Fc-Request-Id", result.RequestID)
	switch {
	case err != nil:
		writeError(w, http.StatusBadGateway, err.Error())
	case result.FunctionError != nil:
		w.Header().Set("X-Fc-Error-Type", "UnhandledInvocationError")
		writeJSON(w, http.StatusOK, result.FunctionError)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(result.Payload, '\n'))
	}
}

// invokeAsync tries an event up to four times, as Function Compute does by default.
func (s *server) invokeAsync(event []byte) {
	id := ""
	for try := 0; try <= s.trigger.MaxRetries; try++ {
		if try > 0 && !clock.Sleep(s.ctx, retryDelay) {
			return
		}
		result, err := s.event(s.ctx, emulator.Invocation{Event: event, RequestID: id, RetryCount: try})
		if s.ctx.Err() != nil || err == nil && result.FunctionError == nil {
			return
		}
		id = result.RequestID
	}
}

// stateJSON is a desktop as it is now.
type stateJSON struct {
	DesktopId        string
	RegionId         string
	DesktopName      string
	DesktopStatus    string
	ConnectionStatus string
	ManagementFlags  []string       `json:",omitempty"`
	EndUserIds       []string       `json:",omitempty"`
	Tags             []emulator.Tag `json:",omitempty"`
}

func (s *server) desktops() []stateJSON {
	l := s.lab.Load()
	out := []stateJSON{}
	for _, id := range l.ids {
		d, _ := l.em.EDS.Desktop(id)
		out = append(out, stateJSON{d.DesktopId, d.RegionId, d.DesktopName, d.DesktopStatus, d.ConnectionStatus, d.ManagementFlags, d.EndUserIds, d.Tags})
	}
	return out
}

// shellEnv is what makes the operator's commands talk to this account: lines for a shell to eval.
func (s *server) shellEnv() string {
	l := s.lab.Load()
	key := emulator.OperatorCredential
	if own := l.em.EDS.Credentials; len(own) > 0 { // the fleet has identities of its own
		key = own[0]
	}
	regions := emulated.Regions(l.em.EDS.Desktops)
	if r := l.em.EDS.Replay; r != nil {
		regions = []string{r.RegionId}
	}
	if own := s.env["ALLOWED_REGIONS"]; own != "" {
		regions = strings.Split(own, ",")
	}
	if len(regions) == 0 {
		regions = []string{emulator.DefaultRegion}
	}
	variables := [][2]string{
		{"EDS_ENDPOINT", s.base},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID", key.AccessKeyId},
		{"ALIBABA_CLOUD_ACCESS_KEY_SECRET", key.AccessKeySecret},
		{"ALIBABA_CLOUD_SECURITY_TOKEN", key.SecurityToken},
		{"FC_REGION", regions[0]},
		{"ALLOWED_REGIONS", strings.Join(regions, ",")},
	}
	if !l.ownCallback {
		variables = append(variables, [][2]string{
			{"CALLBACK_URL", s.base + controls + "callback"},
			{"CALLBACK_SECRET", l.callbackSecret},
			{"CALLBACK_FORMAT", s.env["CALLBACK_FORMAT"]},
		}...)
	}
	var b strings.Builder
	for _, v := range variables {
		fmt.Fprintf(&b, "export %s='%s'\n", v[0], strings.ReplaceAll(v[1], "'", `'\''`))
	}
	return b.String()
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}

func writeError(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, map[string]string{"Message": text})
}
