//go:build browser

package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"stopdesktops/cmd/stopctl/internal/trial"
)

// browserFleet has names of people who write Chinese, and of those who write HTML.
const browserFleet = `Desktops:
  - {DesktopId: ecd-running1, DesktopName: 财务部-王芳（休假）, EndUserIds: [王芳, li.wei], Tags: [{Key: 部门, Value: 财务部}]}
  - {DesktopId: ecd-running2, DesktopName: "<script>alert(1)</script>", EndUserIds: ["<img src=x onerror=alert(1)>"]}
  - {DesktopId: ecd-running3, DesktopName: "\u202eevil", EndUserIds: [carol]}
  - {DesktopId: ecd-connected1, DesktopName: 研发中心 下班自动关机, ConnectionStatus: Connected, EndUserIds: [张三]}
  - {DesktopId: ecd-stopped1, DesktopStatus: Stopped}
  - {DesktopId: ecd-stopping1, DesktopStatus: Stopping, StopTime: 10m}
  - {DesktopId: ecd-hibernated1, DesktopStatus: Hibernated, ManagementFlags: [Migrating]}
StopTime: 2s
`

// browser is a headless Chromium with one tab.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string // exceptions, refusals of the policy, dialogs
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{chromedp.UserDataDir(t.TempDir())}, chromedp.DefaultExecAllocatorOptions[:]...)
	for _, flag := range []string{"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(options, chromedp.WSURLReadTimeout(time.Minute))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.complain(e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			b.complain(string(e.Entry.Level) + ": " + e.Entry.Text)
		case *page.EventJavascriptDialogOpening:
			b.complain("dialog: " + e.Message)
		}
	})
	if err != nil {
		t.Fatalf("no browser: %v", err)
	}
	call(b, log.Enable, cdp.Empty{})
	call(b, page.Enable, page.EnableParams{})
	b.do(chromedp.EmulateViewport(1280, 900))
	return b
}

func (b *browser) complain(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, text)
}

// complained returns what went wrong since the last time.
func (b *browser) complained() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.complaints
	b.complaints = nil
	return all
}

// do these actions, each within a time that a slow machine needs.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, a := range actions {
		get(b, a)
	}
}

// get does an action and returns what it finds.
func get[T any](b *browser, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	found, err := chromedp.Run(ctx, a)
	if err != nil {
		shown, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		b.t.Fatalf("%v; the browser complains: %q; it shows\n%s", err, b.complained(), shown)
	}
	return found
}

// call a command of the DevTools protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
}

// picture of the whole page, for people: into the folder PICTURES, if it is set.
func (b *browser) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), get(b, chromedp.FullScreenshot(100)), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// event fills the form.
func event(text string) chromedp.Action[chromedp.Void] {
	quoted, _ := json.Marshal(text)
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.getElementById("event").value = %s`, quoted))
}

func send() chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(`#send button`)) }

// state waits until a desktop is shown in a state.
func state(id, want string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(fmt.Sprintf(`tr[data-id=%q][data-state=%q]`, id, want)))
}

// badEvent has a field that does not exist.
const badEvent = "{\n  \"DesktopId\": [\"ecd-running2\"],\n  \"WaitSecond\": 5,\n  \"Reason\": \"下班自动关机 <b>bold</b>\"\n}"

func TestBrowserEvent(t *testing.T) {
	s := serve(t, "-fleet", trial.File(t, "fleet.yaml", browserFleet))
	b := openBrowser(t)
	b.do(chromedp.Navigate(s.base+"/"), state("ecd-running1", "Running"), chromedp.WaitVisible(chromedp.CSS(`#link`)),
		chromedp.Evaluate[chromedp.Void](`window.sameDocument = true`))
	b.picture("start")

	b.do(event(`{"DesktopId":["ecd-running1","ecd-connected1"],"Reason":"下班自动关机"}`), send(),
		state("ecd-running1", "Stopping"), state("ecd-running1", "Stopped"), state("ecd-connected1", "Running"),
		chromedp.WaitVisible(chromedp.CSS(`#event-1[open] .rows`)))
	shown := get(b, chromedp.Text(chromedp.CSS(`#event-1`)))
	for _, want := range []string{"accepted", "ecd-connected1", "skipped", "connected", "DescribeDesktopInfo · 2 desktops", "StopDesktops", "signature verified", "Log: "} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in the event:\n%s", want, shown)
		}
	}
	b.views("stopped")

	b.do(event(badEvent), send(), chromedp.WaitVisible(chromedp.CSS(`#event-2[open] .marked`)))
	marked := get(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll("#event-2 .marked")].map(e => e.innerText.replace(/\s+/g, " ").trim())`))
	if len(marked) != 1 || marked[0] != `3 "WaitSecond": 5,` {
		t.Errorf("marked: %q", marked)
	}
	if !get(b, chromedp.Evaluate[bool](`window.sameDocument === true`)) || get(b, chromedp.Evaluate[bool](`document.getElementById("event-1").open`)) {
		t.Error("the page was loaded again, or the event before is still open")
	}
	b.views("refused")
	if c := b.complained(); len(c) > 0 {
		t.Errorf("the browser complains: %q", c)
	}
}

// views in light, dark and on a phone, where nothing may be wider than the screen.
func (b *browser) views(name string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		for _, width := range []int64{1280, 390} {
			b.do(chromedp.EmulateViewport(width, 844))
			if wide := get(b, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)); wide > width {
				b.t.Errorf("%s: the page is %d wide on a screen of %d", name, wide, width)
			}
			b.picture(fmt.Sprintf("%s-%s-%d", name, scheme, width))
		}
	}
}

// TestBrowserWithoutScript reads the fleet, sends an event, and reads what became of it.
func TestBrowserWithoutScript(t *testing.T) {
	s := serve(t, "-fleet", trial.File(t, "fleet.yaml", browserFleet))
	b := openBrowser(t)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.do(chromedp.Navigate(s.base+"/?sample=direct.json"), state("ecd-running1", "Running"))
	if sample := get(b, chromedp.Value(chromedp.CSS(`#event`))); !strings.Contains(sample, "ecd-") {
		t.Errorf("the sample is not in the form: %q", sample)
	}
	b.do(chromedp.SetValue(chromedp.CSS(`#event`), badEvent), send())
	if marked := get(b, chromedp.Text(chromedp.CSS(`#event-1[open] .marked code`))); strings.TrimSpace(marked) != `"WaitSecond": 5,` {
		t.Errorf("marked: %q", marked)
	}
	b.picture("without-script")
}

// TestBrowserElsewhere: a page of another origin changes nothing here, starts no event, and cannot frame the page.
func TestBrowserElsewhere(t *testing.T) {
	s := serve(t)
	if status, _, body := s.call("POST", "/_emulator/invoke", `{"DesktopId":["ecd-running1"]}`); status != 200 {
		t.Fatal(body)
	}
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<body><iframe src="%[1]s/"></iframe><img src="%[1]s/picture.png"><script>
			(async () => {
				const sent = [];
				for (const path of ["/_emulator/reset", "/_emulator/invoke", "/_emulator/page/send", "/_emulator/page/reset", "/hooks/itsm"])
					sent.push(await fetch("%[1]s" + path, {method: "POST", mode: "no-cors", body: '{"DesktopId":["ecd-running2"]}'}).then(a => a.type, e => "failed"));
				sent.push(await fetch("%[1]s/_emulator/env").then(a => "read", e => "failed"));
				document.body.dataset.sent = sent.join(" ");
			})()
		</script>`, s.base)
	}))
	defer stranger.Close()
	b := openBrowser(t)
	b.do(chromedp.Navigate(stranger.URL), chromedp.WaitReady(chromedp.CSS(`body[data-sent]`)))
	if sent := get(b, chromedp.Evaluate[string](`document.body.dataset.sent`)); !strings.HasSuffix(sent, "failed") || !strings.HasPrefix(sent, "opaque") {
		t.Errorf("the stranger's requests: %s", sent)
	}
	if framed := strings.Join(b.complained(), "\n"); !strings.Contains(framed, "frame-ancestors") && !strings.Contains(framed, "403") {
		t.Errorf("the frame is not refused: %s", framed)
	}
	if _, _, calls := s.call("GET", "/_emulator/calls", ""); strings.Count(calls, `"StopDesktops"`) != 1 || strings.Contains(calls, "ecd-running2") {
		t.Errorf("the stranger had an effect: %s", calls)
	}
	s.interrupt()
	if rest := <-s.rest; !strings.Contains(rest, "Stopped after 1 event.") {
		t.Errorf("the stranger sent events: %s", rest)
	}
}
