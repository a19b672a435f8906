package eds

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/alibabacloud-go/tea/dara"

	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// pageSize of every listing. Where the API says no other, 100 is the most it gives; its default of
// 10 for DescribeDesktops would quietly hide the eleventh desktop of a call that forgot it.
const pageSize = stop.PageSize

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
	request := chosen(regionID, choice)
	request.MaxResults, request.NextToken = dara.Int32(pageSize), given(nextToken)
	return s.describeChosen(ctx, request, choice)
}

// DescribeDesktopsPage makes one DescribeDesktops call: the page with a number, from 1, of the desktops that
// DescribeDesktops lists. The documentation does not say what EDS does with a number and a token together,
// so it sends no MaxResults.
func (s *Session) DescribeDesktopsPage(ctx context.Context, regionID string, choice events.Select, number int) (stop.Page[stop.Desktop], error) {
	request := chosen(regionID, choice)
	request.PageSize, request.PageNumber = dara.Int32(pageSize), dara.Int32(int32(number))
	return s.describeChosen(ctx, request, choice)
}

// chosen returns a request for the desktops that match every filter of choice but its tags.
func chosen(regionID string, choice events.Select) *sdk.DescribeDesktopsRequest {
	return &sdk.DescribeDesktopsRequest{
		RegionId:        &regionID,
		OfficeSiteId:    given(choice.OfficeSiteId),
		DesktopGroupId:  given(choice.DesktopGroupId),
		EndUserId:       pointers(choice.EndUserId),
		PolicyGroupId:   given(choice.PolicyGroupId),
		ResourceGroupId: given(choice.ResourceGroupId),
		ChargeType:      given(choice.ChargeType),
		SubPayType:      given(choice.SubPayType),
		DesktopName:     given(choice.DesktopName),
	}
}

// describeChosen asks for a page, and drops the rows that contradict a filter.
func (s *Session) describeChosen(ctx context.Context, request *sdk.DescribeDesktopsRequest, choice events.Select) (stop.Page[stop.Desktop], error) {
	rows, paging, err := s.describeDesktops(ctx, request)
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
	listed, paging, err := s.describeDesktops(ctx, &sdk.DescribeDesktopsRequest{
		RegionId:   &regionID,
		MaxResults: dara.Int32(pageSize),
		NextToken:  given(nextToken),
		DesktopId:  pointers(desktopIDs),
	})
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
func (s *Session) describeDesktops(ctx context.Context, request *sdk.DescribeDesktopsRequest) ([]desktopRow, paging, error) {
	const action = "DescribeDesktops"
	request.FilterDesktopGroup = dara.Bool(false)
	var page desktopsPage
	r, err := s.call(ctx, action, *request.RegionId, &page, func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
		_, err := c.DescribeDesktopsWithContext(ctx, request, o)
		return err
	})
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
	page, err := s.listTagResources(ctx, &sdk.ListTagResourcesRequest{
		RegionId:  &regionID,
		NextToken: given(nextToken),
		Tag:       []*sdk.ListTagResourcesRequestTag{{Key: &tag.Key, Value: tag.Value}},
	})
	// Whether a resource is listed with all its tags is not documented.
	page.Rows = slices.DeleteFunc(page.Rows, func(t stop.Tagged) bool {
		return t.Key != tag.Key || tag.Value != nil && *tag.Value != t.Value
	})
	return page, err
}

// ListTagResourcesByID makes one ListTagResources call: one page of all tags of the desktops.
func (s *Session) ListTagResourcesByID(ctx context.Context, regionID string, desktopIDs []string, nextToken string) (stop.Page[stop.Tagged], error) {
	return s.listTagResources(ctx, &sdk.ListTagResourcesRequest{
		RegionId:   &regionID,
		NextToken:  given(nextToken),
		ResourceId: pointers(desktopIDs),
	})
}

// listTagResources asks for a page of tags of desktops.
func (s *Session) listTagResources(ctx context.Context, request *sdk.ListTagResourcesRequest) (stop.Page[stop.Tagged], error) {
	const action = "ListTagResources"
	request.ResourceType, request.MaxResults = dara.String("ALIYUN::GWS::INSTANCE"), dara.Int32(pageSize)
	var page tagsPage
	r, err := s.call(ctx, action, *request.RegionId, &page, func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
		_, err := c.ListTagResourcesWithContext(ctx, request, o)
		return err
	})
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
			return stop.Page[stop.Tagged]{}, missing(action, "TagKey", r.requestID)
		case blank(t.ResourceId): // also of another tag: nobody knows which desktop the row protects
			return stop.Page[stop.Tagged]{}, missing(action, "ResourceId", r.requestID)
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
	const action = "DescribeClientEvents"
	var page clientEventsPage
	r, err := s.call(ctx, action, regionID, &page, func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
		_, err := c.DescribeClientEventsWithContext(ctx, &sdk.DescribeClientEventsRequest{
			RegionId:   &regionID,
			MaxResults: dara.Int32(pageSize),
			NextToken:  given(nextToken),
			StartTime:  dara.String(since.UTC().Format("2006-01-02T15:04:05Z")),
			EventTypes: pointers(slices.Clone(stop.UserActs)),
		}, o)
		return err
	})
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
			return stop.Page[stop.ClientEvent]{}, missing(action, "DesktopId", r.requestID)
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

// given is nil for what is not given: the SDK sends pointers to nothing as empty parameters.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
