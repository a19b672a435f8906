package config

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"stopdesktops/events"
)

// Patterns are compiled at their first use: they would delay the start of every function.
var (
	roleARN    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^acs:ram::[0-9]{8,20}:role/[A-Za-z0-9.-]{1,64}$`) })
	externalID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9=,.@:/_-]{2,}$`) })
)

// maxExternalID is the longest external ID that STS takes, in characters.
const maxExternalID = 1224

// readAccounts reads the roles of other accounts. A fault never shows an item: it may be anything that was
// pasted there.
func (c *Config) readAccounts(f Faults) {
	c.AccountRoles, c.AllowedAccounts = trim(c.AccountRoles), trim(c.AllowedAccounts)
	c.Accounts = map[string]string{}
	for i, item := range c.AccountRoles {
		name, arn, _ := strings.Cut(item, "=")
		name, arn = strings.TrimSpace(name), strings.TrimSpace(arn)
		switch {
		case !events.ValidAccount(name) || !roleARN().MatchString(arn):
			f.add("ACCOUNTS", "item %d of %d is not a name and a role, such as prod=acs:ram::1234567890123456:role/stop-desktops", i+1, len(c.AccountRoles))
		case c.Accounts[name] != "":
			f.add("ACCOUNTS", "item %d of %d has the name of an item before it", i+1, len(c.AccountRoles))
		}
		c.Accounts[name] = arn
	}
	for i, name := range c.AllowedAccounts {
		if c.Accounts[name] == "" {
			f.add("ALLOWED_ACCOUNTS", "item %d of %d is not a name of ACCOUNTS", i+1, len(c.AllowedAccounts))
		}
	}
	c.AllowedAccounts = slices.Compact(slices.Sorted(slices.Values(c.AllowedAccounts)))
	if id := c.ExternalID.Reveal(); id != "" && (len(id) > maxExternalID || !externalID().MatchString(id)) {
		f.add("ACCOUNTS_EXTERNAL_ID", "must be 2 to %d letters, digits and characters of =,.@:/_-", maxExternalID)
	}
}
