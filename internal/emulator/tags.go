package emulator

import (
	"slices"
	"time"
)

// instanceType is the documented namespace of the tags of cloud computers.
const instanceType = "ALIYUN::GWS::INSTANCE"

// tagsOf are the tags of d in a namespace.
func (d *desktop) tagsOf(resourceType string) []Tag {
	if resourceType == instanceType {
		return d.Tags
	}
	return d.OtherTags[resourceType]
}

// listTags is ListTagResources: one row per tag, all tags, of the desktops
// that carry every tag asked for and are among the IDs, if there are any. The
// documentation says neither whether several tags are alternatives nor whether
// the other tags of a desktop are answered too: this is the harder reading.
type listTags struct {
	region string
	of     string // ResourceType
	ids    []string
	tags   []tagFilter
	max    int
	cursor cursor
}

func parseListTags(p *params) operation {
	op := &listTags{region: p.required("RegionId"), max: p.number("MaxResults", 50, 100)}
	op.of = p.required("ResourceType")
	op.cursor, _ = p.cursor()
	op.ids, op.tags = p.list("ResourceId", 50), p.tags()
	if len(op.ids) == 0 && len(op.tags) == 0 {
		p.fail(errParameter("one of ResourceId and Tag is required"))
	}
	return op
}

type tagsAnswer struct {
	NextToken    string
	RequestId    string
	TagResources []tagRow
}

type tagRow struct{ ResourceId, ResourceType, TagKey, TagValue string }

func (op *listTags) run(e *EDS, c *Call, now time.Time) (any, *apiError) {
	if !e.AnyNamespace && op.of != instanceType && !e.store.namespaces[op.of] {
		return nil, errParameter("%s is not a value of ResourceType", op.of)
	}
	all := e.store.regions[op.region]
	if op.ids != nil {
		var unknown []string
		all, unknown = e.store.known(op.region, op.ids)
		if len(unknown) > 0 && e.UnknownResources == Refuse {
			return nil, errNotFound(e)
		}
	}
	a := tagsAnswer{RequestId: c.RequestId, TagResources: []tagRow{}}
	skip := op.cursor.Total // a page may end within a desktop: how many of its tags it had
	for _, d := range from(all, op.cursor.Next) {
		if !op.matches(d) {
			continue
		}
		if d.index != op.cursor.Next { // the one that the page ended within is gone
			skip = 0
		}
		for n, t := range d.tagsOf(op.of) {
			if n < skip {
				continue
			}
			if len(a.TagResources) == op.max {
				op.cursor.Next, op.cursor.Total = d.index, n
				a.NextToken = op.cursor.token()
				return a, nil
			}
			a.TagResources = append(a.TagResources, tagRow{d.DesktopId, op.of, t.Key, t.Value})
		}
		skip = 0
	}
	return a, nil
}

func (op *listTags) matches(d *desktop) bool {
	for _, f := range op.tags {
		if !slices.ContainsFunc(d.tagsOf(op.of), f.matches) {
			return false
		}
	}
	return true
}
