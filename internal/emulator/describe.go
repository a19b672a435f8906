package emulator

import (
	"slices"
	"time"
)

// describeDesktops is DescribeDesktops: pages of rows that match every filter.
type describeDesktops struct {
	region string
	filter filter
	max    int
	cursor cursor
	next   bool // not the first page
	number int  // PageNumber; 0: by token
}

func parseDescribe(p *params) operation {
	op := &describeDesktops{region: p.required("RegionId")}
	if _, byNumber := p.get("PageNumber"); byNumber {
		op.number, op.max = p.number("PageNumber", 1, maxGenerated), p.number("PageSize", 10, 100)
	} else {
		op.max = p.number("MaxResults", 10, 100)
		op.cursor, op.next = p.cursor()
	}
	op.filter = parseFilter(p)
	return op
}

type describeAnswer struct {
	Desktops   []describeRow
	NextToken  string
	RequestId  string
	TotalCount int
	PageNumber int `json:",omitempty"`
	PageSize   int `json:",omitempty"`
}

func (op *describeDesktops) run(e *EDS, c *Call, now time.Time) (any, *apiError) {
	all := e.store.regions[op.region]
	if op.filter.ids != nil {
		all, _ = e.store.known(op.region, op.filter.ids)
	}
	if e.LargestPage > 0 {
		op.max = min(op.max, e.LargestPage)
	}
	op.filter.withoutPools = op.filter.hidesPools(e)
	if op.number > 0 && e.NumberedPages == Refused {
		return nil, &apiError{Status: 400, Code: "InvalidParameter", Message: "PageNumber is not supported."}
	}
	if op.number > 0 {
		return op.numbered(e, c, all, now), nil
	}
	if !op.next {
		for _, d := range all {
			if op.filter.matches(d, now) {
				op.cursor.Total++
			}
		}
	}
	a := describeAnswer{Desktops: []describeRow{}, RequestId: c.RequestId, TotalCount: op.cursor.Total}
	for _, d := range from(all, op.cursor.Next) {
		if !op.filter.matches(d, now) {
			continue
		}
		if len(a.Desktops) == op.max {
			op.cursor.Next = d.index
			a.NextToken = op.cursor.token()
			break
		}
		a.Desktops = append(a.Desktops, rowOf(e, d, now))
	}
	return a, nil
}

// numbered is the page with the number that was asked for; after the last one,
// an empty page.
func (op *describeDesktops) numbered(e *EDS, c *Call, all []*desktop, now time.Time) describeAnswer {
	a := describeAnswer{Desktops: []describeRow{}, RequestId: c.RequestId, PageNumber: op.number, PageSize: op.max}
	switch e.NumberedPages {
	case Ignored:
		op.number = 1
	case Reversed:
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	if op.filter.matchesAll() { // 1,000 pages of 100,000 desktops would be looked through 1,000 times
		a.TotalCount = len(all)
		from := min((op.number-1)*op.max, len(all))
		for _, d := range all[from:min(from+op.max, len(all))] {
			a.Desktops = append(a.Desktops, rowOf(e, d, now))
		}
		return a
	}
	for _, d := range all {
		if !op.filter.matches(d, now) {
			continue
		}
		if a.TotalCount/op.max == op.number-1 {
			a.Desktops = append(a.Desktops, rowOf(e, d, now))
		}
		a.TotalCount++
	}
	return a
}

// A describeRow has the members of a real one that are always there, so that
// a response of 100 rows has a realistic size (about 90 KB).
type describeRow struct {
	DesktopId, DesktopName, DesktopStatus, ConnectionStatus string
	DesktopType                                             string
	DesktopGroupId                                          string `json:",omitempty"`
	ManagementFlag                                          string
	ManagementFlags                                         []string
	OfficeSiteId, OfficeSiteName, OfficeSiteType            string
	DirectoryId                                             string
	ChargeType                                              string
	PolicyGroupId                                           string
	PolicyGroupIdList                                       []string
	EndUserIds                                              []string `json:",omitzero"`
	ResourceGroups                                          []resourceGroup
	Sessions                                                []session
	Tags                                                    []Tag
	SessionType, ProtocolType, OsType                       string
	ImageId, NetworkInterfaceIp                             string
	CreationTime, StartTime                                 string
	ExpiredTime                                             string `json:",omitempty"`
	Cpu, Memory                                             int
	SupportHibernation                                      bool
	Disks                                                   []disk
}

type resourceGroup struct{ Id, Name string }

type session struct{ EndUserId, EstablishmentTime string }

type disk struct {
	DiskId, DiskType, DiskCategory, PerformanceLevel string
	DiskSize                                         int
}

// firstStart is the StartTime of every desktop: the first start ever, which
// says nothing about the last one.
const firstStart = "2026-01-05T08:31Z"

// rowOf is the row of d. Besides the state everything is made up.
func rowOf(e *EDS, d *desktop, now time.Time) describeRow {
	status, connection := d.observe(now)
	row := describeRow{
		DesktopId: d.DesktopId, DesktopName: d.DesktopName, DesktopStatus: status, ConnectionStatus: connection,
		DesktopType: "ecd.basic.large", DesktopGroupId: d.DesktopGroupId,
		ManagementFlag: "NoFlag", ManagementFlags: noNil(d.ManagementFlags),
		OfficeSiteId: d.OfficeSiteId, OfficeSiteName: "office", OfficeSiteType: "SIMPLE", DirectoryId: d.OfficeSiteId,
		ChargeType:    d.ChargeType,
		PolicyGroupId: d.PolicyGroupId, PolicyGroupIdList: []string{d.PolicyGroupId},
		EndUserIds: noNil(d.EndUserIds), ResourceGroups: []resourceGroup{}, Sessions: []session{}, Tags: []Tag{},
		SessionType: "SINGLE_SESSION", ProtocolType: "ASP", OsType: "Windows",
		ImageId: "desktopimage-windows-server-2022-64-asp", NetworkInterfaceIp: "172.16.0.10",
		CreationTime: "2026-01-05T08:28Z", StartTime: firstStart, Cpu: 4, Memory: 8192,
		Disks: []disk{{DiskId: "d-" + d.DesktopId, DiskType: "SYSTEM", DiskCategory: "cloud_auto", PerformanceLevel: "PL0", DiskSize: 80}},
	}
	if len(d.ManagementFlags) > 0 {
		row.ManagementFlag = d.ManagementFlags[0]
	}
	if d.ResourceGroupId != "" {
		row.ResourceGroups = []resourceGroup{{d.ResourceGroupId, "resource group"}}
	}
	if connection == "Connected" && len(d.EndUserIds) > 0 {
		row.Sessions = []session{{d.EndUserIds[0], now.UTC().Format("2006-01-02T15:04Z")}}
	}
	if d.ChargeType == "PrePaid" {
		row.ExpiredTime = "2036-12-31T15:59Z"
	}
	if e.NoEndUserIds {
		row.EndUserIds = nil
	}
	if e.TagsInDescribe {
		row.Tags = append(row.Tags, slices.Clone(d.Tags)...)
	}
	return row
}
