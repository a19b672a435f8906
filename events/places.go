package events

// maxPlaces is the most accounts and regions of one request: each account with each region counts as one.
const maxPlaces = 20

// places are the accounts and regions that a request names, each once. nil: it names none.
type places struct{ accounts, regions []string }

func (v value) accounts() ([]string, *Error) { return v.names(accountFault) }
func (v value) regions() ([]string, *Error)  { return v.names(regionFault) }

// names reads one name, or a list of them.
func (v value) names(fault func(name string, skipped int) string) ([]string, *Error) {
	return v.list(ids{fault: fault, split: splitAtBlanks, trims: true, most: maxPlaces})
}

func accountFault(name string, _ int) string {
	if ValidAccount(name) {
		return ""
	}
	return "is not the name of an account, such as prod: names are lower-case letters, digits and hyphens; ARNs and account numbers are set in ACCOUNTS only"
}

func regionFault(name string, _ int) string {
	if ValidRegionId(name) {
		return ""
	}
	return "is not a region ID such as cn-hangzhou"
}

// fault of a request that names several places. given are the paths of its fields.
func (p places) fault(r Request, given map[string]string) *Error {
	n := max(1, len(p.accounts)) * max(1, len(p.regions))
	switch {
	case n > maxPlaces:
		return fault(TooLarge, given["RegionId"], "makes %d parts with the accounts, and a request may have %d: split it", n, maxPlaces)
	case n > 1 && r.DesktopId != nil:
		return fault(Conflict, given["DesktopId"], "cannot go with several accounts or regions, because an ID belongs to one of each: send an array with a request for each")
	}
	return nil
}

// each returns the request for each place: the request itself if it names one or none.
func (p places) each(r Request) []Request {
	var all []Request
	for _, account := range orNone(p.accounts) {
		for _, region := range orNone(p.regions) {
			r.Account, r.RegionId = account, region
			all = append(all, r)
		}
	}
	return all
}

func orNone(names []string) []string {
	if names == nil {
		return []string{""}
	}
	return names
}
