package deployment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// FromEnvironment is a value, or a part of one, that comes from the environment of the person who deploys:
// the name of the variable, and the default.
var FromEnvironment = regexp.MustCompile(`\$\{env\('([^']*)'(?:,\s*('[^']*'))?\)\}`)

// accountID is known only with the credentials. It is a part of ARNs, which nothing here reads.
const accountID = "${config('AccountID')}"

// Parse one YAML document.
func Parse(text []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("is empty")
	case err != nil:
		return nil, errors.New("is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: "))
	case !errors.Is(decoder.Decode(&second), io.EOF):
		return nil, errors.New("holds more than one YAML document")
	}
	return expand(document.Content[0])
}

// Merge lays over on base as Serverless Devs does for `extend`: maps are merged, everything else is replaced.
func Merge(base, over *yaml.Node) *yaml.Node {
	if base.Kind != yaml.MappingNode || over.Kind != yaml.MappingNode {
		return over
	}
	merged := *base
	merged.Content = slices.Clone(base.Content)
next:
	for i := 0; i < len(over.Content); i += 2 {
		for j := 0; j < len(merged.Content); j += 2 {
			if merged.Content[j].Value == over.Content[i].Value {
				merged.Content[j+1] = Merge(merged.Content[j+1], over.Content[i+1])
				continue next
			}
		}
		merged.Content = append(merged.Content, over.Content[i], over.Content[i+1])
	}
	return &merged
}

// Walk visits every scalar with its path.
func Walk(node *yaml.Node, visit func(path string, node *yaml.Node)) { walk(node, "", visit) }

func walk(node *yaml.Node, path string, visit func(path string, node *yaml.Node)) {
	switch node.Kind {
	case yaml.ScalarNode:
		visit(path, node)
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			walk(node.Content[i+1], Join(path, node.Content[i].Value), visit)
		}
	case yaml.SequenceNode:
		for i, element := range node.Content {
			walk(element, fmt.Sprintf("%s[%d]", path, i), visit)
		}
	}
}

// Join a path and the name of a member.
func Join(path, key string) string { return strings.TrimPrefix(path+"."+key, ".") }

// Resolve puts into the place of ${env('NAME','default')} what lookup finds, or else the default, as
// Serverless Devs does: a variable that is empty counts as not there, and what comes out is always a
// string. fault takes what cannot be resolved. Values are not repeated to it: they may be secrets.
func Resolve(top *yaml.Node, lookup func(name string) (value string, set bool), fault func(path string, node *yaml.Node, text string)) {
	Walk(top, func(path string, node *yaml.Node) {
		if path == "access" || !strings.Contains(node.Value, "${") { // Serverless Devs resolves nothing in access
			return
		}
		if rest := FromEnvironment.ReplaceAllString(node.Value, ""); strings.Contains(strings.ReplaceAll(rest, accountID, ""), "${") {
			fault(path, node, "holds a ${…} other than ${env('NAME','default')} and "+accountID+", which only Serverless Devs knows")
			return
		}
		node.Value = FromEnvironment.ReplaceAllStringFunc(node.Value, func(call string) string {
			parts := FromEnvironment.FindStringSubmatch(call)
			if value, _ := lookup(parts[1]); value != "" {
				return value
			}
			if parts[2] == "" {
				fault(path, node, "needs the environment variable "+parts[1]+", which is not set")
			}
			return strings.Trim(parts[2], "'")
		})
		node.Tag, node.Style = "!!str", yaml.DoubleQuotedStyle
	})
}
