package doctor

import (
	"fmt"
	"stopdesktops/events"
	"stopdesktops/internal/callback"
)

// unproven says what only the deployed function can show, and how. The commands are on lines of their
// own, to be copied.
func (e *examination) unproven() findings {
	const group = "What stopctl cannot prove"
	invoke, deploy := "  s invoke", "make deploy"
	if e.Deployed != nil && e.Several {
		invoke = "  s " + e.Deployed.Name + " invoke"
	}
	if e.Deployed != nil && e.Deployed.File != "s.yaml" {
		invoke += " -t " + e.Deployed.File
		deploy += " TEMPLATE=" + e.Deployed.File
	}
	region, each := "", ""
	if regions := e.config.AllowedRegions; len(regions) > 1 {
		region, each = `"RegionId": "`+regions[0]+`", `, ", for each region"
	}
	var found findings
	add := func(check, message, how string) {
		found = append(found, finding{group: group, Check: check, Status: unproven, Message: message, Do: how})
	}
	if e.offline {
		add("network", "-offline: nobody was asked. Whether EDS and the callback can be reached, and what may be read, is not known.", "Run stopctl doctor without -offline.")
	}
	reads := "that the function's own role may read, and that its own network reaches EDS and the callback"
	if e.roleARN != "" && !e.offline {
		reads = "that the function's own network reaches EDS and the callback, and that the function has the role of -role-arn"
	}
	report := ""
	if e.config.Callback != nil && e.config.Callback.On == callback.All {
		report = " The report goes to the callback too."
	}
	switch {
	case !e.config.Takes(events.Direct) && e.config.Preflight:
		add("dry run", reads+".", `The function takes no direct events (ALLOW_DIRECT, EVENT_KINDS), so s invoke proves nothing here. Send it over its trigger, as its senders do, two requests`+each+
			` with "DryRun": true, on a route whose body is the request: one with a desktop that is running and "IdleMinutes": 1, and one with "Select": {"All": true}. `+
			"`planned` proves it, and of the second also `blocked`."+report)
	case e.config.Preflight:
		add("dry run", reads+".", "Send the deployed function two dry runs"+each+", the first with a desktop that is running. Together they make every call that reads, and stop nothing: "+
			"`planned` proves it, and of the second also `blocked`; any other error names what is missing."+report+"\n"+
			invoke+` -e '{`+region+`"DesktopId": "ecd-…", "IdleMinutes": 1, "DryRun": true}'`+"\n"+
			invoke+` -e '{`+region+`"Select": {"All": true}, "DryRun": true}'`)
	}
	how := invoke + ` -e '{` + region + `"DesktopId": "ecd-…", "Reason": "proof"}'`
	if !e.config.Takes(events.Direct) {
		how = "  then a request for it over the trigger"
	}
	limit, says := "MAX_DESKTOPS=1 ", ""
	if e.Deployed != nil && !e.Taken["MAX_DESKTOPS"] {
		limit, says = "", fmt.Sprintf(" The file sets the limit itself: %d.", e.config.MaxDesktops)
	}
	add("ecd:StopDesktops", "that the function's role may stop: EDS has no dry run of ecd:StopDesktops, and nothing else shows it.",
		"Stop one test desktop that nobody uses. `stopped` or `accepted` proves it."+says+"\n"+
			"  DRY_RUN=false "+limit+deploy+"\n"+how)
	if e.Deployed != nil {
		add("deployed", "that what is deployed is what this file says: a trigger that an earlier file made stays, open or not.",
			"Compare the triggers and variables of the function in the console of Function Compute.")
	}
	return found
}
