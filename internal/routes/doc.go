// Package routes reads the routes file: which HTTP paths and which sources of events there are, who
// may come by each, how what they send becomes a request, and what they may ask for.
//
//	http:
//	  - path: /jira
//	    auth: {scheme: hub-sha256, header: X-Hub-Signature, secrets: [JIRA_SECRET]}
//	    time: {path: $.timestamp, window: 24h}
//	    when: [{path: $.issue.fields.status.name, is: Approved}]
//	    request:
//	      RegionId: {value: cn-hangzhou}
//	      DesktopId: $.issue.fields.customfield_10051
//	      Reason: $.issue.key
//	      IdempotencyKey: {join: [$.issue.key, $.changelog.id]}
//	    allow: {regions: [cn-hangzhou], maxDesktops: 20}
//	events:
//	  - source: acme.itsm
//	    type: ticket.approved
//	    request: {DesktopId: $.desktops}
//
// Paths are JSONPath (RFC 9535) without what costs more than it is worth here: no functions, no ..,
// no filter inside a filter, one selector at a time. Where one value is wanted, the path must be one
// that can find no more than one.
//
// Every fault of the file is reported, with its line and where it is. A route that names a field and
// finds nothing refuses the event, unless it says optional or default: a filter that silently falls
// away would stop more desktops than were asked for.
package routes
