package probe

import (
	"context"
	"slices"
	"strconv"
)

// listing is a list that was read in pages.
type listing struct {
	pages []*Exchange
	size  int  // rows that were asked for on a page
	ended bool // the last page was seen
}

// third of n rows: a page size that takes three pages.
func third(n int) int { return min(pageSize, (n+2)/3) }

// pages reads a list by NextToken, at most maxPages of it. It ends early where as many rows as TotalCount
// promises have come, so that a token which never ends costs nothing.
func (p *Probe) pages(ctx context.Context, action string, size int, pairs []string) listing {
	l := listing{size: size}
	token, rows := "", 0
	for len(l.pages) < maxPages {
		all := append(slices.Clone(pairs), "MaxResults", strconv.Itoa(size))
		if token != "" {
			all = append(all, "NextToken", token)
		}
		x := p.ask(ctx, action, all...)
		l.pages = append(l.pages, x)
		if x.Failure != nil {
			break
		}
		rows += len(x.rows())
		total, told := x.number("TotalCount")
		if token, _ = x.token(); token == "" || told && total > 0 && rows >= total {
			l.ended = true
			break
		}
	}
	return l
}

// numberedPages reads a list by PageNumber, as many pages as pages reads.
func (p *Probe) numberedPages(ctx context.Context, action string, size int, pairs []string) listing {
	l := listing{size: size}
	rows := 0
	for number := 1; number <= maxPages; number++ {
		x := p.ask(ctx, action, append(slices.Clone(pairs), "PageNumber", strconv.Itoa(number), "PageSize", strconv.Itoa(size))...)
		l.pages = append(l.pages, x)
		if x.Failure != nil {
			break
		}
		rows += len(x.rows())
		if total, told := x.number("TotalCount"); told && rows >= total {
			l.ended = true
			break
		}
	}
	return l
}

// rows of all pages.
func (l listing) rows() []row {
	var rows []row
	for _, x := range l.pages {
		rows = append(rows, x.rows()...)
	}
	return rows
}

// failed is the page that failed, if one did.
func (l listing) failed() *Exchange {
	if n := len(l.pages); n > 0 && l.pages[n-1].Failure != nil {
		return l.pages[n-1]
	}
	return nil
}

// keys of the rows, by a function that tells rows apart.
func keys(rows []row, key func(row) string) []string {
	var list []string
	for _, r := range rows {
		list = append(list, key(r))
	}
	return list
}

// distinct tells whether no element comes twice.
func distinct(list []string) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) == len(list)
}

// sameSet tells whether two lists have the same elements, in any order.
func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
