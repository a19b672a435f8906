package approval

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"stopdesktops/internal/secret"
)

// minSecret is the length of the shortest secret, in bytes.
const minSecret = 24

var keyName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`) })

// Keys sign and check tokens.
type Keys struct{ list []key } // never empty; the first signs

// key is a secret with a name.
type key struct {
	name  string
	bytes secret.String
}

func (k key) mac(signed string) []byte {
	h := hmac.New(sha256.New, []byte(k.bytes.Reveal()))
	h.Write([]byte(format + signed))
	return h.Sum(nil)
}

// Read reads secrets of the form name:whsec_<base64 of at least 24 random bytes>. The first signs, and all are
// accepted. The error names no part of a secret. Without secrets there are no Keys and no error.
func Read(secrets []secret.String) (*Keys, error) {
	var keys Keys
	var faults []error
	for i, s := range secrets {
		name, text, _ := strings.Cut(s.Reveal(), ":")
		encoded, prefixed := strings.CutPrefix(text, "whsec_")
		random, err := base64.StdEncoding.DecodeString(encoded)
		is := fmt.Sprintf("item %d of %d ", i+1, len(secrets))
		switch {
		case !keyName().MatchString(name) || !prefixed || err != nil:
			faults = append(faults, errors.New(is+"is not a name and a secret, such as 2026-11:whsec_<base64>; names are lower-case letters, digits and hyphens"))
		case len(random) < minSecret || bytes.Count(random, random[:1]) == len(random):
			faults = append(faults, fmt.Errorf("%shas no secret of at least %d random bytes behind whsec_: make one with openssl rand -base64 32", is, minSecret))
		case slices.ContainsFunc(keys.list, func(k key) bool { return k.name == name }):
			faults = append(faults, errors.New(is+"has the name of an item before it"))
		}
		keys.list = append(keys.list, key{name, secret.New(string(random))})
	}
	if len(faults) > 0 || len(keys.list) == 0 {
		return nil, errors.Join(faults...)
	}
	return &keys, nil
}
