// Package samples carries the events of each trigger as they come in. Beside each is what the function reads in it.
package samples

import "embed"

// Files are the events NAME.json and their NAME.golden.json.
//
//go:embed *.json
var Files embed.FS
