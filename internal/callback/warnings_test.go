package callback_test

import (
	"encoding/json"
	"testing"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// TestWarnings says what a warning is about in each language. Only a Chinese message translates it.
func TestWarnings(t *testing.T) {
	prod := "prod"
	rep := report.Report{Exclude: &events.Exclude{DesktopId: []string{"ecd-gone"}, EndUserId: []string{"li.si", "nobody"}, Tag: []events.Tag{{Key: "keep"}, {Key: "环境", Value: &prod}}}}
	for _, c := range []struct {
		code, path, message, english, chinese string
	}{
		{report.WarnSelectionMatchesNothing, "$.Select", "the selection matches no desktop", "the selection matches no desktop", "选择条件没有匹配任何云电脑"},
		{report.WarnExclusionMatchesNothing, "$.Exclude.DesktopId[0]", "no ecd-gone", "no ecd-gone", "排除项没有匹配任何云电脑：ecd-gone"},
		{report.WarnExclusionMatchesNothing, "$[2].data.Exclude.EndUserId[1]", "no nobody", "no nobody", "排除项没有匹配任何云电脑：nobody"},
		{report.WarnExclusionMatchesNothing, "$.Exclude.Tag[0]", "no keep", "no keep", "排除项没有匹配任何云电脑：keep"},
		{report.WarnExclusionMatchesNothing, "$.Exclude.Tag[1]", "no prod", "no prod", "排除项没有匹配任何云电脑：环境=prod"},
		{report.WarnExclusionMatchesNothing, "$.Exclude.Tag[2]", "no other", "no other", "排除项没有匹配任何云电脑：no other"},
		{report.WarnExclusionMatchesNothing, "$.Exclude.Tag[99999999999999999999]", "no other", "no other", "排除项没有匹配任何云电脑：no other"},
		{report.WarnExclusionMatchesNothing, "$.Exclude.Tag", "5 more items match no desktop", "5 more items match no desktop", "排除项没有匹配任何云电脑：5 more items match no desktop"},
		{report.WarnUnusableRows, "$.Select", "2 rows", "2 rows", "EDS 的列表中有无法识别的行：2 rows"},
		{"New", "$.Select", "something <new>", "something ＜new＞", "something ＜new＞"},
	} {
		rep.Warnings = []report.Warning{{Code: c.code, Path: c.path, Message: c.message}}
		for name, want := range map[string]string{"custom": c.english, "custom-zh": c.chinese} {
			body := send(t, messageFormat{name, []byte(`{"w":"${WarningsText}"}`)}, rep)
			var got struct{ W string }
			if err := json.Unmarshal(body, &got); err != nil || got.W != want {
				t.Errorf("%s %s in %s: %s, want %s", c.code, c.path, name, body, want)
			}
		}
	}
}
