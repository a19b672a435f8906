package emulator

import (
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"net/url"
)

// A cursor is what a NextToken holds. Query binds it to the filters of the
// call that it continues, as the service demands.
type cursor struct {
	Next  int    `json:"n"`           // index of the first one of the next page
	Total int    `json:"t,omitempty"` // what the action carries from page to page, such as TotalCount
	Query uint64 `json:"q"`
}

func (c cursor) token() string {
	b, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b)
}

// cursor reads NextToken; without one, the first page. ok tells them apart.
func (p *params) cursor() (c cursor, ok bool) {
	query := fingerprint(p.q)
	token := p.text("NextToken")
	if token == "" {
		return cursor{Query: query}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(b, &c) != nil || c.Next < 0 || c.Query != query {
		p.fail(errParameter("NextToken is not one that was answered to these parameters"))
	}
	return c, true
}

// fingerprint of all parameters that select, not those that only page.
func fingerprint(q url.Values) uint64 {
	selecting := url.Values{}
	for name, values := range q {
		if name != "NextToken" && name != "MaxResults" {
			selecting[name] = values
		}
	}
	h := fnv.New64a()
	h.Write([]byte(selecting.Encode()))
	return h.Sum64()
}
