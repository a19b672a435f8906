package callback

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/webhook"
)

// format is how a report is written when it is delivered: a CloudEvent for programs, or a message for
// people. The zero value is CloudEvents.
type format struct {
	platform string
	language string
	skeleton skeleton
}

// The platforms. Custom has neither a skeleton nor rules.
const (
	cloudEvents = "cloudevents"
	dingTalk    = "dingtalk"
	feishu      = "feishu"
	weCom       = "wecom"
	slack       = "slack"
	custom      = "custom"
)

// Formats are the names of the formats: the platform, and -en for English or -zh for Chinese
// where that is not what its users expect anyway.
var Formats = []string{cloudEvents, dingTalk, dingTalk + "-en", feishu, feishu + "-en", weCom, weCom + "-en", slack, custom, custom + "-zh"}

//go:embed formats/*.json
var files embed.FS

// maxSkeleton is the size of the largest skeleton, in bytes; one message is at most as large.
const maxSkeleton = 20_000

// parseFormat returns the format of a name. skeleton replaces the one that comes with it; nil keeps that.
// Faults go by names.
func parseFormat(name string, skeleton []byte, names Names) (format, Faults) {
	if !slices.Contains(Formats, name) {
		return format{}, Faults{names.Format: fmt.Errorf("must be one of %s", strings.Join(Formats, ", "))}
	}
	f := format{platform: name, language: "zh"}
	if platform, language, ok := strings.Cut(name, "-"); ok {
		f.platform, f.language = platform, language
	} else if name == slack || name == custom {
		f.language = "en"
	}
	switch {
	case name == cloudEvents && skeleton != nil:
		return format{}, Faults{names.Template: fmt.Errorf("needs a %s to go with: custom, or that of the platform it is for", names.Format)}
	case name == cloudEvents:
		return f, nil
	case f.platform == custom && skeleton == nil:
		return format{}, Faults{names.Format: fmt.Errorf("custom needs %s", names.Template)}
	}
	text := skeleton
	if skeleton == nil {
		text, _ = files.ReadFile("formats/" + name + ".json")
	}
	var err error
	if f.skeleton, err = parseSkeleton(text); err == nil {
		err = f.try()
	}
	if err != nil {
		return format{}, Faults{names.Template: err}
	}
	return f, nil
}

// forPeople says whether it is a message.
func (f format) forPeople() bool { return f.skeleton.root != nil }

// try the skeleton on a sample, so that its faults are known at start and not at the first report.
func (f format) try() error {
	message := f.message("stop-desktops", sample)
	body, err := json.Marshal(message)
	switch kind := required[f.platform]; {
	case err != nil:
		return errors.New("cannot be rendered")
	case len(body) > maxSkeleton:
		return fmt.Errorf("makes messages of more than %d bytes", maxSkeleton)
	case kind != "" && message[kind] == nil:
		return fmt.Errorf("has no %s, which %s requires", kind, f.platform)
	}
	return nil
}

// required is the member without which a platform takes no message.
var required = map[string]string{dingTalk: "msgtype", weCom: "msgtype", feishu: "msg_type", slack: "text"}

// sample has a value for every placeholder.
var sample = report.Report{
	InvocationId: "1-sample", EventId: "sample", Kind: "direct", Source: "sample", EventTime: time.Unix(1795377600, 0), Status: report.StatusPartial,
	Reason: "CHG-1", RequestedBy: "li.si", Version: "v1", RegionId: "cn-hangzhou", StoppedMode: "StopCharging",
	Counts:   map[report.Outcome]int{report.Stopped: 1, report.Skipped: 1, report.Failed: 1},
	Error:    &report.Problem{Code: "IncorrectDesktopStatus", Message: "sample", Path: "$"},
	Warnings: []report.Warning{{Code: report.WarnExclusionMatchesNothing, Path: "$", Message: "sample"}},
	Desktops: []report.DesktopReport{
		{DesktopId: "ecd-sample1", Outcome: report.Failed, Code: "IncorrectDesktopStatus"},
		{DesktopId: "ecd-sample2", Outcome: report.Skipped, Reason: report.ReasonConnected},
		{DesktopId: "ecd-sample3", Outcome: report.Stopped},
	},
}

// signing makes of the secrets what the platform signs with: keys for Standard Webhooks, or the secret of a
// robot.
func (f format) signing(secrets []secret.String) (keys []webhook.Key, robot secret.String, err error) {
	switch f.platform {
	case dingTalk, feishu:
		switch {
		case len(secrets) > 1:
			return nil, robot, errors.New("a robot has one secret")
		case len(secrets) == 1 && secrets[0].Empty():
			return nil, robot, errors.New("is empty")
		case len(secrets) == 1:
			robot = secrets[0]
		}
		return nil, robot, nil
	case weCom, slack:
		if len(secrets) > 0 {
			return nil, robot, fmt.Errorf("%s takes no signature: its URL is the secret", f.platform)
		}
		return nil, robot, nil
	}
	keys, err = webhook.Keys(secrets)
	return keys, robot, err
}

// skeleton is a JSON document whose texts hold ${placeholders}. It is read once. A value that
// replaces a placeholder becomes part of a JSON string and nothing else.
type skeleton struct{ root map[string]any }

func parseSkeleton(text []byte) (skeleton, error) {
	if len(text) > maxSkeleton {
		return skeleton{}, fmt.Errorf("is larger than %d bytes", maxSkeleton)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil || root == nil {
		return skeleton{}, errors.New("must be a JSON object with ${placeholders} in its texts")
	}
	parsed, err := parseNode(root)
	if err != nil {
		return skeleton{}, err
	}
	return skeleton{parsed.(map[string]any)}, nil
}

// text is a JSON string of a skeleton, line by line.
type text []line

// line alternates text and the names of placeholders.
type line []string

func parseNode(node any) (any, error) {
	switch n := node.(type) {
	case map[string]any:
		for name, member := range n {
			if strings.Contains(name, "${") {
				return nil, errors.New("has a placeholder in the name of a member: they are for texts")
			}
			parsed, err := parseNode(member)
			if err != nil {
				return nil, err
			}
			n[name] = parsed
		}
	case []any:
		for i, element := range n {
			parsed, err := parseNode(element)
			if err != nil {
				return nil, err
			}
			n[i] = parsed
		}
	case string:
		return parseText(n)
	}
	return node, nil
}

func parseText(s string) (text, error) {
	var t text
	for _, one := range strings.Split(s, "\n") {
		var l line
		for {
			before, after, found := strings.Cut(one, "${")
			l = append(l, before)
			if !found {
				break
			}
			name, rest, closed := strings.Cut(after, "}")
			if !closed {
				return nil, errors.New("has a ${ without its }")
			}
			if placeholders()[name] == nil {
				return nil, fmt.Errorf("has ${%s}, which does not exist; there are %s", foreign(name, 40), strings.Join(placeholderNames(), ", "))
			}
			l = append(l, name)
			one = rest
		}
		t = append(t, l)
	}
	return t, nil
}

// render a node anew. A line whose placeholders are all empty is left out.
func render(node any, value func(name string) string) any {
	switch n := node.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range n {
			out[name] = render(member, value)
		}
		return out
	case []any:
		out := make([]any, len(n))
		for i, element := range n {
			out[i] = render(element, value)
		}
		return out
	case text:
		var lines []string
		leftOut := false
		for _, l := range n {
			s, ok := l.render(value)
			// A blank line separates. The one behind a line that is left out separates nothing.
			if ok && !(leftOut && s == "") {
				lines = append(lines, s)
			}
			leftOut = !ok
		}
		return strings.Join(lines, "\n")
	}
	return node
}

func (l line) render(value func(name string) string) (s string, ok bool) {
	ok = len(l) == 1
	for i, part := range l {
		if i%2 == 1 {
			part = value(part)
			ok = ok || part != ""
		}
		s += part
	}
	return s, ok
}
