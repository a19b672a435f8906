package eds

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// pageSize of every listing. Where the API says no other, 100 is the most it gives; its default of
// 10 for DescribeDesktops would quietly hide the eleventh desktop of a call that forgot it.
const pageSize = stop.PageSize

var pageRows = strconv.Itoa(pageSize)

// desktopsPage is what is read of an answer to DescribeDesktops.
type desktopsPage struct {
	paging
	Desktops *[]desktopRow
}

type desktopRow struct {
	DesktopId         string
	DesktopStatus     string
	ConnectionStatus  string
	ManagementFlag    string
	ManagementFlags   []string
	DesktopName       string
	OfficeSiteId      string
	DesktopGroupId    string
	PolicyGroupId     string
	PolicyGroupIdList []string
	ChargeType        string
	EndUserIds        []string
}

// DescribeDesktops makes one DescribeDesktops call: one page of the desktops that match every filter
// of choice but its tags, pooled desktops included (the API leaves them out unless told otherwise).
func (s *Session) DescribeDesktops(ctx context.Context, regionID string, choice events.Select, nextToken string) (stop.Page[stop.Desktop], error) {
	query := chosen(choice)
	query.set("MaxResults", pageRows)
	query.set("NextToken", nextToken)
	return s.describeChosen(ctx, regionID, query, choice)
}

// DescribeDesktopsPage makes one DescribeDesktops call: the page with a number, from 1, of the desktops that
// DescribeDesktops lists. The documentation does not say what EDS does with a number and a token together,
// so it sends no MaxResults.
func (s *Session) DescribeDesktopsPage(ctx context.Context, regionID string, choice events.Select, number int) (stop.Page[stop.Desktop], error) {
	query := chosen(choice)
	query.set("PageSize", pageRows)
	query.set("PageNumber", strconv.Itoa(number))
	return s.describeChosen(ctx, regionID, query, choice)
}

// chosen returns the parameters of a call for the desktops that match every filter of choice but its tags.
func chosen(choice events.Select) parameters {
	query := parameters{}
	query.set("OfficeSiteId", choice.OfficeSiteId)
	query.set("DesktopGroupId", choice.DesktopGroupId)
	query.list("EndUserId", choice.EndUserId)
	query.set("PolicyGroupId", choice.PolicyGroupId)
	query.set("ResourceGroupId", choice.ResourceGroupId)
	query.set("ChargeType", choice.ChargeType)
	query.set("SubPayType", choice.SubPayType)
	query.set("DesktopName", choice.DesktopName)
	return query
}

// describeChosen asks for a page, and drops the rows that contradict a filter.
func (s *Session) describeChosen(ctx context.Context, regionID string, query parameters, choice events.Select) (stop.Page[stop.Desktop], error) {
	rows, paging, err := s.describeDesktops(ctx, regionID, query)
	if err != nil {
		return stop.Page[stop.Desktop]{}, err
	}
	wanted := make([]stop.Desktop, 0, len(rows))
	for _, d := range rows {
		told := []bool{
			agrees(d.OfficeSiteId, choice.OfficeSiteId),
			agrees(d.DesktopGroupId, choice.DesktopGroupId),
			agrees(d.ChargeType, choice.ChargeType),
			agrees(d.DesktopName, choice.DesktopName),
			len(d.PolicyGroupIdList) == 0 && agrees(d.PolicyGroupId, choice.PolicyGroupId) || choice.PolicyGroupId == "" || slices.Contains(d.PolicyGroupIdList, choice.PolicyGroupId),
			len(choice.EndUserId) == 0 || len(d.EndUserIds) == 0 || slices.ContainsFunc(d.EndUserIds, func(id string) bool { return slices.Contains(choice.EndUserId, id) }),
		}
		if slices.Contains(told, false) {
			continue // the service's idea of a match is wider than ours
		}
		wanted = append(wanted, d.desktop())
	}
	return pageOf(wanted, len(rows), paging), nil
}

// DescribeDesktopsByID makes one DescribeDesktops call: one page of those of the desktops that the
// service lists, pooled desktops included.
func (s *Session) DescribeDesktopsByID(ctx context.Context, regionID string, desktopIDs []string, nextToken string) (stop.Page[stop.Desktop], error) {
	query := parameters{}
	query.list("DesktopId", desktopIDs)
	query.set("MaxResults", pageRows)
	query.set("NextToken", nextToken)
	listed, paging, err := s.describeDesktops(ctx, regionID, query)
	if err != nil {
		return stop.Page[stop.Desktop]{}, err
	}
	rows := make([]stop.Desktop, len(listed))
	for i, d := range listed {
		rows[i] = d.desktop()
	}
	return pageOf(rows, len(listed), paging), nil
}

// describeDesktops asks for a page of all kinds of desktops.
func (s *Session) describeDesktops(ctx context.Context, regionID string, query parameters) ([]desktopRow, paging, error) {
	query.set("FilterDesktopGroup", "false")
	var page desktopsPage
	r, err := s.call(ctx, "DescribeDesktops", regionID, query, &page)
	if err != nil {
		return nil, paging{}, err
	}
	rows, err := rowsOf(r, "Desktops", page.Desktops)
	return rows, page.paging, err
}

func (d *desktopRow) desktop() stop.Desktop {
	flags := d.ManagementFlags
	if len(flags) == 0 && d.ManagementFlag != "" {
		flags = []string{d.ManagementFlag}
	}
	return stop.Desktop{
		DesktopID:        d.DesktopId,
		DesktopStatus:    word(d.DesktopStatus),
		ConnectionStatus: word(d.ConnectionStatus),
		ManagementFlags:  cleanAll(flags),
		EndUserIDs:       d.EndUserIds,
		OfficeSiteID:     d.OfficeSiteId,
	}
}

// agrees says whether what a row tells does not contradict a filter. The service filters; this is
// for the day when it does not know a filter, or matches part of a name.
func agrees(told, wanted string) bool { return wanted == "" || told == "" || told == wanted }

// tagsPage is what is read of an answer to ListTagResources.
type tagsPage struct {
	paging
	TagResources *[]struct {
		ResourceId string
		TagKey     *string
		TagValue   string
	}
}

// ListTagResources makes one ListTagResources call: one page of the desktops that carry a tag.
// (Tags in the rows of DescribeDesktops may come back empty.)
func (s *Session) ListTagResources(ctx context.Context, regionID string, tag events.Tag, nextToken string) (stop.Page[stop.Tagged], error) {
	query := parameters{"Tag.1.Key": &tag.Key}
	if tag.Value != nil {
		query["Tag.1.Value"] = tag.Value // also an empty one
	}
	page, err := s.listTagResources(ctx, regionID, query, nextToken)
	// Whether a resource is listed with all its tags is not documented.
	page.Rows = slices.DeleteFunc(page.Rows, func(t stop.Tagged) bool {
		return t.Key != tag.Key || tag.Value != nil && *tag.Value != t.Value
	})
	return page, err
}

// ListTagResourcesByID makes one ListTagResources call: one page of all tags of the desktops.
func (s *Session) ListTagResourcesByID(ctx context.Context, regionID string, desktopIDs []string, nextToken string) (stop.Page[stop.Tagged], error) {
	query := parameters{}
	query.list("ResourceId", desktopIDs)
	return s.listTagResources(ctx, regionID, query, nextToken)
}

// listTagResources asks for a page of tags of desktops.
func (s *Session) listTagResources(ctx context.Context, regionID string, query parameters, nextToken string) (stop.Page[stop.Tagged], error) {
	query.set("ResourceType", "ALIYUN::GWS::INSTANCE")
	query.set("MaxResults", pageRows)
	query.set("NextToken", nextToken)
	var page tagsPage
	r, err := s.call(ctx, "ListTagResources", regionID, query, &page)
	if err != nil {
		return stop.Page[stop.Tagged]{}, err
	}
	listed, err := rowsOf(r, "TagResources", page.TagResources)
	if err != nil {
		return stop.Page[stop.Tagged]{}, err
	}
	rows := make([]stop.Tagged, 0, len(listed))
	for _, t := range listed {
		switch {
		case t.TagKey == nil:
			return stop.Page[stop.Tagged]{}, missing(r.action, "TagKey", r.requestID)
		case blank(t.ResourceId): // also of another tag: nobody knows which desktop the row protects
			return stop.Page[stop.Tagged]{}, missing(r.action, "ResourceId", r.requestID)
		}
		rows = append(rows, stop.Tagged{DesktopID: t.ResourceId, Key: *t.TagKey, Value: t.TagValue})
	}
	return pageOf(rows, len(listed), page.paging), nil
}

// clientEventsPage is what is read of an answer to DescribeClientEvents.
type clientEventsPage struct {
	paging
	Events *[]struct {
		DesktopId string
		EventType string
		EventTime string
	}
}

// DescribeClientEvents makes one DescribeClientEvents call: one page of what users have done with
// the desktops of a region since a time. It tells of users' acts only, with an unknown delay.
func (s *Session) DescribeClientEvents(ctx context.Context, regionID string, since time.Time, nextToken string) (stop.Page[stop.ClientEvent], error) {
	query := parameters{}
	query.set("MaxResults", pageRows)
	query.set("NextToken", nextToken)
	query.set("StartTime", since.UTC().Format("2006-01-02T15:04:05Z"))
	query.list("EventTypes", slices.Clone(stop.UserActs))
	var page clientEventsPage
	r, err := s.call(ctx, "DescribeClientEvents", regionID, query, &page)
	if err != nil {
		return stop.Page[stop.ClientEvent]{}, err
	}
	listed, err := rowsOf(r, "Events", page.Events)
	if err != nil {
		return stop.Page[stop.ClientEvent]{}, err
	}
	var rows []stop.ClientEvent
	for _, e := range listed {
		if blank(e.DesktopId) { // somebody uses a desktop, and nobody knows which
			return stop.Page[stop.ClientEvent]{}, missing(r.action, "DesktopId", r.requestID)
		}
		at, err := time.Parse(time.RFC3339, e.EventTime)
		if err != nil {
			// When it happened cannot be told: it counts as happening now, which spares the desktop.
			at = time.Now()
		}
		rows = append(rows, stop.ClientEvent{DesktopID: e.DesktopId, Type: e.EventType, Time: at})
	}
	return pageOf(rows, len(listed), page.paging), nil
}

// blank reports whether an ID names nothing.
func blank(id string) bool { return strings.TrimSpace(id) == "" }
