package emulator

import (
	"bytes"
	"encoding/json"
)

// How [EDS.EmptyList] can be set, besides "".
const (
	listNull   = "null"
	listAbsent = "absent"
)

// spoilers are the faults that change the lists of an answer.
var spoilers = map[Kind]func(object map[string]any){
	FaultRenamed:  renameLists,
	FaultNameless: takeFirstID,
	FaultRepeated: repeatFirst,
	FaultMissing:  dropFirst,
}

// reshape answers the empty lists of a JSON object in another form, and spoils
// its own lists if that is the fault.
func reshape(body []byte, emptyList string, fault Kind) []byte {
	spoil := spoilers[fault]
	if emptyList == "" && spoil == nil {
		return body
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // as they are written
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		panic(err) // the bodies are structs of this package
	}
	if spoil != nil {
		spoil(object)
	}
	if emptyList != "" {
		setEmptyLists(object, emptyList)
	}
	body, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	return body
}

// setEmptyLists changes the form of the empty lists in a decoded JSON value.
func setEmptyLists(value any, form string) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			list, ok := inner.([]any)
			switch {
			case name == "EndUserIds": // see NoEndUserIds: whose a desktop is, is separate knowledge
			case !ok || len(list) > 0:
				setEmptyLists(inner, form)
			case form == listAbsent:
				delete(v, name)
			default:
				v[name] = nil
			}
		}
	case []any:
		for _, inner := range v {
			setEmptyLists(inner, form)
		}
	}
}

// renameLists gives the lists of an object names that nobody expects.
func renameLists(object map[string]any) {
	for name, value := range object {
		if _, ok := value.([]any); ok {
			delete(object, name)
			object["Renamed"+name] = value
		}
	}
}

// takeFirstID removes the ID of the desktop from the first row of each list of
// an object.
func takeFirstID(object map[string]any) {
	for _, value := range object {
		list, ok := value.([]any)
		if !ok || len(list) == 0 {
			continue
		}
		if row, ok := list[0].(map[string]any); ok {
			delete(row, "DesktopId")
			delete(row, "ResourceId")
		}
	}
}

// repeatFirst puts the first row of each list of an object in the place of the
// last one.
func repeatFirst(object map[string]any) {
	for _, value := range object {
		if list, ok := value.([]any); ok && len(list) > 0 {
			list[len(list)-1] = list[0]
		}
	}
}

// dropFirst leaves the first row of each list of an object out.
func dropFirst(object map[string]any) {
	for name, value := range object {
		if list, ok := value.([]any); ok && len(list) > 0 {
			object[name] = list[1:]
		}
	}
}
