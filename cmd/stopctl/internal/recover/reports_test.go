package recover

import (
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// TestNoReport: desktops are started and stopped by what a report says, so nothing else passes for one.
func TestNoReport(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"an unknown status":             {`{"Status":"approved"}`, `its Status is "approved"`},
		"the status of something else":  {`{"status":"done"}`, "holds no report"},
		"somebody else's CloudEvent":    {`{"specversion":"1.0","type":"acme.done","data":{"Status":"done"}}`, `its type is "acme.done"`},
		"a CloudEvent without a report": {`{"specversion":"1.0","type":"com.aliyun.ecd.desktops.stop.done","data":{}}`, `its Status is ""`},
		"an empty batch":                {`{"Reports":[]}`, "holds no report"},
		"a batch with something else":   {`{"Reports":[{"Status":"done"},{"Status":"open"}]}`, `its Status is "open"`},
		"a line with something else":    {`{"msg":"report","report":{"State":"done"}}`, `its Status is ""`},
	} {
		for _, args := range [][]string{{"undo", "-"}, {"replay", "-"}, {"callback", "resend", "-to", "http://127.0.0.1:1/", "-"}} {
			if code, out, err := execute(t, c.text, args...); code != terminal.ExitUsage || out != "" || !strings.Contains(err, c.says) {
				t.Errorf("%s, %s: exit %d %s%s", name, args[0], code, out, err)
			}
		}
	}
}

// TestSameLinesTwice: two searches of the log find the same lines, one printed and one exported.
func TestSameLinesTwice(t *testing.T) {
	line := `{"time":"2026-11-22T20:00:02Z","msg":"report","report":{"EventId":"e1","Status":"failed","Counts":{"failed":1}}}`
	desktops := `{"time":"2026-11-22T20:00:02Z","msg":"desktops","EventId":"e1","Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"}]}`
	code, out, err := replay(t, line+"\n"+desktops+"\n"+exported(t, line)+exported(t, desktops)+line+"\r\n"+desktops)
	if code != terminal.ExitOK || strings.Count(out, "ecd-f") != 1 {
		t.Errorf("exit %d %s\n%s", code, err, out)
	}
}
