// Package schematest validates documents against the schemas of this project, in tests.
package schematest

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"stopdesktops/schema"
)

// compiled are the schemas by name. Each is valid against the meta-schema of its draft.
var compiled = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	all := map[string]*jsonschema.Schema{}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, name := range schema.Names() {
		text, err := schema.Text(name)
		if err != nil {
			return nil, err
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
		if err := c.AddResource(name+".json", document); err != nil {
			return nil, err
		}
		if all[name], err = c.Compile(name + ".json"); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// Check returns why the document is not valid against the schema with this name.
func Check(name string, document []byte) error {
	all, err := compiled()
	if err != nil {
		return err
	}
	s := all[name]
	if s == nil {
		return fmt.Errorf("there is no schema %q", name)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return s.Validate(value)
}
