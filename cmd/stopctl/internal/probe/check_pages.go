package probe

import "slices"

func desktopID(r row) string { return r.text("DesktopId") }

func pageSizes(a *answers) result {
	if len(a.all.pages) == 0 {
		return notAsked("there was no response")
	}
	first := a.all.pages[0]
	if r, ok := unanswered(first); !ok {
		return r
	}
	n := len(first.rows())
	token, _ := first.token()
	switch {
	case n == pageSize:
		return same("100 rows")
	case token != "" && !a.complete():
		return different("%d rows, and a token", n)
	case len(a.all.pages) > 1:
		return different("%d rows, and another page", n)
	case n <= 10:
		return notAsked("it needs more than 10 desktops")
	}
	return same("%d rows on one page", n)
}

// complete tells whether as many rows came as TotalCount promises.
func (a *answers) complete() bool {
	if len(a.all.pages) == 0 {
		return false
	}
	total, told := a.all.pages[0].number("TotalCount")
	return told && len(a.all.rows()) >= total
}

// inPages holds a listing by small pages against the same listing by large ones. rows says what they list.
func inPages(small, large listing, rows string, key func(row) string) result {
	if len(small.pages) == 0 {
		return notAsked("it needs two %s", rows)
	}
	if x := small.failed(); x != nil {
		if refusal(x) != "" {
			return different("page %d: %s", len(small.pages), coded(x))
		}
		r, _ := unanswered(x)
		return r
	}
	got, want := keys(small.rows(), key), keys(large.rows(), key)
	switch {
	case slices.Contains(got, "") || slices.Contains(want, ""):
		return notAsked("the rows have no ID")
	case !distinct(got):
		return different("a row twice in %d pages", len(small.pages))
	case small.ended && large.ended && !sameSet(got, want):
		return different("%d of %d rows in %d pages", len(got), len(want), len(small.pages))
	case !small.ended && len(got) < small.size*maxPages:
		return different("%d rows in %d pages of %d", len(got), len(small.pages), small.size)
	case slices.Equal(got, want[:min(len(got), len(want))]):
		return same("%d pages, in the same order", len(small.pages))
	}
	return same("%d pages, in another order", len(small.pages))
}

func pageTokens(a *answers) result  { return inPages(a.byToken, a.all, "desktops", desktopID) }
func pageNumbers(a *answers) result { return inPages(a.byNumber, a.all, "desktops", desktopID) }

// pageTotals compares the TotalCount of the pages by number.
func pageTotals(a *answers) result {
	if len(a.byNumber.pages) == 0 {
		return notAsked("it needs two desktops")
	}
	if x := a.byNumber.failed(); x != nil {
		r, _ := unanswered(x)
		return r
	}
	want, _ := a.byNumber.pages[0].number("TotalCount")
	for i, x := range a.byNumber.pages {
		switch total, told := x.number("TotalCount"); {
		case !told:
			return different("none on page %d", i+1)
		case total != want:
			return different("%d on page %d, %d on page 1", total, i+1, want)
		}
	}
	return same("%d on %d pages", want, len(a.byNumber.pages))
}

func tagPages(a *answers) result {
	if a.protected == nil || a.protected.Failure != nil {
		r, _ := unanswered(a.protected)
		return r
	}
	token, _ := a.protected.token()
	whole := listing{pages: []*Exchange{a.protected}, ended: token == ""}
	return inPages(a.tagPages, whole, "desktops with the protect tag", func(r row) string {
		if r.text("ResourceId") == "" {
			return ""
		}
		return r.text("ResourceId") + " " + r.text("TagKey")
	})
}

// eventPages asks for no fixed set: events may come meanwhile.
func eventPages(a *answers) result {
	if a.recent == nil || a.recent.Failure != nil {
		r, _ := unanswered(a.recent)
		return r
	}
	return inPages(a.eventPages, listing{pages: []*Exchange{a.recent}}, "acts of users", func(r row) string { return r.text("EventId") })
}

func pageEnd(a *answers) result {
	for _, l := range []listing{a.all, a.byToken} {
		if !l.ended || l.failed() != nil {
			continue
		}
		token, form := l.pages[len(l.pages)-1].token()
		if token != "" {
			return different("a token after the last row")
		}
		return same("%s", form)
	}
	if len(a.all.pages) > 0 && a.all.failed() != nil {
		r, _ := unanswered(a.all.failed())
		return r
	}
	return notAsked("there are more than %d desktops", pageSize*maxPages)
}

func totalCount(a *answers) result {
	if len(a.all.pages) == 0 {
		return notAsked("there was no response")
	}
	if r, ok := unanswered(a.all.pages[0]); !ok {
		return r
	}
	n := len(a.all.rows())
	switch total, told := a.all.pages[0].number("TotalCount"); {
	case !told:
		return different("absent")
	case a.all.ended:
		return sameIf(total == n, "%d of %d rows", total, n)
	default:
		return sameIf(total > n, "%d, of more than %d rows", total, n)
	}
}
