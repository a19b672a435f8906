package probe

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"stopdesktops/internal/stop"
)

// Exchange is one call and its response.
type Exchange struct {
	Action     string
	Parameters map[string]string
	Status     int // 0: no response
	Header     http.Header
	Body       []byte
	Took       time.Duration
	At         time.Time       // when the response came, by the local clock
	Failure    *stop.CallError // as the function reads the response; nil for a success
}

// object is the body as a JSON object; nil if it is none.
func (x *Exchange) object() map[string]any {
	var o map[string]any
	d := json.NewDecoder(bytes.NewReader(x.Body))
	d.UseNumber()
	if x.Status == 0 || d.Decode(&o) != nil {
		return nil
	}
	return o
}

// row is one element of a list.
type row map[string]any

// text is a member that is a string; "" if it is not there.
func (r row) text(name string) string {
	s, _ := r[name].(string)
	return s
}

// texts are the strings of a member that is a list, or a string.
func (r row) texts(name string) []string {
	switch v := r[name].(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// Forms of a list without rows.
const (
	formEmpty  = "[]"
	formNull   = "null"
	formAbsent = "absent"
	formOther  = "not a list"
)

// list is the list with this name: its rows and, if there are none, its form.
func (x *Exchange) list(name string) (rows []row, form string) {
	value, there := x.object()[name]
	elements, isList := value.([]any)
	switch {
	case !there:
		return nil, formAbsent
	case value == nil:
		return nil, formNull
	case !isList:
		return nil, formOther
	case len(elements) == 0:
		return nil, formEmpty
	}
	for _, e := range elements {
		r, _ := e.(map[string]any)
		rows = append(rows, r)
	}
	return rows, ""
}

// number is a member that is a whole number.
func (x *Exchange) number(name string) (n int, ok bool) {
	v, ok := x.object()[name].(json.Number)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(v.String())
	return n, err == nil
}

// token is NextToken, and its form if it is empty.
func (x *Exchange) token() (token, form string) {
	value, there := x.object()["NextToken"]
	token, _ = value.(string)
	switch {
	case !there:
		return "", formAbsent
	case value == nil:
		return "", formNull
	case token == "":
		return "", `""`
	}
	return token, ""
}

// lists are the members that hold the rows of each action.
var lists = map[string]string{
	"DescribeDesktops":     "Desktops",
	"DescribeDesktopInfo":  "Desktops",
	"ListTagResources":     "TagResources",
	"DescribeClientEvents": "Events",
}

// rows of the response.
func (x *Exchange) rows() []row {
	rows, _ := x.list(lists[x.Action])
	return rows
}
