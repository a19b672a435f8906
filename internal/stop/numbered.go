package stop

import (
	"context"
	"slices"
	"sync"
	"time"

	"stopdesktops/events"
)

// sideBySideRows is the size of a listing from which on its pages are read by number, all at once. Of two
// pages the second one is one call, whichever way it is read.
const sideBySideRows = 2 * PageSize

// numberedRounds is how often a listing is read by number. A fleet that changes meanwhile shifts rows from
// page to page, so that one comes twice or not at all. Then the pages are read once more, and after that
// by their tokens.
const numberedRounds = 2

// reader reads the desktops that match a choice. EDS gives a listing page by page. Where the first page says
// that there are more than two, the others are read side by side by their numbers.
type reader struct {
	place  *place
	choice events.Select
	// took is called with the number and the rows of each page, one page at a time. Its error ends the reading.
	took func(of *round, number int, rows []row) error
	// failed is called once the listing cannot be read to its end, while other pages are still under way.
	failed func(error)

	mu    sync.Mutex
	round *round
}

// round is one attempt at reading the whole listing. What the rounds before have read does not count.
type round struct {
	total int             // rows of the listing by the first response; 0: it does not say
	most  int             // the same by the response that says the most
	ids   map[string]bool // distinct desktops so far

	numbered bool // pages are read by number
	repeats  int  // pages by number without a new row
	uneven   bool // the pages contradict each other, or have rows that cannot be told apart
	ignores  bool // EDS ignores the number of a page, or takes none
	err      error
}

// exceeds reports whether there are more desktops than any response says.
func (r *round) exceeds() bool { return r.most > 0 && len(r.ids) > r.most }

// whole reports whether the pages of the round make up the listing.
func (r *round) whole() bool { return !r.uneven && !r.ignores && len(r.ids) == r.total }

// over reports whether further pages of the round are of no use.
func (r *round) over() bool { return r.err != nil || r.ignores }

// read the listing. A page that fails fails it all.
func (r *reader) read(ctx context.Context, s *slot) error {
	more := 0
	err := r.byToken(ctx, s, func(p Page[Desktop]) bool {
		if p.NextToken != "" && p.TotalCount > sideBySideRows && p.Listed == PageSize {
			more = p.TotalCount
		}
		return more > 0
	})
	if err != nil || more == 0 {
		return err
	}
	for i := range numberedRounds {
		first := 2 // the first page is known, unless it is another one by number
		if i > 0 {
			first, more = 1, r.round.most
			r.round = newRound()
		}
		r.round.numbered = true
		if err := r.byNumber(ctx, s, first, (more+PageSize-1)/PageSize); err != nil || r.round.whole() {
			return err
		}
		if r.round.ignores {
			break
		}
	}
	return r.byToken(ctx, s, func(Page[Desktop]) bool { return false })
}

func newRound() *round { return &round{ids: map[string]bool{}} }

// byToken reads the listing in a new round, one page after the other, until the end or until a page is enough.
func (r *reader) byToken(ctx context.Context, s *slot, enough func(Page[Desktop]) bool) error {
	r.round = newRound()
	number := 0
	_, err := pages(ctx, r.place, s, "DescribeDesktops", func(ctx context.Context, token string) (Page[row], error) {
		at := time.Now()
		p, err := r.place.session.DescribeDesktops(ctx, r.place.regionID, r.choice, token)
		read := Page[row]{NextToken: p.NextToken, Listed: p.Listed, TotalCount: p.TotalCount}
		if err != nil {
			return read, err
		}
		number++
		if r.take(number, p, at); r.round.err != nil || enough(p) {
			read.NextToken = ""
		}
		return read, nil
	})
	if err != nil {
		return err
	}
	return r.round.err
}

// byNumber reads the pages from first to last, as many at once as there are slots. An attempt that repeats an
// event begins elsewhere among them: see workList.
func (r *reader) byNumber(ctx context.Context, s *slot, first, last int) error {
	n := last - first + 1
	begin := startOf(r.place.run.invocation, n)
	s.outside(ctx, func() bool { // one slot is for one call
		for _, err := range r.place.run.each(n, func(i int) error { return r.numberedPage(ctx, first+(begin+i)%n) }) {
			r.end(err)
		}
		return true
	})
	return r.round.err
}

// numberedPage reads the page with a number, unless the round is over.
func (r *reader) numberedPage(ctx context.Context, number int) error {
	if r.ended() {
		return nil
	}
	var p Page[Desktop]
	var at time.Time
	// The listings of protected desktops, and the stops, must not wait for hundreds of pages.
	err := r.place.pace.inLaterSlot(ctx, func(s *slot) error {
		return read(ctx, r.place, s, "DescribeDesktops", func(ctx context.Context) (err error) {
			at = time.Now()
			p, err = r.place.session.DescribeDesktopsPage(ctx, r.place.regionID, r.choice, number)
			if hopeless(err) {
				r.giveUp(err)
			}
			return err
		})
	})
	switch {
	case err == nil:
		r.take(number, p, at)
	case !hopeless(err):
		r.end(err)
	}
	return nil
}

// take the page into the round.
func (r *reader) take(number int, p Page[Desktop], at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.round
	if len(now.ids) == 0 {
		now.total = p.TotalCount
	}
	now.most = max(now.most, p.TotalCount)
	// Rows that were dropped as not asked for have no ID here. They would pass for missing ones.
	now.uneven = now.uneven || p.TotalCount != now.total || len(p.Rows) != p.Listed
	rows, before := make([]row, len(p.Rows)), len(now.ids)
	for i, d := range p.Rows {
		rows[i] = row{d, at}
		now.ids[d.DesktopID] = true
	}
	if now.err != nil { // another page has ended the reading
		return
	}
	if now.numbered && len(rows) > 0 && len(now.ids) == before {
		// The first one may be the page that was read by its token, if the order by number is another one.
		now.repeats++
		now.ignores = now.repeats > 1
	}
	if now.err = r.took(now, number, rows); now.err != nil {
		r.failed(now.err)
	}
}

// hopeless reports whether a call that failed is not made again. What follows from that is done before its slot
// is free for a call that stops desktops.
func hopeless(err error) bool {
	e := asCallError(err)
	return e != nil && !e.Passing()
}

// giveUp a page by number. If EDS takes no numbers, the listing is read by its tokens.
func (r *reader) giveUp(err error) {
	if asCallError(err).Family != Invalid {
		r.end(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.round.ignores = true
}

// end the reading with an error, if there is one.
func (r *reader) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.round.err == nil {
		r.round.err = err
		r.failed(err)
	}
}

func (r *reader) ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.round.over()
}

// collector keeps the rows of the latest round.
type collector struct {
	round *round
	pages [][]row // by their number, less 1
}

func (c *collector) add(of *round, number int, rows []row) {
	if c.round != of {
		c.round, c.pages = of, nil
	}
	for len(c.pages) < number {
		c.pages = append(c.pages, nil)
	}
	c.pages[number-1] = rows
}

// rows in the order of the pages, whichever came first.
func (c *collector) rows() []row { return slices.Concat(c.pages...) }
