// Package schematest validates documents against the schemas of this project, in tests.
package schematest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"stopdesktops/schema"
)

var (
	mu       sync.Mutex
	compiled = map[string]*jsonschema.Schema{}
)

// compile a schema, once. It must be valid against the meta-schema of its draft.
func compile(name string) (*jsonschema.Schema, error) {
	mu.Lock()
	defer mu.Unlock()
	if compiled[name] != nil {
		return compiled[name], nil
	}
	text, err := schema.Text(name)
	if err != nil {
		return nil, fmt.Errorf("there is no schema %q: %w", name, err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name+".json", document); err != nil {
		return nil, err
	}
	compiled[name], err = c.Compile(name + ".json")
	return compiled[name], err
}

// Output validates each JSON document in the output of stopctl against the schema that its member Format names. It
// returns how many there are. Text that is no JSON, or names no format, is not looked at.
func Output(text string) (checked int, err error) {
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		var document json.RawMessage
		if d.Decode(&document) != nil {
			return checked, err
		}
		var head struct{ Format string }
		if json.Unmarshal(document, &head) != nil || head.Format == "" {
			continue
		}
		checked++
		name, version, ok := strings.Cut(strings.TrimPrefix(head.Format, "stopctl."), "/")
		if !ok || version == "" {
			err = errors.Join(err, fmt.Errorf("%q is no format", head.Format))
			continue
		}
		err = errors.Join(err, Check(name, document))
	}
}

// Check returns why the document is not valid against the schema with this name.
func Check(name string, document []byte) error {
	s, err := compile(name)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return s.Validate(value)
}
