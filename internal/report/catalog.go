package report

import (
	_ "embed"
	"encoding/json"
	"sync"
)

// Words are what people read for a code of a report: a status, an outcome, a reason or a warning.
type Words struct {
	// English and Chinese are for messages, after a count or before a list of desktops.
	English, Chinese string
	// Rule says in a sentence what an outcome or a reason means, about one desktop.
	Rule string
	// ToStop says what would have to change for a desktop with this reason to be stopped.
	ToStop string
}

//go:embed catalog.json
var catalog []byte

// Catalog returns the words of every code. It is read when it is first needed: most functions send no messages.
var Catalog = sync.OnceValue(func() map[string]Words {
	var words map[string]Words
	if err := json.Unmarshal(catalog, &words); err != nil {
		panic(err) // a fault of the build: a test reads it
	}
	return words
})
