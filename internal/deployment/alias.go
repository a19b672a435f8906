package deployment

import (
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// maxNodes of a template with its aliases written out. They can make a small file a huge one.
const maxNodes = 100_000

// expand writes out what the YAML of a template says by reference: aliases, and merge keys (<<: *base).
func expand(node *yaml.Node) (*yaml.Node, error) { return (&expansion{}).copy(node) }

type expansion struct {
	nodes int
	open  []*yaml.Node // the anchors that the copy is within
}

// copy of a node. What an anchor gives to several places is copied to each: each has variables of its own.
func (x *expansion) copy(node *yaml.Node) (*yaml.Node, error) {
	if node.Kind == yaml.AliasNode {
		if slices.Contains(x.open, node.Alias) {
			return nil, fmt.Errorf("line %d: *%s is within itself", node.Line, node.Value)
		}
		x.open = append(x.open, node.Alias)
		defer func() { x.open = x.open[:len(x.open)-1] }()
		return x.copy(node.Alias)
	}
	if x.nodes++; x.nodes > maxNodes {
		return nil, errors.New("is too large with its aliases written out")
	}
	out := *node
	out.Anchor, out.Content = "", nil
	for _, child := range node.Content {
		c, err := x.copy(child)
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, c)
	}
	if node.Kind == yaml.MappingNode {
		return merged(&out)
	}
	return &out, nil
}

// merged puts in the place of a merge key what the maps behind it have and the map itself has not.
func merged(node *yaml.Node) (*yaml.Node, error) {
	var own, bases []*yaml.Node
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case key.Tag != "!!merge":
			own = append(own, key, value)
		case value.Kind == yaml.SequenceNode:
			bases = append(bases, value.Content...)
		default:
			bases = append(bases, value)
		}
	}
	node.Content = own
	for _, base := range bases {
		if base.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("line %d: << must name a map, or a list of maps", base.Line)
		}
		for i := 0; i < len(base.Content); i += 2 {
			if member(node, base.Content[i].Value) == nil {
				node.Content = append(node.Content, base.Content[i], base.Content[i+1])
			}
		}
	}
	return node, nil
}
