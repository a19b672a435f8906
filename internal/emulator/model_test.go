package emulator

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	ecd "github.com/alibabacloud-go/ecd-20200930/v5/client"
)

// models are the SDK's response models of the emulated actions.
var models = map[string]any{
	"StopDesktops":         ecd.StopDesktopsResponseBody{},
	"StartDesktops":        ecd.StartDesktopsResponseBody{},
	"DescribeDesktopInfo":  ecd.DescribeDesktopInfoResponseBody{},
	"DescribeDesktops":     ecd.DescribeDesktopsResponseBody{},
	"ListTagResources":     ecd.ListTagResourcesResponseBody{},
	"DescribeClientEvents": ecd.DescribeClientEventsResponseBody{},
}

// TestResponsesHaveModels: an emulator that answers what the service does not is more lenient than the
// service. Each member that an action can answer is in the SDK's model, at the same place and of the
// same type, whether an example shows it or not.
func TestResponsesHaveModels(t *testing.T) {
	parameters := map[string]url.Values{
		"StopDesktops":     {"DesktopId.1": {"ecd-running"}},
		"StartDesktops":    {"DesktopId.1": {"ecd-stopped"}},
		"ListTagResources": {"ResourceType": {"ALIYUN::GWS::INSTANCE"}, "Tag.1.Key": {"k"}},
	}
	parameters["DescribeDesktopInfo"] = parameters["StopDesktops"]
	for action, parse := range actions {
		e := &EDS{Desktops: []Desktop{{DesktopId: "ecd-running"}, {DesktopId: "ecd-stopped", DesktopStatus: "Stopped"}}}
		e.load()
		q := url.Values{"RegionId": {DefaultRegion}}
		for name, values := range parameters[action] {
			q[name] = values
		}
		p := newParams(q)
		operation := parse(p)
		if err := p.finish(); err != nil {
			t.Fatalf("%s: %s", action, err.Message)
		}
		body, err := operation.run(e, &Call{RequestId: "R"}, time.Now())
		if err != nil {
			t.Fatalf("%s: %s", action, err.Message)
		}
		model, ok := models[action]
		if !ok {
			t.Errorf("%s has no model here", action)
			continue
		}
		for _, fault := range extra(action, reflect.ValueOf(body), reflect.TypeOf(model)) {
			t.Error(fault)
		}
	}
}

// extra returns what a response has that its model lacks or has otherwise. The types decide, so that
// members count that this response leaves out.
func extra(path string, body reflect.Value, model reflect.Type) (faults []string) {
	if body.Kind() != reflect.Map {
		return extraOfType(path, body.Type(), model)
	}
	members := membersOf(model)
	for _, key := range body.MapKeys() {
		name := key.String()
		if members[name] == nil {
			faults = append(faults, fmt.Sprintf("%s.%s is not in the SDK's model", path, name))
			continue
		}
		faults = append(faults, extra(path+"."+name, body.MapIndex(key), members[name])...)
	}
	return faults
}

func extraOfType(path string, body, model reflect.Type) (faults []string) {
	for model.Kind() == reflect.Pointer {
		model = model.Elem()
	}
	switch body.Kind() {
	case reflect.Pointer:
		return extraOfType(path, body.Elem(), model)
	case reflect.Slice:
		if model.Kind() != reflect.Slice {
			return []string{path + " is no list in the SDK's model"}
		}
		return extraOfType(path+"[]", body.Elem(), model.Elem())
	case reflect.Struct:
		if model.Kind() != reflect.Struct {
			return []string{path + " is no object in the SDK's model"}
		}
		members := membersOf(model)
		for name, member := range membersOf(body) {
			if members[name] == nil {
				faults = append(faults, fmt.Sprintf("%s.%s is not in the SDK's model", path, name))
				continue
			}
			faults = append(faults, extraOfType(path+"."+name, member, members[name])...)
		}
		return faults
	case reflect.Int:
		if !slices.Contains([]reflect.Kind{reflect.Int32, reflect.Int64}, model.Kind()) {
			return []string{fmt.Sprintf("%s is %s in the SDK's model, not a number", path, model)}
		}
	default:
		if body.Kind() != model.Kind() {
			return []string{fmt.Sprintf("%s is %s in the SDK's model, not %s", path, model, body)}
		}
	}
	return nil
}

// membersOf are the names that the fields of a struct have in JSON, and their types.
func membersOf(t reflect.Type) map[string]reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	members := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if name != "-" && f.IsExported() && !f.Anonymous {
			members[name] = f.Type
		}
	}
	return members
}

// TestExtraMembers: the check above fails for what it is there for.
func TestExtraMembers(t *testing.T) {
	type model struct {
		RequestId *string `json:"RequestId,omitempty" xml:"RequestId,omitempty"`
		Total     *int32
		Rows      []*struct {
			Name  *string `json:"Name,omitempty"`
			Names []*string
		}
	}
	for want, body := range map[string]any{
		"": struct {
			RequestId string
			Total     int
			Rows      []struct {
				Name  string `json:",omitempty"`
				Names []string
			}
		}{},
		"A.Extra is not in the SDK's model": struct {
			Extra string `json:",omitempty"`
		}{},
		"A.Rows[].Extra is not in the SDK's model":                    struct{ Rows []struct{ Extra bool } }{},
		"A.Rows is no object in the SDK's model":                      struct{ Rows struct{ Name string } }{},
		"A.Rows[].Name is no list in the SDK's model":                 struct{ Rows []struct{ Name []string } }{},
		"A.Rows[].Names[] is string in the SDK's model, not a number": struct{ Rows []struct{ Names []int } }{},
		"A.Total is int32 in the SDK's model, not string":             struct{ Total string }{},
		"A.More is not in the SDK's model":                            map[string]string{"RequestId": "R", "More": ""},
		"A.requestId is not in the SDK's model": struct {
			RequestId string `json:"requestId"`
		}{},
	} {
		if got := strings.Join(extra("A", reflect.ValueOf(body), reflect.TypeOf(model{})), "; "); got != want {
			t.Errorf("%T: %q, want %q", body, got, want)
		}
	}
}
